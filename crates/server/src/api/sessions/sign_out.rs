//! Signing out.

use axum::http::StatusCode;

use crate::caller::Caller;
use crate::problem::Problem;

/// Sign out
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", tag = "people",
    responses((status = 204, description = "The session has ended"))
)]
pub(crate) async fn sign_out(caller: Caller) -> Result<StatusCode, Problem> {
    caller.office.sign_out(&caller.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
