//! Carrying one task out, as whoever asked for it.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use exeunt_base::JobId;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Nobody;
use exeunt_store::tasks::Task;
use serde_json::{Value, json};

use crate::access::{Powers, Role};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::plans::count::Look;
use crate::tasks::Wanted;

/// What came of it: ids and counts, never personal data.
pub(super) async fn carry_out(
    office: &Office,
    task: &Task,
    owner: &str,
    stop: &Arc<AtomicBool>,
) -> Result<Value, Error> {
    let wanted = office.open_task(task)?;
    office.look_at_map().await?;
    if let Some(done) = office.done_before(task, &wanted).await? {
        return Ok(done);
    }
    match attempt(office, task, wanted, owner, stop).await {
        Ok(done) => Ok(done),
        // whoever had it before and was believed dead may have done it meanwhile
        Err(error) => match office.done_before(task, &office.open_task(task)?).await? {
            Some(done) => Ok(done),
            None => Err(error),
        },
    }
}

async fn attempt(
    office: &Office,
    task: &Task,
    wanted: Wanted,
    owner: &str,
    stop: &Arc<AtomicBool>,
) -> Result<Value, Error> {
    // whether they may was asked when they asked; nobody has the machine's powers here but the service itself
    let powers = task.asked_by.map_or(Powers::all(), |_| Powers::of_roles(Role::ALL));
    let actor = Actor { id: task.asked_by, organization: task.organization, powers };
    match wanted {
        Wanted::CountPlan(confirmed) => {
            office.count_asked_plan(&actor, subject(task)?, Look::Count, confirmed).await
        }
        Wanted::RehearsePlan(confirmed) => {
            office.count_asked_plan(&actor, subject(task)?, Look::DryRun, confirmed).await
        }
        Wanted::RunJob(confirmed) => {
            let job: JobId = subject(task)?;
            let control = Control { stop: Arc::clone(stop), confirmed };
            let status = office.run_asked_job(&actor, job, owner, &control, &Nobody).await?;
            Ok(json!({ "job": job, "state": status.job.state }))
        }
        Wanted::RetryReviews => {
            let retried = office.retry_reviews(&actor, subject(task)?, owner).await?;
            Ok(json!({ "done": retried.done, "gone": retried.gone, "failed": retried.failed }))
        }
        Wanted::SkipReviews(because) => {
            let left = office.skip_reviews_asked(&actor, subject(task)?, &because, owner).await?;
            Ok(json!({ "left": left }))
        }
        Wanted::Restore(choice) => {
            let restored = office.restore(&actor, subject(task)?, &choice, owner).await?;
            let refused: u64 = restored.refused.iter().map(|refused| refused.rows).sum();
            Ok(json!({
                "rows": restored.back,
                "already": restored.already,
                "whole": restored.whole,
                "refused": refused,
            }))
        }
        Wanted::Purge(options) => {
            let (purged, issued) = office.purge_asked(&actor, subject(task)?, options, owner).await?;
            let receipts: Vec<_> = issued.iter().map(|issued| issued.receipt).collect();
            Ok(json!({ "state": purged.state, "receipt": purged.receipt, "receipts": receipts }))
        }
        Wanted::PurgeDue => office.purge_what_is_due(owner).await,
        Wanted::FollowKept => office.follow_kept_rows(&actor).await,
        Wanted::PushDeltas => office.push_what_waits(&actor).await,
        Wanted::MakePackage(wanted) => {
            let answered = office.make_package(&actor, subject(task)?, wanted.read()?, &Nobody).await?;
            Ok(json!({
                "package": answered.made.package,
                "bytes": answered.made.bytes,
                "complete": answered.made.complete,
            }))
        }
    }
}

/// What a task is about.
pub(super) fn subject<I: FromStr>(task: &Task) -> Result<I, Error> {
    task.subject.parse().map_err(|_| Error::Damaged {
        what: String::from("a task"),
        why: format!("`{}` is not about `{}`", task.kind, task.subject),
    })
}
