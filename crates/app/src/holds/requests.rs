//! Requests that somebody put on hold, and who did.

use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_base::{HoldId, RequestId, Timestamp};
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::faces::Face;

/// Entries of a request that are looked through for who put it on hold.
const MOST: u32 = 500;

/// A request on hold.
#[derive(Debug, Clone)]
pub struct Held {
    /// It, with the reason and the end of the hold.
    pub request: Request,
    /// Who put it there, and when; nothing where the log does not say.
    pub placed: Option<(Face, Timestamp)>,
}

/// A page of them.
#[derive(Debug, Clone)]
pub struct Page {
    /// They, the last entered first.
    pub requests: Vec<Held>,
    /// The last of the page, if there is another.
    pub next: Option<RequestId>,
}

impl Office {
    /// A page of the requests on hold.
    pub async fn list_held_requests(
        &self,
        actor: &Actor,
        before: Option<RequestId>,
        limit: u32,
    ) -> Result<Page, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.lift_ended_holds().await?;
        let (store, organization) = (&self.engine.store, self.organization.id);
        let mut found = store.requests_on_hold(organization, before, limit.saturating_add(1)).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|request| request.id);
        let mut faces = self.faces().await?;
        let mut requests = Vec::with_capacity(found.len());
        for request in found {
            let about = [Object::from(request.id)];
            let entries = store.audit_entries_about(organization, &about, MOST).await?;
            let events = entries.iter().rev().filter_map(|(_, entry)| Event::parse(entry).ok());
            let placed = events.into_iter().find(|event| event.kind == Kind::HoldPlaced);
            let placed = match placed {
                Some(event) => Some((faces.of(event.actor).await?, event.at)),
                None => None,
            };
            requests.push(Held { request, placed });
        }
        Ok(Page { requests, next })
    }

    /// Who placed each of these holds beyond single requests, and why it was lifted where somebody said so.
    pub async fn faces_of_holds(
        &self,
        actor: &Actor,
        ids: &[HoldId],
    ) -> Result<Vec<(Face, Option<String>)>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let mut faces = self.faces().await?;
        let mut told = Vec::with_capacity(ids.len());
        for id in ids {
            let face = match self.hold(*id).await?.placed_by {
                Some(by) => faces.of_actor(by).await?,
                None => Face::default(),
            };
            let reasons = self.engine.store.reasons_about(self.organization.id, &id.to_string()).await?;
            told.push((face, reasons.into_iter().next().map(|reason| reason.because)));
        }
        Ok(told)
    }
}
