//! One API key.

use axum::Json;
use exeunt_base::ApiKeyId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::ApiKeyView;

/// Show an API key, never its token
///
/// One of one's own, or, for whoever manages keys, anybody's.
#[utoipa::path(
    get, path = "/api/v1/api-keys/{key}", tag = "people",
    params(("key" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = ApiKeyView))
)]
pub(crate) async fn show_api_key(caller: Caller, Id(id): Id<ApiKeyId>) -> Result<Json<ApiKeyView>, Problem> {
    let shown = caller.office.show_api_key(&caller.actor, id).await?;
    Ok(Json(ApiKeyView::from(&shown)))
}
