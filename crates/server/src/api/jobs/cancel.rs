//! Cancelling a job.

use axum::http::StatusCode;
use exeunt_base::JobId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Cancel a job
///
/// It ends between two batches; what is done stays done and can be restored.
#[utoipa::path(
    post, path = "/api/v1/jobs/{job}/cancel", tag = "jobs",
    params(("job" = String, Path, description = "Its id")),
    responses((status = 202, description = "It ends at the next batch"))
)]
pub(crate) async fn cancel_job(caller: Caller, Id(id): Id<JobId>) -> Result<StatusCode, Problem> {
    caller.office.cancel_job(&caller.actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}
