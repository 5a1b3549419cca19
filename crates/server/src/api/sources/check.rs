//! Reaching a source.

use axum::Json;
use axum::extract::Path;

use crate::api::sources::list::known;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::sources::SourceChecked;

/// Reach a source, read its schema and ask for advice
#[utoipa::path(
    post, path = "/api/v1/sources/{source}/check", tag = "sources",
    params(("source" = String, Path, description = "Its name")),
    responses((status = 200, description = "It answers", body = SourceChecked))
)]
pub(crate) async fn check_source(
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<SourceChecked>, Problem> {
    let known = known(&caller, &name).await?;
    Ok(Json(caller.office.check_source(&caller.actor, &known.name).await?.into()))
}
