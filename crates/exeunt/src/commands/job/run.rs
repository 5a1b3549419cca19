//! `exeunt job run`: carries a plan out, in batches, stoppable between any two.

use exeunt_app::jobs::status::Status;
use exeunt_base::{JobId, TaskId};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;

use crate::commands::job::{find, status};
use crate::door::{Door, Needs, Way};
use crate::elsewhere::{self, At};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::progress::Shown;
use crate::remote::{self, Remote};
use crate::{out, stop};

/// Which job, and what was looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The job, or its plan, or a request it answers
    #[arg(value_name = "JOB|PLAN|REQUEST")]
    work: Work,
    #[command(flatten)]
    guards: Guards,
    /// Leave it to the workers of `exeunt serve`
    #[arg(long)]
    background: bool,
    #[command(flatten)]
    pub(crate) place: At,
}

/// Guards that a person may confirm over.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Guards {
    /// Yes, one person really has this many rows
    #[arg(long, value_name = "ROWS")]
    pub(crate) confirm_rows: Option<u64>,
    /// Yes, these identifiers really are this many rows of one subject model
    #[arg(long, value_name = "ROWS")]
    pub(crate) confirm_matches: Option<u64>,
    /// Yes, identifiers that disagree really are one person
    #[arg(long)]
    pub(crate) confirm_identity: bool,
    /// Yes, nothing is held of some of these people
    #[arg(long)]
    pub(crate) confirm_nobody: bool,
}

impl Guards {
    /// As the engine wants it.
    pub(crate) fn confirmed(self) -> Confirmed {
        Confirmed {
            rows: self.confirm_rows,
            matches: self.confirm_matches,
            identity: self.confirm_identity,
            nobody: self.confirm_nobody,
        }
    }
}

/// Runs the job.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = match door.way(Needs::Sources).await? {
        Way::Here(office, actor) => (office, actor),
        Way::There(remote) => return by_service(door, &remote, args).await,
    };
    let job = find(&office, &actor, args.work, true).await?;
    elsewhere::check(door, &job)?;
    if args.background {
        let task = office.ask_run_job(&actor, job, args.guards.confirmed(), None).await?;
        return waits(door, job, task);
    }
    let control = Control { stop: stop::on_signal(), confirmed: args.guards.confirmed() };
    let shown = Shown::new("erasing", door.json);
    let ended = office.run_job(&actor, job, &door.owner(), &control, &shown).await;
    shown.end();
    ran(door, &ended?)
}

/// A worker of the service runs it; here it is waited for. Whoever stops waiting stops nothing.
async fn by_service(door: &Door, remote: &Remote, args: &Args) -> Result<Exit, Failure> {
    if !args.place.at.is_empty() {
        return Err(remote::Error::NoForm.into());
    }
    let (job, task) = remote.run_job(args.work, args.guards.confirmed()).await?;
    if args.background {
        return waits(door, job, task);
    }
    remote.ended(task).await?;
    ran(door, &remote.job(job).await?)
}

fn waits(door: &Door, job: JobId, task: TaskId) -> Result<Exit, Failure> {
    if door.json {
        out::json(&serde_json::json!({ "job": job, "task": task }))?;
    } else {
        out::text(&format!("{job} waits for a worker\n"))?;
    }
    Ok(Exit::DONE)
}

fn ran(door: &Door, status: &Status) -> Result<Exit, Failure> {
    if door.json {
        out::json(&status::value(status))?
    } else {
        out::text(&status::told(status))?
    }
    Ok(if status.job.state == exeunt_engine::states::REVIEW { Exit::REVIEW } else { Exit::DONE })
}
