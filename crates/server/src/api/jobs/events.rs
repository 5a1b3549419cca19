//! A job's progress as it happens: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use exeunt_app::jobs::status::Status;
use exeunt_base::JobId;
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::jobs::JobDetail;

/// How often it is looked whether there is something new.
const LOOK: Duration = Duration::from_millis(500);

/// States after which nothing happens by itself.
const ENDS: &[&str] = &["settled", "cancelled", "failed", "review"];

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
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let follower = Follower { service: service.0, token: caller.token, job: id, last, ended: false };
    Ok(Sse::new(unfold(follower, next)).keep_alive(KeepAlive::default()))
}

struct Follower {
    service: Service,
    token: exeunt_base::Secret<String>,
    job: JobId,
    last: Option<String>,
    ended: bool,
}

async fn next(mut follower: Follower) -> Option<(Result<Event, Infallible>, Follower)> {
    while !follower.ended && !follower.service.stop.is_said() {
        // whoever lost their key or role since the last look sees no more
        let caller = Caller::of(&follower.service, follower.token.clone()).await.ok()?;
        let status = caller.office.job_status(&caller.actor, follower.job).await.ok()?;
        let name = name(&status);
        follower.ended = ENDS.contains(&status.job.state.as_str());
        if follower.last.as_deref() != Some(name.as_str()) {
            let event = Event::default().event("job").id(name.clone());
            let event = event.json_data(JobDetail::from(&status)).ok()?;
            follower.last = Some(name);
            return Some((Ok(event), follower));
        }
        if follower.ended {
            return None;
        }
        tokio::select! {
            () = follower.service.stop.said() => return None,
            () = follower.service.house.world.wait(LOOK) => {}
        }
    }
    None
}

/// What an event is called by: it changes with every step forward, and with nothing else.
fn name(status: &Status) -> String {
    format!("{}.{}.{}", status.job.batches, status.done(), status.job.state)
}
