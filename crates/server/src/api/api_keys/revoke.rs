//! Revoking an API key.

use axum::http::StatusCode;
use exeunt_base::ApiKeyId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Revoke an API key
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{key}", tag = "people",
    params(("key" = String, Path, description = "Its id")),
    responses((status = 204, description = "It counts no more"))
)]
pub(crate) async fn revoke_api_key(caller: Caller, Id(id): Id<ApiKeyId>) -> Result<StatusCode, Problem> {
    caller.office.revoke_api_key(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
