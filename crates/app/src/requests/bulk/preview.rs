//! What an act would come to, request by request. Nothing is done.

use std::collections::HashMap;

use exeunt_base::{RequestId, Timestamp, hex};
use exeunt_engine::sealing;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::bulk::choose::Choice;
use crate::requests::bulk::deed::Deed;
use crate::requests::bulk::units::{Unit, What};
use crate::requests::bulk::verdict::concerns_all;
use crate::requests::bulk::{Item, Verdict};

/// What would happen, and the digest that lets exactly that be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// When it was looked at.
    pub at: Timestamp,
    /// Each request, as chosen.
    pub items: Vec<Item>,
    /// Of the act, who wants it, when, and each request that it would be done to, with its version.
    pub digest: String,
}

/// A request to which something is to be done, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The request.
    pub request: RequestId,
    /// Its version.
    pub version: String,
}

impl Preview {
    /// Those to which it would be done.
    pub fn seen(&self) -> Vec<Seen> {
        seen(&self.items)
    }
}

fn seen(items: &[Item]) -> Vec<Seen> {
    let to_be_done = items.iter().filter(|item| item.verdict.is_to_be_done());
    let one = |item: &Item| item.version.clone().map(|version| Seen { request: item.request, version });
    to_be_done.filter_map(one).collect()
}

impl Office {
    /// Tells what an act on these requests would come to, for whoever would do it.
    pub async fn preview_bulk(&self, actor: &Actor, deed: &Deed, choice: &Choice) -> Result<Preview, Error> {
        self.allow(actor, deed.permission())?;
        let chosen = self.chosen(actor, choice).await?;
        // what has ended by itself is not part of the rehearsal
        self.lift_ended_holds().await?;
        let mut rehearsal = self.clone();
        rehearsal.engine.store = self.engine.store.rehearsing();
        let mut items = HashMap::new();
        for unit in self.units(deed, &chosen).await? {
            let verdict = match rehearsal.do_deed(actor, deed, &unit.what).await {
                Ok(()) => Verdict::Allowed,
                Err(Error::Proposed(_)) => Verdict::TwoPeople,
                Err(error) if concerns_all(&error) => return Err(error),
                Err(error) => Verdict::of(&error),
            };
            items.extend(unit.items(&verdict).map(|item| (item.request, item)));
        }
        let items: Vec<Item> = chosen.iter().filter_map(|id| items.remove(id)).collect();
        let at = self.engine.world.now();
        let digest = self.bulk_digest(actor, deed, at, &seen(&items))?;
        Ok(Preview { at, items, digest })
    }

    /// Keyed, so that only what was looked at has one.
    pub(super) fn bulk_digest(
        &self,
        actor: &Actor,
        deed: &Deed,
        at: Timestamp,
        seen: &[Seen],
    ) -> Result<String, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, "calls")?;
        let who = actor.id.map(|id| id.to_string()).unwrap_or_default();
        let mut parts = vec![String::from("bulk"), who, at.as_micros().to_string()];
        let deed = deed.parts();
        parts.push(deed.len().to_string());
        parts.extend(deed);
        parts.extend(seen.iter().flat_map(|one| [one.request.to_string(), one.version.clone()]));
        let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
        Ok(hex::encode(&sealing::mac(&key, &parts)))
    }
}

impl Unit {
    /// What is told of each of its requests.
    pub(super) fn items(&self, verdict: &Verdict) -> impl Iterator<Item = Item> {
        let plan = match &self.what {
            What::Plan { plan, digest } => Some((*plan, digest.clone())),
            _ => None,
        };
        self.requests.iter().map(move |(request, version)| Item {
            request: *request,
            version: version.clone(),
            plan: plan.clone(),
            verdict: verdict.clone(),
        })
    }
}
