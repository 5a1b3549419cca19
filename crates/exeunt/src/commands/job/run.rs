//! `exeunt job run`: carries a plan out, in batches, stoppable between any two.

use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;

use crate::commands::job::{find, status};
use crate::door::{Door, Needs};
use crate::elsewhere::{self, At};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::progress::Shown;
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
    let (office, actor) = door.office(Needs::Sources).await?;
    let job = find(&office, &actor, args.work, true).await?;
    elsewhere::check(door, &job)?;
    if args.background {
        let task = office.ask_run_job(&actor, job, args.guards.confirmed(), None).await?;
        if door.json {
            out::json(&serde_json::json!({ "job": job, "task": task }))?;
        } else {
            out::text(&format!("{job} waits for a worker\n"))?;
        }
        return Ok(Exit::DONE);
    }
    let control = Control { stop: stop::on_signal(), confirmed: args.guards.confirmed() };
    let shown = Shown::new("erasing", door.json);
    let ended = office.run_job(&actor, job, &door.owner(), &control, &shown).await;
    shown.end();
    let status = ended?;
    if door.json {
        out::json(&status::value(&status))?
    } else {
        out::text(&status::told(&status))?
    }
    Ok(if status.job.state == exeunt_engine::states::REVIEW { Exit::REVIEW } else { Exit::DONE })
}
