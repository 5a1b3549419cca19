//! Requests whose rows are hidden now and can still come back: those whose window ends first first.

use exeunt_base::{RequestId, Timestamp};
use exeunt_engine::states;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::search::COUNTED;

/// A request whose rows wait in the vault.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// It.
    pub request: Request,
    /// Rows of it that wait.
    pub rows: u64,
    /// Whether a hold keeps it, its own or one beyond it: nothing is erased for good then.
    pub held: bool,
}

/// Where a page ended.
pub type Place = (Timestamp, RequestId);

/// A page of them.
#[derive(Debug, Clone)]
pub struct Found {
    /// They.
    pub requests: Vec<Hidden>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

impl Office {
    /// A page of what waits in the vault.
    pub async fn list_hidden(&self, actor: &Actor, after: Option<Place>, limit: u32) -> Result<Found, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let (store, organization) = (&self.engine.store, self.organization.id);
        let mut requests =
            store.requests_waiting(organization, states::WAITING, after, limit.saturating_add(1)).await?;
        let more = requests.len() > limit as usize;
        requests.truncate(limit as usize);
        let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
        let rows = store.sealed_rows_of(&ids).await?;
        let stopped = store.stopped_by_holds(&ids).await?;
        let next = requests.last().filter(|_| more);
        let next = next.and_then(|request| Some((request.window_ends_at?, request.id)));
        let hidden = |request: Request| Hidden {
            rows: rows.get(&request.id).copied().unwrap_or(0),
            held: request.held_because.is_some() || stopped.contains(&request.id),
            request,
        };
        Ok(Found { requests: requests.into_iter().map(hidden).collect(), next })
    }

    /// How many requests those are, counted up to [`COUNTED`].
    pub async fn count_hidden(&self, actor: &Actor) -> Result<u64, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.count_requests_waiting(self.organization.id, states::WAITING, COUNTED).await?)
    }
}
