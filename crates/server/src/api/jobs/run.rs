//! Going on with a job.

use axum::response::Response;
use exeunt_base::JobId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::jobs::RunJob;
use crate::wire::tasks::Asked;

/// Go on with a job that failed, or that waits for a confirmation
#[utoipa::path(
    post, path = "/api/v1/jobs/{job}/run", tag = "jobs",
    params(
        ("job" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    request_body = RunJob,
    responses((status = 202, description = "A worker goes on with it", body = Asked))
)]
pub(crate) async fn run_job(
    mut caller: Caller,
    once: Once,
    Id(id): Id<JobId>,
    body: Body<RunJob>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    let confirmed = body.value.confirm.confirmed();
    Ok(Asked::answer(caller.office.ask_run_job(&caller.actor, id, confirmed, call.as_ref()).await?))
}
