//! Erasing again whoever came back: a request for each of them, one plan for all, approved by the act of asking.

use exeunt_audit::kind::Kind;
use exeunt_base::{JobId, RequestId};
use exeunt_rights::Right;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::home::gate;
use crate::office::Office;
use crate::requests::details::Details;
use crate::requests::submit::{Submission, accept};

/// What was set in motion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// For each request that had erased somebody, the one that does so again.
    pub requests: Vec<(RequestId, RequestId)>,
    /// The job that carries it out, not yet run; absent when nobody was back.
    pub job: Option<JobId>,
}

impl Office {
    /// Checks the ledger and prepares the job that erases whoever is back. Running it is the caller's.
    pub async fn replay_ledger(&self, actor: &Actor) -> Result<Replayed, Error> {
        self.allow(actor, Permission::UseLedger)?;
        let through = Self { through_the_gate: true, ..self.clone() };
        let checked = self.check_ledger(actor).await?;
        let mut requests = Vec::new();
        for back in checked.back {
            // what a database holds need not be what a person may ask with, such as a phone number in words
            let mut identifiers = back.identifiers;
            identifiers.retain(|identifier| accept(std::slice::from_ref(identifier)).is_ok());
            if identifiers.is_empty() {
                return Err(Error::Refused(
                    "E0301",
                    format!(
                        "whoever was erased by `{}` is back, but no identifier found can be asked with; submit a request by hand",
                        back.erased_by
                    ),
                ));
            }
            // whoever was anonymized is anonymized again
            let right = self.request(back.erased_by).await?.kind.parse().unwrap_or(Right::Erasure);
            let submission = Submission {
                right,
                identifiers,
                received_at: None,
                contact: None,
                details: Details::default(),
            };
            requests.push((back.erased_by, self.submit_request(actor, submission, None).await?));
        }
        if requests.is_empty() {
            return Ok(Replayed { requests, job: None });
        }
        let ids: Vec<RequestId> = requests.iter().map(|(_, id)| *id).collect();
        let made = through.make_plan(actor, &ids).await?;
        through.approve_plan_as(actor, made.id, &made.digest, actor.id).await?;
        let job = through.start_job(actor, made.id).await?;
        gate::let_through(&self.layout, self.organization.id, job)?;
        let event = self.event(Kind::LedgerReplayed, actor).about(job).about(made.id);
        let change = self.engine.store.begin().await?;
        change.commit(self.organization.id, &self.events_about(&event, &ids)).await?;
        Ok(Replayed { requests, job: Some(job) })
    }
}
