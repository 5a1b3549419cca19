//! Revoking a link.

use axum::http::StatusCode;
use exeunt_base::LinkId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Revoke a link, at once
#[utoipa::path(
    delete, path = "/api/v1/links/{link}", tag = "packages",
    params(("link" = String, Path, description = "Its id")),
    responses((status = 204, description = "Nobody fetches anything by it any more"))
)]
pub(crate) async fn revoke_link(caller: Caller, Id(id): Id<LinkId>) -> Result<StatusCode, Problem> {
    caller.office.revoke_link(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
