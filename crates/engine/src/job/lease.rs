//! The lease on a job: taken, renewed while a batch takes its time, given back with the reason it stopped.

use std::time::Duration;

use exeunt_audit::kind::Kind;
use exeunt_base::JobId;
use exeunt_store::Change;
use exeunt_store::jobs::Lease;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::job::LEASE_SECONDS;
use crate::states;

/// Between two tries to take a lease that a dead process still holds.
const PAUSE: Duration = Duration::from_millis(250);

impl Engine {
    /// Takes the lease of a job to run it, waiting for that of a dead process to run out.
    pub(crate) async fn take_job(&self, id: JobId, owner: &str) -> Result<Lease, Error> {
        if let Some(most) = self.settings.jobs_at_a_time {
            let live = self.store.live_jobs(self.organization, self.world.now()).await?;
            if live >= u64::from(most) {
                return Err(Error::Refused(
                    "E0403",
                    format!(
                        "{live} jobs run already, and `jobs_at_a_time` allows {most}; run job `{id}` when one of them has ended"
                    ),
                ));
            }
        }
        self.take(id, owner, states::RUNNABLE, true).await
    }

    /// Takes the lease of a job that is in one of these states. A living holder renews it, so one that is still held
    /// after more than a whole lease is theirs.
    pub(crate) async fn take_in(&self, job: JobId, owner: &str, states: &[&str]) -> Result<Lease, Error> {
        self.take(job, owner, states, false).await
    }

    async fn take(&self, job: JobId, owner: &str, from: &[&str], to_run: bool) -> Result<Lease, Error> {
        let mut tries = 0;
        loop {
            let now = self.world.now();
            let until = now.plus_seconds(LEASE_SECONDS);
            let mut change = self.store.begin().await?;
            match change.take_lease(job, owner, from, now, until).await {
                Ok(lease) => {
                    if to_run {
                        change.move_job(job, from, states::RUNNING, None).await?;
                        change.start_job(job, now).await?;
                    }
                    change.commit_bookkeeping().await?;
                    return Ok(lease);
                }
                Err(error) => {
                    change.rollback().await?;
                    let held = matches!(&error, exeunt_store::Error::State { wanted, .. } if wanted == "a free lease");
                    if !held || tries > LEASE_SECONDS * 5 {
                        return Err(error.into());
                    }
                }
            }
            tries += 1;
            self.world.wait(PAUSE).await;
        }
    }

    /// Takes the lease of a job in one of these states, unless somebody holds it or the job is in another.
    pub(crate) async fn try_to_take(
        &self,
        job: JobId,
        owner: &str,
        states: &[&str],
    ) -> Result<Option<Lease>, Error> {
        let now = self.world.now();
        let mut change = self.store.begin().await?;
        match change.take_lease(job, owner, states, now, now.plus_seconds(LEASE_SECONDS)).await {
            Ok(lease) => {
                change.commit_bookkeeping().await?;
                Ok(Some(lease))
            }
            Err(exeunt_store::Error::State { .. }) => {
                change.rollback().await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A change that whoever lost the lease cannot make, however late it arrives: a process that stood still, or was killed
    /// with its last words under way.
    pub(crate) async fn change_under(&self, lease: &Lease) -> Result<Change<'_>, exeunt_store::Error> {
        let mut change = self.store.begin().await?;
        change.hold_lease(lease, self.world.now().plus_seconds(LEASE_SECONDS)).await?;
        Ok(change)
    }

    /// Renews the lease while a batch takes its time. The caller ends it with the job.
    pub(crate) fn beat(&self, lease: Lease) -> tokio::task::JoinHandle<()> {
        let engine = self.clone();
        tokio::spawn(async move {
            loop {
                engine.world.wait(Duration::from_millis(LEASE_SECONDS.unsigned_abs() * 1_000 / 3)).await;
                let until = engine.world.now().plus_seconds(LEASE_SECONDS);
                let Ok(mut change) = engine.store.begin().await else { return };
                if change.hold_lease(&lease, until).await.is_err()
                    || change.commit_bookkeeping().await.is_err()
                {
                    return;
                }
            }
        })
    }

    /// Writes down why a job stopped, unless it has lost its lease to another process.
    pub(crate) async fn stopped(&self, lease: &Lease, error: &Error) {
        if matches!(error, Error::Store(exeunt_store::Error::LeaseLost { .. })) {
            return;
        }
        let written = async {
            let mut change = self.change_under(lease).await?;
            change.drop_lease(lease).await?;
            if matches!(error, Error::Stopped(_)) {
                return change.commit_bookkeeping().await;
            }
            if matches!(error, Error::Waits { .. }) {
                let running = [states::RUNNING];
                change.move_job(lease.job, &running, states::RUNNING, Some(&error.to_string())).await?;
                return change.commit_bookkeeping().await;
            }
            change.move_job(lease.job, &[states::RUNNING], states::FAILED, Some(&error.to_string())).await?;
            let event =
                self.event(Kind::JobFailed, None).about(lease.job).fact("fault", error.kind().as_str());
            change.commit(self.organization, &[event]).await
        }
        .await;
        if let Err(second) = written {
            tracing::warn!(job.id = %lease.job, "could not write down why job {} stopped: {second}", lease.job);
        }
    }
}
