//! The emergency stop.

use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::requests::Because;

/// Stop everything that destroys
///
/// Erasures and purges of the organization stop; batches in hand are the last. Restores and packages go on. Two people lift it.
#[utoipa::path(
    post, path = "/api/v1/work/stop", tag = "work",
    request_body = Because,
    responses((status = 204, description = "It is stopped"))
)]
pub(crate) async fn stop_work(caller: Caller, body: Body<Because>) -> Result<StatusCode, Problem> {
    caller.office.stop_work(&caller.actor, &body.value.because).await?;
    Ok(StatusCode::NO_CONTENT)
}
