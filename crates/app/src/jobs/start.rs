//! Making a job for an approved erasure plan: its requests become the job's claimants, its images get an epoch.

use exeunt_audit::kind::Kind;
use exeunt_base::{JobId, PlanId, RequestId};
use exeunt_engine::states;
use exeunt_plan::document::Right;
use exeunt_store::jobs::Job;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// The job of a plan: the one there is, or a new one when the plan is approved.
    pub async fn start_job(&self, actor: &Actor, id: PlanId) -> Result<JobId, Error> {
        let shown = self.show_plan(actor, id).await?;
        if shown.plan.document().right != Right::Erasure {
            return Err(Error::Usage(format!(
                "plan `{id}` is for {}: it changes nothing and needs no job; make its package with `exeunt package make`",
                shown.stored.right
            )));
        }
        let requests = self.engine.store.requests_planned(id).await?;
        if let Some(job) = requests.iter().find_map(|request| request.job) {
            return Ok(job);
        }
        if shown.stored.approved.is_none() {
            return Err(Error::Refused(format!(
                "plan `{id}` is not approved; read it with `exeunt plan show {id}`, then `exeunt plan approve {id}`"
            )));
        }
        if requests.is_empty() {
            return Err(Error::Refused(format!(
                "plan `{id}` answers no request any more; another plan took its place"
            )));
        }
        let now = self.engine.world.now();
        let days = self.engine.settings.epoch_days;
        let epoch = self.engine.keyring.epoch_for(self.organization.id, now, days, &self.chance())?.epoch();
        let job = Job {
            id: self.engine.new_job(),
            organization: self.organization.id,
            plan: id,
            state: states::QUEUED.to_owned(),
            epoch,
            salt: Some(self.chance().expose().to_vec()),
            census_blob: None,
            census_digest: None,
            rows_total: 0,
            rows_confirmed: 0,
            cancel_asked: false,
            fence: 0,
            batches: 0,
            made_at: now,
            started_at: None,
            settled_at: None,
            trouble: None,
        };
        let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
        let event = self.event(Kind::JobStarted, actor).about(job.id).about(id).fact("state", states::QUEUED);
        let mut change = self.engine.store.begin().await?;
        change.add_job(&job).await?;
        for (claimant, request) in ids.iter().enumerate() {
            let claimant = u32::try_from(claimant).unwrap_or(u32::MAX);
            change.set_request_job(*request, job.id, claimant).await?;
        }
        change.commit(self.organization.id, &self.events_about(&event, &ids)).await?;
        Ok(job.id)
    }
}
