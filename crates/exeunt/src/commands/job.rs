//! `exeunt job …`.

mod cancel;
mod review;
mod run;
mod status;

use clap::Subcommand;
use exeunt_app::{Actor, Office};
use exeunt_base::JobId;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::ids::Work;

pub(crate) use crate::commands::job::run::Guards;
pub(crate) use crate::commands::job::status::{told, value as status_value};

/// Jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// Carry an approved plan out, or go on where it was stopped
    Run(run::Args),
    /// How far a job is; without a name, the latest jobs
    Status(status::Args),
    /// End a job between two batches; what is done stays done and can be restored
    Cancel(cancel::Args),
    /// Rows that could not be struck: list them, try them again, or leave them with a reason
    Review(review::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: Door, job: &Job) -> Result<Exit, Failure> {
    match job {
        Job::Run(args) => run::run(&door.at(&args.place.at), args).await,
        Job::Status(args) => status::run(&door, args).await,
        Job::Cancel(args) => cancel::run(&door, args).await,
        Job::Review(args) => review::run(&door.at(&args.place.at), args).await,
    }
}

/// The job that is meant, by its own name, its plan's or one of its requests'. With `start`, an approved plan gets one.
async fn find(office: &Office, actor: &Actor, work: Work, start: bool) -> Result<JobId, Failure> {
    let plan = match work {
        Work::Job(id) => return Ok(id),
        Work::Plan(plan) => plan,
        Work::Request(id) => {
            let request = office.request(id).await?;
            match (request.job, request.plan) {
                (Some(job), _) => return Ok(job),
                (None, Some(plan)) => plan,
                (None, None) => {
                    let text =
                        format!("request `{id}` has no plan yet; make one with `exeunt plan make {id}`");
                    return Err(exeunt_app::Error::Refused("E0310", text).into());
                }
            }
        }
    };
    Ok(match office.job_of(actor, plan).await? {
        Some(job) => job,
        None if start => office.start_job(actor, plan).await?,
        None => {
            let text = format!("plan `{plan}` has no job yet; start it with `exeunt job run {plan}`");
            return Err(exeunt_app::Error::Refused("E0310", text).into());
        }
    })
}
