//! `exeunt job review`.

use exeunt_app::jobs::status::Status;
use exeunt_base::JobId;
use exeunt_store::reviews::Review;
use serde_json::json;

use crate::commands::job::{find, status};
use crate::door::{Door, Needs, Way};
use crate::elsewhere::{self, At};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::out;
use crate::remote::{self, Remote};
use crate::table::table;

/// Which, and what was decided.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The job, or its plan, or a request it answers
    #[arg(value_name = "JOB|PLAN|REQUEST")]
    work: Work,
    /// Try all of them again, also where triggers were dropped or disabled meanwhile
    #[arg(long, conflicts_with = "skip")]
    retry: bool,
    /// Leave all of them as they are, for this reason
    #[arg(long, value_name = "REASON")]
    skip: Option<String>,
    #[command(flatten)]
    pub(crate) place: At,
}

/// Lists, retries or skips.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let deciding = args.retry || args.skip.is_some();
    let (office, actor) = match door.way(if deciding { Needs::Sources } else { Needs::Home }).await? {
        Way::Here(office, actor) => (office, actor),
        Way::There(remote) => return by_service(door, &remote, args).await,
    };
    let job = find(&office, &actor, args.work, false).await?;
    if deciding {
        elsewhere::check(door, &job)?;
    }
    if let Some(reason) = &args.skip {
        office.skip_reviews(&actor, job, reason, &door.owner()).await?;
    } else if args.retry {
        office.retry_reviews(&actor, job, &door.owner()).await?;
    }
    let reviews = office.list_reviews(&actor, job).await?;
    let status = if deciding { Some(office.job_status(&actor, job).await?) } else { None };
    told(door, job, &reviews, status.as_ref())
}

/// A worker of the service tries or leaves them; here it is waited for.
async fn by_service(door: &Door, remote: &Remote, args: &Args) -> Result<Exit, Failure> {
    if !args.place.at.is_empty() {
        return Err(remote::Error::NoForm.into());
    }
    let job = remote.find_job(args.work).await?;
    if let Some(reason) = &args.skip {
        remote.leave_reviews(job, reason).await?;
    } else if args.retry {
        remote.retry_reviews(job).await?;
    }
    let reviews = remote.reviews(job).await?;
    let deciding = args.retry || args.skip.is_some();
    let status = if deciding { Some(remote.job(job).await?) } else { None };
    told(door, job, &reviews, status.as_ref())
}

fn told(door: &Door, job: JobId, reviews: &[Review], decided: Option<&Status>) -> Result<Exit, Failure> {
    let open = reviews.iter().filter(|review| review.state == "open").count();
    if door.json {
        let one = |review: &Review| {
            json!({
                "review": review.id,
                "unit": review.unit,
                "place": review.place,
                "model": review.model,
                "fault": review.fault,
                "words": review.words,
                "state": review.state,
                "reason": review.reason,
                "at": review.at,
            })
        };
        out::json(&json!({
            "job": job,
            "open": open,
            "reviews": reviews.iter().map(one).collect::<Vec<_>>(),
        }))?;
    } else if reviews.is_empty() {
        out::text("no row waits for review")?;
    } else {
        let line = |review: &Review| {
            vec![
                review.model.clone(),
                format!("#{}", review.place),
                review.state.clone(),
                review.words.clone(),
            ]
        };
        out::text(&table(
            &["model", "row", "state", "what the source said"],
            &reviews.iter().map(line).collect::<Vec<_>>(),
        ))?;
        if let Some(status) = decided {
            out::text(&status::told(status))?;
        } else if open > 0 {
            out::remark(&format!("next: exeunt job review {job} --retry, or --skip REASON"));
        }
    }
    Ok(if open > 0 { Exit::REVIEW } else { Exit::DONE })
}
