//! Making a job for an approved erasure plan: its requests become the job's claimants, its images get an epoch.

use exeunt_base::{JobId, PlanId};
use exeunt_engine::states;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::plans::show::Shown;

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
        if !shown.plan.document().right.changes_rows() {
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
        self.not_stopped(&shown.requests).await?;
        self.window_still_fits(&shown).await?;
        Ok(self.engine.queue_job(id, &shown.requests, &[states::APPROVED], actor.id).await?)
    }

    /// Refuses a plan that waited so long that its window would now end after a deadline. One that was late when it was
    /// made was made so for a reason that somebody gave.
    async fn window_still_fits(&self, shown: &Shown) -> Result<(), Error> {
        let document = shown.plan.document();
        let needed = i64::from(document.window_days) + i64::from(self.policy.purge_days);
        let made_on = self.policy.law.zone.day_of(shown.stored.made_at);
        let then = self.fewest_days_left(&shown.requests, made_on).await?;
        let now = self.fewest_days_left(&shown.requests, self.today()).await?;
        match (then, now) {
            (Some((_, then)), Some((request, now))) if then >= needed && now < needed => Err(Error::Refused(
                "E0317",
                format!(
                    "request `{request}` is due in {now} days, and this plan's window and purge take {needed}; make the plan \
                     again with a shorter window (`--window-days`), or extend the deadline while it can be"
                ),
            )),
            _ => Ok(()),
        }
    }
}
