//! Taking somebody out.

use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::suppression::RemoveSuppression;

/// Take somebody out of the suppression list
///
/// One identifier, for one purpose: imports may bring them back, or they may be written to. What else is known of the same person
/// stays.
#[utoipa::path(
    post, path = "/api/v1/suppression/remove", tag = "suppression",
    request_body = RemoveSuppression,
    responses((status = 204, description = "They are not on the list any more"))
)]
pub(crate) async fn remove_suppression(
    caller: Caller,
    body: Body<RemoveSuppression>,
) -> Result<StatusCode, Problem> {
    let (purpose, identifier, because) = body.value.read();
    caller.office.remove_suppression(&caller.actor, purpose, identifier, &because).await?;
    Ok(StatusCode::NO_CONTENT)
}
