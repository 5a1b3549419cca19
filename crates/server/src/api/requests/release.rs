//! Releasing a request.

use axum::http::StatusCode;
use exeunt_base::RequestId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Release a request that is on hold
///
/// It takes two people: the first one proposes it.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/release", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is released"))
)]
pub(crate) async fn release_request(caller: Caller, Id(id): Id<RequestId>) -> Result<StatusCode, Problem> {
    caller.office.release_request(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
