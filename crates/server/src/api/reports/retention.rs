//! What is kept.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::reports::RetentionView;

/// What is kept of each class, and for how long at the most
///
/// How many items, since when the oldest has been there, and whether that is too long.
#[utoipa::path(
    get, path = "/api/v1/reports/retention", tag = "reports",
    responses((status = 200, description = "The classes", body = RetentionView))
)]
pub(crate) async fn report_retention(caller: Caller) -> Result<Json<RetentionView>, Problem> {
    let classes = caller.office.report_retention(&caller.actor).await?;
    Ok(Json(RetentionView { items: classes.iter().map(Into::into).collect() }))
}
