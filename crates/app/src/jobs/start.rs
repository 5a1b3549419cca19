//! Making a job for an approved erasure plan: its requests become the job's claimants, its images get an epoch.

use exeunt_base::{JobId, PlanId};
use exeunt_engine::states;
use exeunt_plan::document::Right;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// The job of a plan, if there is one.
    pub async fn job_of(&self, actor: &Actor, id: PlanId) -> Result<Option<JobId>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        Ok(self.show_plan(actor, id).await?.job)
    }

    /// The job of a plan: the one there is, or a new one when the plan is approved.
    pub async fn start_job(&self, actor: &Actor, id: PlanId) -> Result<JobId, Error> {
        self.allow(actor, Permission::RunJobs)?;
        let shown = self.show_plan(actor, id).await?;
        if shown.plan.document().right != Right::Erasure {
            return Err(Error::Usage(
                "E0311",
                format!(
                    "plan `{id}` is for {}: it changes nothing and needs no job; make its package with `exeunt package make`",
                    shown.stored.right
                ),
            ));
        }
        if let Some(job) = shown.job {
            return Ok(job);
        }
        if shown.stored.approved.is_none() {
            return Err(Error::Refused(
                "E0309",
                format!(
                    "plan `{id}` is not approved; read it with `exeunt plan show {id}`, then `exeunt plan approve {id}`"
                ),
            ));
        }
        if shown.requests.is_empty() {
            return Err(Error::Refused(
                "E0312",
                format!("plan `{id}` answers no request any more; another plan took its place"),
            ));
        }
        Ok(self.engine.queue_job(id, &shown.requests, &[states::APPROVED], actor.id).await?)
    }
}
