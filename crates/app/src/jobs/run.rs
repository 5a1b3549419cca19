//! Running a job until it is settled, waits for review, is cancelled or is stopped.

use exeunt_base::JobId;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Watcher;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::jobs::status::Status;
use crate::office::Office;

impl Office {
    /// Runs a job from wherever it stands. `owner` names this process for the lease.
    pub async fn run_job(
        &self,
        actor: &Actor,
        id: JobId,
        owner: &str,
        control: &Control,
        watcher: &dyn Watcher,
    ) -> Result<Status, Error> {
        self.allow(actor, Permission::RunJobs)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        self.engine.run_job(id, owner, control, watcher).await?;
        self.job_status(actor, id).await
    }
}
