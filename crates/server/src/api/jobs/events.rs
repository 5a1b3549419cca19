//! A job's progress as it happens: server-sent events.

use std::convert::Infallible;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use exeunt_app::jobs::status::Status;
use exeunt_base::JobId;
use futures_util::Stream;

use crate::body::Id;
use crate::caller::Caller;
use crate::follow::{Followed, Seen, follow};
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::jobs::JobDetail;

/// States after which nothing happens by itself.
pub(crate) const ENDS: &[&str] = &["settled", "cancelled", "failed", "review"];

/// Follow a job: an event for each step forward
///
/// Each event is the job as it stands, under an id; whoever comes back with `Last-Event-ID` gets nothing twice. The stream
/// closes when the job has ended, and as soon as the caller may no longer see it.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}/events", tag = "jobs",
    params(
        ("job" = String, Path, description = "Its id"),
        ("Last-Event-ID" = Option<String>, Header, nullable = false, description = "The last event that was received"),
    ),
    responses((status = 200, description = "Events; each `data` is a job with its counts", body = String, content_type = "text/event-stream"))
)]
pub(crate) async fn follow_job(
    service: State<Service>,
    caller: Caller,
    Id(id): Id<JobId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    // what cannot be seen is refused before the stream begins
    caller.office.job_status(&caller.actor, id).await?;
    Ok(follow(service.0, caller.token, &headers, Job(id)))
}

struct Job(JobId);

#[async_trait]
impl Followed for Job {
    async fn look(&self, caller: &Caller) -> Option<Seen> {
        let status = caller.office.job_status(&caller.actor, self.0).await.ok()?;
        let event = Event::default().event("job").json_data(JobDetail::from(&status)).ok()?;
        Some(Seen { name: name(&status), event, ended: ENDS.contains(&status.job.state.as_str()) })
    }
}

/// What an event is called by: it changes with every step forward, and with nothing else.
pub(crate) fn name(status: &Status) -> String {
    format!("{}.{}.{}", status.job.batches, status.done(), status.job.state)
}
