//! Starting a job.

use axum::http::StatusCode;
use axum::response::Response;

use crate::body::Body;
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::jobs::{StartJob, Started};
use crate::wire::tasks::accepted;

/// Carry an approved plan out
#[utoipa::path(
    post, path = "/api/v1/jobs", tag = "jobs",
    params(("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name starts nothing")),
    request_body = StartJob,
    responses((status = 202, description = "A worker carries it out", body = Started))
)]
pub(crate) async fn start_job(
    mut caller: Caller,
    once: Once,
    body: Body<StartJob>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    let flaw = |_| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/plan", "the id of a plan: `pln_…`");
    let plan = body.value.plan.parse().map_err(flaw)?;
    let job = caller.office.start_job(&caller.actor, plan).await?;
    let confirmed = body.value.confirm.confirmed();
    let task = caller.office.ask_run_job(&caller.actor, job, confirmed, call.as_ref()).await?;
    Ok(accepted(task, Started { job: job.to_string(), task: task.to_string() }))
}
