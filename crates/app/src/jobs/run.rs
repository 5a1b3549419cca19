//! Running a job until it is settled, waits for review, is cancelled or is stopped.

use exeunt_base::{JobId, ProposalId};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Watcher;

use crate::actor::Actor;
use crate::error::Error;
use crate::jobs::status::Status;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::Wish;

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
        self.allow_job(actor, id)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        self.two_over_the_cap(actor, id, control.confirmed).await?;
        self.run_asked_job(actor, id, owner, control, watcher).await
    }

    /// Runs a job that was asked for: whether one person is enough was seen to then.
    pub(crate) async fn run_asked_job(
        &self,
        actor: &Actor,
        id: JobId,
        owner: &str,
        control: &Control,
        watcher: &dyn Watcher,
    ) -> Result<Status, Error> {
        self.allow_job(actor, id)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        self.may_handle_job(id).await?;
        self.engine.run_job(id, owner, control, watcher).await?;
        self.job_status(actor, id).await
    }

    /// Lets a job through; one that goes over the caps on rows and matches, when two people want it.
    pub(crate) async fn two_over_the_cap(
        &self,
        actor: &Actor,
        id: JobId,
        confirmed: Confirmed,
    ) -> Result<Option<ProposalId>, Error> {
        let rows = confirmed.rows.map(|rows| format!("up to {rows} rows of one person"));
        let matches = confirmed.matches.map(|matches| format!("up to {matches} matches of one request"));
        let told: Vec<String> = rows.into_iter().chain(matches).collect();
        if told.is_empty() {
            return Ok(None);
        }
        let what = format!("run {id} with {}", told.join(" and "));
        let wish = Wish {
            act: Act::ExceedCap,
            subject: Some(id.into()),
            bound: what.as_bytes(),
            what: what.clone(),
        };
        self.two_people(actor, &wish).await
    }
}
