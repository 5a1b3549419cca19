//! How far a job is.

use exeunt_base::{JobId, RequestId, Timestamp};
use exeunt_engine::states;
use exeunt_store::jobs::{Job, Unit};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// Batches whose pace is told.
const PACE: u32 = 31;

/// A job and its counts.
#[derive(Debug, Clone)]
pub struct Status {
    /// The job.
    pub job: Job,
    /// Its units, in order.
    pub units: Vec<Unit>,
    /// Its requests, by claimant number.
    pub requests: Vec<RequestId>,
    /// When the windows of its requests end.
    pub window_ends_at: Option<Timestamp>,
    /// How many of its requests can still be restored.
    pub restorable: usize,
}

impl Status {
    /// Rows that have had their turn.
    pub fn done(&self) -> u64 {
        self.units.iter().map(|unit| unit.position).sum()
    }

    /// Rows waiting for review.
    pub fn failed(&self) -> u64 {
        self.units.iter().map(|unit| unit.failed).sum()
    }
}

impl Office {
    /// One job.
    pub async fn job_status(&self, actor: &Actor, id: JobId) -> Result<Status, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        let requests = self.engine.store.requests_of(id).await?;
        Ok(Status {
            units: self.engine.store.units(id).await?,
            window_ends_at: requests.iter().filter_map(|request| request.window_ends_at).max(),
            restorable: requests
                .iter()
                .filter(|request| states::WAITING.contains(&request.state.as_str()))
                .count(),
            requests: requests.iter().map(|request| request.id).collect(),
            job,
        })
    }

    /// Rows a second of a job's last batches, one after the other, the last one last.
    pub async fn job_pace(&self, actor: &Actor, id: JobId) -> Result<Vec<f64>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        let mut batches = self.engine.store.last_batches(id, PACE).await?;
        batches.reverse();
        let rate = |pair: &[(u64, Timestamp)]| match pair {
            // two of one moment went very fast, and not endlessly so
            [(_, before), (rows, at)] => *rows as f64 / at.seconds_since(*before).max(0.001),
            _ => 0.0,
        };
        Ok(batches.windows(2).map(rate).collect())
    }

    /// At most `limit` jobs, newest first, older than `before`.
    pub async fn page_of_jobs(
        &self,
        actor: &Actor,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        Ok(self.engine.store.jobs_page(self.organization.id, before, limit).await?)
    }

    /// At most `limit` jobs, newest first.
    pub async fn list_jobs(&self, actor: &Actor, limit: u32) -> Result<Vec<Job>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        Ok(self.engine.store.jobs(self.organization.id, limit).await?)
    }
}
