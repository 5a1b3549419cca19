//! Asking a job to stop for good: it ends between two batches; what is done can be restored.

use exeunt_audit::kind::Kind;
use exeunt_base::JobId;
use exeunt_engine::states;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Asks; whoever runs the job ends it at the next batch, or the next run does.
    pub async fn cancel_job(&self, actor: &Actor, id: JobId) -> Result<(), Error> {
        self.allow_job(actor, id)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        if !states::RUNNABLE.contains(&job.state.as_str()) {
            return Err(Error::Refused(
                "E0404",
                format!("job `{id}` is `{}` and cannot be cancelled", job.state),
            ));
        }
        let event = self.event(Kind::JobCancelled, actor).about(id).fact("state", "asked");
        let mut change = self.engine.store.begin().await?;
        change.ask_cancel(id).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }
}
