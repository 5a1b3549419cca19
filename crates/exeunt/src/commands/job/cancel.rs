//! `exeunt job cancel`.

use serde_json::json;

use crate::commands::job::find;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::out;

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The job, or its plan, or a request it answers
    #[arg(value_name = "JOB|PLAN|REQUEST")]
    work: Work,
}

/// Asks the job to end.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let job = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => {
            let job = find(&office, &actor, args.work, false).await?;
            office.cancel_job(&actor, job).await?;
            job
        }
        Way::There(remote) => {
            let job = remote.find_job(args.work).await?;
            remote.cancel_job(job).await?;
            job
        }
    };
    if door.json {
        out::json(&json!({ "job": job, "cancel_asked": true }))?;
    } else {
        out::text(&format!(
            "{job} ends after the batch in hand; when nobody runs it, `exeunt job run {job}` ends it.\n\
             What is done stays done, and can be restored."
        ))?;
    }
    Ok(Exit::DONE)
}
