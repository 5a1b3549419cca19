//! Asking whether people are on the list.

use axum::Json;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::suppression::{CheckSuppression, Checked};

/// Most bytes of a question: a thousand identifiers, and long ones.
const MOST_BYTES: usize = 2 << 20;

/// Ask whether people are on the suppression list
///
/// For an import that must not bring back who was erased, or for whoever sends marketing. Answers `match` or `no_match` for each
/// identifier, in their order, and tells nothing else. Nothing is answered when one of them cannot be looked up: `errors` names
/// the first hundred by their places. A key with the scope `suppression:check` alone may do this and nothing more.
#[utoipa::path(
    post, path = "/api/v1/suppression/check", tag = "suppression",
    request_body = CheckSuppression,
    responses((status = 200, description = "One answer for each identifier", body = Checked))
)]
pub(crate) async fn check_suppression(
    caller: Caller,
    body: Body<CheckSuppression, MOST_BYTES>,
) -> Result<Json<Checked>, Problem> {
    let (purpose, identifiers) = body.value.read();
    let matches = caller.office.check_suppression(&caller.actor, purpose, &identifiers).await?;
    Ok(Json(matches.into()))
}
