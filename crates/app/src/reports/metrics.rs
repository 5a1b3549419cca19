//! What a period came to.

use exeunt_rights::metrics::{Counted, Metrics, Outcome};
use exeunt_rights::{Day, RequestState};

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::day;
use crate::error::Error;
use crate::office::Office;

/// Figures of the requests that were received within a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// The day the figures are of.
    pub as_of: Day,
    /// They.
    pub metrics: Metrics,
}

impl Office {
    /// Adds up the requests received within these days, as they stand today.
    pub async fn report_metrics(&self, actor: &Actor, from: Day, to: Day) -> Result<Report, Error> {
        let (counted, as_of) = self.counted_within(actor, from, to).await?;
        Ok(Report { from, to, as_of, metrics: Metrics::of(counted, as_of) })
    }

    /// The requests received within these days as figures count them, and the day it is.
    pub(super) async fn counted_within(
        &self,
        actor: &Actor,
        from: Day,
        to: Day,
    ) -> Result<(Vec<Counted>, Day), Error> {
        self.allow(actor, Permission::ReadRequests)?;
        if from > to {
            return Err(Error::Usage(
                "E0801",
                format!("a period goes from a day to a later one; {from} is after {to}"),
            ));
        }
        let (zone, as_of) = (&self.policy.law.zone, self.today());
        let store = &self.engine.store;
        let rows = store.requests_received(self.organization.id, &from.to_string(), &to.to_string()).await?;
        let mut counted = Vec::with_capacity(rows.len());
        for row in rows {
            let Ok(right) = row.kind.parse() else { continue };
            counted.push(Counted {
                right,
                outcome: outcome(&row.state, row.answered_at.is_some()),
                received_on: day(&row.received_on)?,
                answer_by: day(&row.answer_by)?,
                answered_on: row.answered_at.map(|at| zone.day_of(at)),
                extended: row.extended,
                grounds: row.refusal_grounds,
            });
        }
        Ok((counted, as_of))
    }
}

/// A state as figures count it. What was answered and then asked for once more still was answered.
fn outcome(state: &str, answered: bool) -> Outcome {
    match state.parse() {
        Ok(RequestState::Refused | RequestState::CannotIdentify) => Outcome::Denied,
        Ok(RequestState::Withdrawn) => Outcome::Withdrawn,
        Ok(RequestState::CompletedWithExceptions) => Outcome::Partly,
        // changed their mind within the window; the state is the engine's own word
        Err(_) if state == exeunt_engine::states::RESTORED => Outcome::Withdrawn,
        _ if answered => Outcome::Complied,
        _ => Outcome::Open,
    }
}
