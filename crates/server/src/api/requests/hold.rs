//! Putting a request on hold.

use axum::http::StatusCode;
use exeunt_base::RequestId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::requests::Because;

/// Put a request on hold
///
/// While it stands, nothing of the request is purged.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/hold", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = Because,
    responses((status = 204, description = "It is on hold"))
)]
pub(crate) async fn hold_request(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<Because>,
) -> Result<StatusCode, Problem> {
    caller.office.hold_request(&caller.actor, id, &body.value.because).await?;
    Ok(StatusCode::NO_CONTENT)
}
