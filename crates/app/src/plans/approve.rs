//! Approving a plan: exactly the document of the digest that the approver saw.

use std::collections::BTreeSet;

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, PlanId, RequestId};
use exeunt_datamap::categories;
use exeunt_plan::document::Document;
use exeunt_rights::state::RequestState;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::{Wish, spend};

/// Whether a second person is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Two {
    /// Where what is erased calls for it.
    Asked,
    /// They were, when somebody approved beforehand what is done now.
    Before,
}

/// Fewest letters of a digest that name it.
const FEWEST: usize = 12;

impl Office {
    /// Approves the plan of this digest, whole or its first twelve letters or more. Gives the whole digest. One that erases
    /// data of a special category takes two people.
    pub async fn approve_plan(&self, actor: &Actor, id: PlanId, named: &str) -> Result<String, Error> {
        self.approve(actor, id, named, actor.id, Two::Asked).await
    }

    /// The same in the name of somebody: of whoever approved beforehand what is to be done now. A second person was asked then.
    pub(crate) async fn approve_plan_as(
        &self,
        actor: &Actor,
        id: PlanId,
        named: &str,
        approver: Option<ActorId>,
    ) -> Result<String, Error> {
        self.approve(actor, id, named, approver, Two::Before).await
    }

    async fn approve(
        &self,
        actor: &Actor,
        id: PlanId,
        named: &str,
        approver: Option<ActorId>,
        two: Two,
    ) -> Result<String, Error> {
        self.allow(actor, Permission::ApprovePlans)?;
        let shown = self.show_plan(actor, id).await?;
        self.not_their_own(actor, &shown.requests).await?;
        self.not_stopped(&shown.requests).await?;
        self.known_well_enough(actor, &shown.requests, shown.plan.document()).await?;
        let digest = shown.stored.digest.clone();
        if let Some((_, at)) = shown.stored.approved {
            return Err(Error::Refused("E0312", format!("plan `{id}` was approved already, at {at}")));
        }
        let named = named.trim().trim_start_matches("sha256:");
        let named = if named.len() >= FEWEST && digest.starts_with(named) { &digest } else { named };
        let now = self.engine.world.now();
        let Some(approver) = approver else {
            return Err(Error::Refused(
                "E0312",
                format!("plan `{id}` is approved by a person, not by the service"),
            ));
        };
        let special = if two == Two::Asked { self.special_of(shown.plan.document())? } else { Vec::new() };
        shown.plan.approve(named, approver, now)?;
        let mut proposal = None;
        if !special.is_empty() {
            let what = format!("approve {id} (sha256:{digest}), which touches {}", special.join(", "));
            let wish =
                Wish { act: Act::ApprovePlan, subject: Some(id.into()), bound: digest.as_bytes(), what };
            proposal = self.two_people(actor, &wish).await?;
        }
        let event =
            self.event(Kind::PlanApproved, actor).about(id).fact("digest", format_args!("sha256:{digest}"));
        let letters = self.letters_to_other_addresses(&shown.requests).await?;
        let mut change = self.engine.store.begin().await?;
        change.approve_plan(id, &digest, approver, now).await?;
        spend(&mut change, proposal).await?;
        let from = [RequestState::AwaitingApproval.as_str()];
        change.move_requests(&shown.requests, &from, RequestState::Approved.as_str()).await?;
        for letter in &letters {
            change.add_letter(letter).await?;
        }
        change.commit(self.organization.id, &self.events_about(&event, &shown.requests)).await?;
        Ok(digest)
    }

    /// The special categories that the map gives to fields of models whose rows a plan changes, each once.
    fn special_of(&self, document: &Document) -> Result<Vec<String>, Error> {
        if document.steps.is_empty() {
            return Ok(Vec::new());
        }
        let map = self.map()?;
        let touched = document.steps.iter().filter_map(|step| document.sets.get(step.set));
        let models = touched.filter_map(|set| map.map.model(&set.model));
        let categories =
            models.flat_map(|model| model.fields.values()).filter_map(|field| field.category.as_ref());
        let special: BTreeSet<&String> =
            categories.filter(|category| categories::is_special(category)).collect();
        Ok(special.into_iter().cloned().collect())
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
