//! Pausing work at a source.

use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::work::Pause;

/// Pause work at a source
///
/// Nothing is struck, restored or purged there until it is resumed; a batch in hand is finished.
#[utoipa::path(
    post, path = "/api/v1/work/pause", tag = "work",
    request_body = Pause,
    responses((status = 204, description = "It is paused"))
)]
pub(crate) async fn pause_source(caller: Caller, body: Body<Pause>) -> Result<StatusCode, Problem> {
    let Pause { source, because } = body.value;
    caller.office.pause_source(&caller.actor, &source.name()?, &because).await?;
    Ok(StatusCode::NO_CONTENT)
}
