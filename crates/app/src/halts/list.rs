//! What is halted.

use exeunt_store::halts::Halt;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// The emergency stop, if there is one, then paused sources by name.
    pub async fn list_halts(&self, actor: &Actor) -> Result<Vec<Halt>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        Ok(self.engine.store.halts(self.organization.id).await?)
    }
}
