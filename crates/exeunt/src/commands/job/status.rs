//! `exeunt job status`.

use exeunt_app::jobs::status::Status;
use exeunt_engine::states;
use exeunt_store::jobs;
use serde_json::{Value, json};

use crate::commands::job::find;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::out;
use crate::table::table;

/// Most jobs that are listed.
const MOST: u32 = 50;

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The job, or its plan, or a request it answers
    #[arg(value_name = "JOB|PLAN|REQUEST")]
    work: Option<Work>,
}

/// Tells.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let Some(work) = args.work else {
        let jobs = match &way {
            Way::Here(office, actor) => office.list_jobs(actor, MOST).await?,
            Way::There(remote) => remote.list_jobs(MOST).await?,
        };
        if door.json {
            out::json(&json!({ "jobs": jobs.iter().map(head).collect::<Vec<_>>() }))?;
        } else if jobs.is_empty() {
            out::text("no jobs yet; approve a plan, then `exeunt job run PLAN`")?;
        } else {
            let line = |job: &jobs::Job| {
                vec![
                    job.id.to_string(),
                    job.state.clone(),
                    out::grouped(job.rows_total),
                    out::time(job.made_at),
                ]
            };
            let rows: Vec<Vec<String>> = jobs.iter().map(line).collect();
            out::text(&table(&["job", "state", "rows", "made"], &rows))?;
        }
        return Ok(Exit::DONE);
    };
    let status = match &way {
        Way::Here(office, actor) => office.job_status(actor, find(office, actor, work, false).await?).await?,
        Way::There(remote) => remote.job(remote.find_job(work).await?).await?,
    };
    if door.json {
        out::json(&value(&status))?
    } else {
        out::text(&told(&status))?
    }
    Ok(Exit::DONE)
}

fn head(job: &jobs::Job) -> Value {
    json!({
        "job": job.id,
        "plan": job.plan,
        "state": job.state,
        "rows_total": job.rows_total,
        "batches": job.batches,
        "made_at": job.made_at,
        "started_at": job.started_at,
        "settled_at": job.settled_at,
        "cancel_asked": job.cancel_asked,
        "trouble": job.trouble,
    })
}

/// A job for programs.
pub(crate) fn value(status: &Status) -> Value {
    let mut value = head(&status.job);
    value["rows_done"] = json!(status.done());
    value["rows_failed"] = json!(status.failed());
    value["window_ends_at"] = json!(status.window_ends_at);
    value["requests"] = json!(status.requests);
    value["restorable"] = json!(status.restorable);
    let unit = |unit: &jobs::Unit| {
        json!({
            "unit": unit.unit,
            "model": unit.model,
            "action": unit.action,
            "total": unit.total,
            "done": unit.done,
            "gone": unit.gone,
            "failed": unit.failed,
            "skipped": unit.skipped,
        })
    };
    value["units"] = json!(status.units.iter().map(unit).collect::<Vec<_>>());
    value
}

/// A job for people.
pub(crate) fn told(status: &Status) -> String {
    let job = &status.job;
    let rows: Vec<Vec<String>> = status
        .units
        .iter()
        .filter(|unit| unit.total > 0)
        .map(|unit| {
            let count = |count: u64| if count == 0 { String::new() } else { out::grouped(count) };
            vec![
                unit.model.clone(),
                unit.action.clone(),
                out::grouped(unit.total),
                out::grouped(unit.done),
                count(unit.gone),
                count(unit.failed),
                count(unit.skipped),
            ]
        })
        .collect();
    let mut text = if rows.is_empty() {
        String::new()
    } else {
        let headings = ["model", "what", "rows", "done", "gone before", "to review", "left"];
        format!("{}\n", table(&headings, &rows))
    };
    text.push_str(&format!("{} is {}", job.id, job.state));
    if let Some(trouble) = &job.trouble {
        text.push_str(&format!(": {trouble}"));
    }
    text.push('\n');
    let request = |or: &str| status.requests.first().map_or_else(|| or.to_owned(), ToString::to_string);
    match (job.state.as_str(), status.window_ends_at.filter(|_| status.restorable > 0)) {
        (states::SETTLED, Some(_)) if job.rows_total == 0 => text.push_str(&format!(
            "Nothing was found, so nothing was erased. The receipt that says so: exeunt purge {}\n",
            request("REQUEST")
        )),
        (states::SETTLED | states::CANCELLED, Some(ends)) => text.push_str(&format!(
            "Until {} it can be undone: exeunt restore {}\nAfter that it is made final: exeunt purge\n",
            out::time(ends),
            request("REQUEST")
        )),
        (states::REVIEW, _) => text.push_str(&format!("Rows wait for you: exeunt job review {}\n", job.id)),
        (states::QUEUED | states::RUNNING | states::FAILED, _) => {
            text.push_str(&format!("Go on with: exeunt job run {}\n", job.id));
        }
        _ => {}
    }
    text
}
