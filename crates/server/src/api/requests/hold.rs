//! Putting a request on hold.

use axum::http::StatusCode;
use exeunt_base::RequestId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::requests::Hold;

/// Put a request on hold
///
/// While it stands, nothing of the request is purged. It may end by itself.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/hold", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = Hold,
    responses((status = 204, description = "It is on hold"))
)]
pub(crate) async fn hold_request(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<Hold>,
) -> Result<StatusCode, Problem> {
    let Hold { because, until } = &body.value;
    let until =
        until.as_deref().map(str::parse).transpose().map_err(|_| {
            Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/until", "a day such as 2026-12-31")
        })?;
    caller.office.hold_request(&caller.actor, id, because, until).await?;
    Ok(StatusCode::NO_CONTENT)
}
