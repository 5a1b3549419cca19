//! Reading a stored plan back, checked against its digest.

use exeunt_base::{JobId, PlanId, RequestId};
use exeunt_plan::{Linted, Plan};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// A plan as stored, and its document.
#[derive(Debug, Clone)]
pub struct Shown {
    /// As stored.
    pub stored: exeunt_store::plans::Plan,
    /// The document, checked against its digest.
    pub plan: Plan<Linted>,
    /// The requests it answers.
    pub requests: Vec<RequestId>,
    /// The job that carries it out, if there is one.
    pub job: Option<JobId>,
}

impl Office {
    /// Shows one plan.
    pub async fn show_plan(&self, actor: &Actor, id: PlanId) -> Result<Shown, Error> {
        self.allow(actor, Permission::ReadPlans)?;
        let stored = self.engine.store.plan(id).await?;
        self.own(stored.organization, "plan", &id.to_string())?;
        let plan = Plan::<Linted>::read(&stored.document, &stored.digest)?;
        let requests = self.engine.store.requests_planned(id).await?;
        let job = requests.iter().find_map(|(_, job)| *job);
        Ok(Shown { stored, plan, requests: requests.iter().map(|(request, _)| *request).collect(), job })
    }
}
