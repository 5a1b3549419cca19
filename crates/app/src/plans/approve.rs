//! Approving a plan: exactly the document of the digest that the approver saw.

use std::collections::BTreeSet;

use exeunt_audit::kind::Kind;
use exeunt_base::{PlanId, RequestId};
use exeunt_rights::state::RequestState;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// Fewest letters of a digest that name it.
const FEWEST: usize = 12;

impl Office {
    /// Approves the plan of this digest, whole or its first twelve letters or more. Gives the whole digest.
    pub async fn approve_plan(&self, actor: &Actor, id: PlanId, named: &str) -> Result<String, Error> {
        self.allow(actor, Permission::ApprovePlans)?;
        let shown = self.show_plan(actor, id).await?;
        self.not_their_own(actor, &shown.requests).await?;
        self.known_well_enough(actor, &shown.requests, shown.plan.document()).await?;
        let digest = shown.stored.digest.clone();
        if let Some((_, at)) = shown.stored.approved {
            return Err(Error::Refused("E0312", format!("plan `{id}` was approved already, at {at}")));
        }
        let named = named.trim().trim_start_matches("sha256:");
        let named = if named.len() >= FEWEST && digest.starts_with(named) { &digest } else { named };
        let now = self.engine.world.now();
        let Some(approver) = actor.id else {
            return Err(Error::Refused(
                "E0312",
                format!("plan `{id}` is approved by a person, not by the service"),
            ));
        };
        shown.plan.approve(named, approver, now)?;
        let event =
            self.event(Kind::PlanApproved, actor).about(id).fact("digest", format_args!("sha256:{digest}"));
        let letters = self.letters_to_other_addresses(&shown.requests).await?;
        let mut change = self.engine.store.begin().await?;
        change.approve_plan(id, &digest, approver, now).await?;
        let from = [RequestState::AwaitingApproval.as_str()];
        change.move_requests(&shown.requests, &from, RequestState::Approved.as_str()).await?;
        for letter in &letters {
            change.add_letter(letter).await?;
        }
        change.commit(self.organization.id, &self.events_about(&event, &shown.requests)).await?;
        Ok(digest)
    }

    /// Refuses whoever entered one of these requests. Whoever runs the machine works alone, and could anyway.
    pub(crate) async fn not_their_own(&self, actor: &Actor, requests: &[RequestId]) -> Result<(), Error> {
        if actor.powers.are_all() {
            return Ok(());
        }
        let Some(approver) = actor.id else { return Ok(()) };
        let approver = self.person_behind(approver).await?;
        let mut others = BTreeSet::new();
        for request in self.engine.store.requests_named(requests).await? {
            let Some(by) = request.entered_by.filter(|by| !others.contains(by)) else { continue };
            if self.person_behind(by).await? == approver {
                return Err(Error::Refused(
                    "E0903",
                    format!("you entered request `{}` yourself; somebody else approves its plan", request.id),
                ));
            }
            others.insert(by);
        }
        Ok(())
    }
}
