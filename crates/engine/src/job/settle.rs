//! The end of a job: the windows start, and the job's own key dies with its census and masks.

use exeunt_audit::kind::Kind;

use crate::error::Error;
use crate::failpoint;
use crate::job::Work;
use crate::states;

impl Work<'_> {
    /// Ends the job as settled, cancelled or waiting for review, and starts the windows of its requests.
    pub async fn end(&mut self, state: &'static str) -> Result<(), Error> {
        failpoint::pass("before-settle");
        let now = self.engine.world.now();
        let ends = now.plus_days(i64::from(self.document.window_days));
        let kind = match state {
            states::CANCELLED => Kind::JobCancelled,
            states::REVIEW => Kind::ReviewOpened,
            _ => Kind::JobSettled,
        };
        let event = self
            .engine
            .event(kind, None)
            .about(self.job.id)
            .about(self.job.plan)
            .count("rows", self.job.rows_total)
            .count("left", self.left())
            .count("failed", self.failed)
            .fact("window-ends", ends);
        let mut change = self.engine.store.begin().await?;
        change.hold_lease(&self.lease, self.lease_end()).await?;
        change.move_job(self.job.id, &[states::RUNNING, states::REVIEW], state, None).await?;
        change.open_windows(self.job.id, states::APPROVED, states::HIDDEN, ends).await?;
        if state == states::SETTLED {
            change.settle_job(self.job.id, now).await?;
        }
        change.drop_lease(&self.lease).await?;
        change.commit(self.engine.organization, &[event]).await?;
        failpoint::pass("after-settle");
        if state == states::SETTLED {
            // its key is gone with the commit; the file is only room
            if let Some(blob) = self.job.census_blob {
                self.engine.shelf.delete(blob)?;
            }
        }
        Ok(())
    }
}
