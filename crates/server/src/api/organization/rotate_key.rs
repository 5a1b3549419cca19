//! Taking another key of the organization into use.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::organization::RotatedKey;

/// Take another key of the organization into use
///
/// Keys that it wraps are wrapped anew while everybody works; nothing is encrypted again. One that was cut short is finished.
#[utoipa::path(
    post, path = "/api/v1/organization/key/rotate", tag = "people",
    responses((status = 200, description = "Which one it is now", body = RotatedKey))
)]
pub(crate) async fn rotate_organization_key(caller: Caller) -> Result<Json<RotatedKey>, Problem> {
    let version = caller.office.rotate_organization_key(&caller.actor).await?;
    Ok(Json(RotatedKey { version }))
}
