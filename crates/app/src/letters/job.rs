//! Telling whoever asked for a job how it ended.

use exeunt_base::{ActorId, JobId, UserId};
use exeunt_engine::letters::To;
use exeunt_engine::states;
use exeunt_mail::{Ended, Letter};
use exeunt_store::letters::Letter as Stored;
use exeunt_store::tasks::Task;
use serde_json::Value;

use crate::error::Error;
use crate::office::Office;
use crate::tasks::wanted::RUN_JOB;

impl Office {
    /// A letter to whoever asked for a task that carried out a job, to be added in the change that ends it. `None` for other
    /// tasks, and where whoever asked gets no mail here: the service itself, or whoever runs the machine.
    pub(crate) async fn letter_about_job(
        &self,
        task: &Task,
        done: &Result<Value, Error>,
    ) -> Result<Option<Stored>, Error> {
        if task.kind != RUN_JOB || self.engine.settings.letters.is_none() {
            return Ok(None);
        }
        let (Some(asked_by), Ok(id)) = (task.asked_by, task.subject.parse::<JobId>()) else {
            return Ok(None);
        };
        // a program's letters are its user's
        let person: ActorId = self.person_behind(asked_by).await?;
        let user = UserId::from_bytes(person.to_bytes());
        if self.engine.store.user(user).await.is_err() {
            return Ok(None);
        }
        let job = self.engine.store.job(id).await?;
        let units = self.engine.store.units(id).await?;
        let ended = match (done, job.state.as_str()) {
            (Err(_), _) => Ended::Failed,
            (Ok(_), states::CANCELLED) => Ended::Cancelled,
            (Ok(_), states::REVIEW) => Ended::Review,
            (Ok(_), _) => Ended::Done,
        };
        let rows = units.iter().map(|unit| unit.position).sum();
        let failed = units.iter().map(|unit| unit.failed).sum();
        let letter = Letter::Job { job: id, ended, rows, failed };
        Ok(self.engine.letter(None, &To::User(user), &letter, None)?)
    }
}
