//! The organization's requests, newest first.

use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// At most `limit` requests, newest first.
    pub async fn list_requests(&self, actor: &Actor, limit: u32) -> Result<Vec<Request>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.requests(self.organization.id, limit).await?)
    }
}
