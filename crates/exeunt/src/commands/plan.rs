//! `exeunt plan …`.

mod approve;
mod diff;
mod make;
mod show;

use clap::Subcommand;
use exeunt_app::Office;
use exeunt_base::PlanId;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::ids::Work;

pub(crate) use crate::commands::plan::show::{rehearsed, told};

/// Plans.
#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// Make a plan for one request, or one for many
    Make(make::Args),
    /// Read a plan: what is deleted, anonymized, kept and detached, and why
    Show(show::Args),
    /// Approve exactly the plan that was read, by its digest
    Approve(approve::Args),
    /// What changed from one plan to another
    Diff(diff::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, plan: &Plan) -> Result<Exit, Failure> {
    match plan {
        Plan::Make(args) => make::run(door, args).await,
        Plan::Show(args) => show::run(door, args).await,
        Plan::Approve(args) => approve::run(door, args).await,
        Plan::Diff(args) => diff::run(door, args).await,
    }
}

/// The plan that is meant.
async fn find(office: &Office, work: Work) -> Result<PlanId, Failure> {
    match work {
        Work::Plan(id) => Ok(id),
        Work::Job(id) => Ok(office.engine.store.job(id).await.map_err(exeunt_app::Error::from)?.plan),
        Work::Request(id) => office.request(id).await?.plan.ok_or_else(|| {
            let text = format!("request `{id}` has no plan yet; make one with `exeunt plan make {id}`");
            exeunt_app::Error::Refused("E0310", text).into()
        }),
    }
}
