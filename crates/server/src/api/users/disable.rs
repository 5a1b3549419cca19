//! Disabling somebody.

use axum::http::StatusCode;
use exeunt_base::UserId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Disable somebody
///
/// Their sessions and API keys end with it, and they cannot sign in again.
#[utoipa::path(
    post, path = "/api/v1/users/{user}/disable", tag = "people",
    params(("user" = String, Path, description = "Their id")),
    responses((status = 204, description = "They are disabled"))
)]
pub(crate) async fn disable_user(caller: Caller, Id(id): Id<UserId>) -> Result<StatusCode, Problem> {
    caller.must_be_fresh()?;
    caller.office.disable_user(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
