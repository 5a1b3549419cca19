//! Queueing a job: a plan, the people it is for, a salt of its own, and the epoch its blobs belong to.

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, JobId, PlanId, RequestId};
use exeunt_store::jobs::Job;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::states;

impl Engine {
    /// Queues a job for requests that are in one of `from`; their order gives the claimant numbers.
    pub async fn queue_job(
        &self,
        plan: PlanId,
        requests: &[RequestId],
        from: &[&str],
        actor: Option<ActorId>,
    ) -> Result<JobId, Error> {
        let now = self.world.now();
        let epoch = self
            .keyring
            .epoch_for(self.organization, now, self.settings.epoch_days, &self.new_secret())?
            .epoch();
        let job = Job {
            id: self.new_job(),
            organization: self.organization,
            plan,
            state: states::QUEUED.to_owned(),
            epoch,
            salt: Some(self.new_secret().expose().to_vec()),
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
        let event = self
            .event(Kind::JobStarted, actor)
            .about(job.id)
            .about(plan)
            .about(epoch)
            .count("people", requests.len() as u64);
        let mut change = self.store.begin().await?;
        change.add_job(&job).await?;
        change.move_requests(requests, from, states::APPROVED).await?;
        change.set_requests_job(requests, job.id, from.contains(&states::APPROVED)).await?;
        change.commit(self.organization, &[event]).await?;
        Ok(job.id)
    }
}
