//! What waits for a second person, and what came of the rest.

use exeunt_store::proposals::Proposal;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// All proposals of the last months, newest first.
    pub async fn list_proposals(&self, actor: &Actor) -> Result<Vec<Proposal>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        Ok(self.engine.store.proposals(self.organization.id).await?)
    }
}
