//! Whether somebody asked for the same before and waits still. It tells of requests alone, never whether the person is known.

use exeunt_base::{Personal, RequestId};
use exeunt_rights::{Day, RequestState, Right};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::submit::accept;

/// A request of the same person for the same right that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// It.
    pub id: RequestId,
    /// The day the person asked.
    pub received_on: Day,
}

/// Most requests that are looked at.
const MOST: u32 = 50;

impl Office {
    /// The last request that is not over, for this right and by one of these identifiers.
    pub async fn open_duplicate(
        &self,
        actor: &Actor,
        right: Right,
        identifiers: &[(String, Personal)],
    ) -> Result<Option<Duplicate>, Error> {
        self.allow(actor, Permission::SubmitRequests)?;
        let accepted = accept(identifiers)?;
        let marks = self.marks_of(&accepted)?;
        let found = self.engine.store.marked_requests(self.organization.id, &marks, MOST).await?;
        let requests = self.engine.store.requests_named(&found).await?;
        let zone = &self.policy.law.zone;
        let waits = |state: &str| state.parse::<RequestState>().is_ok_and(|state| !state.is_end());
        Ok(requests
            .iter()
            .find(|request| request.kind == right.as_str() && waits(&request.state))
            .map(|request| Duplicate { id: request.id, received_on: zone.day_of(request.received_at) }))
    }
}
