//! The organization's requests, newest first.

use exeunt_store::requests::Request;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// At most `limit` requests, newest first.
    pub async fn list_requests(&self, _: &Actor, limit: u32) -> Result<Vec<Request>, Error> {
        Ok(self.engine.store.requests(self.organization.id, limit).await?)
    }
}
