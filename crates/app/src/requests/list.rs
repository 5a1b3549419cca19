//! The organization's requests, newest first.

use exeunt_base::RequestId;
use exeunt_store::requests::{Filter, Request};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// At most `limit` requests of a kind and state, newest first, older than `before`.
    pub async fn page_of_requests(
        &self,
        actor: &Actor,
        filter: &Filter,
        before: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<Request>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.requests_page(self.organization.id, filter, before, limit).await?)
    }

    /// At most `limit` requests, newest first.
    pub async fn list_requests(&self, actor: &Actor, limit: u32) -> Result<Vec<Request>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.requests(self.organization.id, limit).await?)
    }
}
