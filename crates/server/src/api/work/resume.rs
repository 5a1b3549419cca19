//! Letting work at a source go on.

use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::work::Resume;

/// Let work at a source go on
#[utoipa::path(
    post, path = "/api/v1/work/resume", tag = "work",
    request_body = Resume,
    responses((status = 204, description = "It goes on"))
)]
pub(crate) async fn resume_source(caller: Caller, body: Body<Resume>) -> Result<StatusCode, Problem> {
    caller.office.resume_source(&caller.actor, &body.value.source.name()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
