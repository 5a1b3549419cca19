//! What the list holds.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::suppression::SuppressionView;

/// See how many are on the suppression list, and until when
///
/// Counts by purpose and kind of identifier. Who they are stands nowhere.
#[utoipa::path(
    get, path = "/api/v1/suppression", tag = "suppression",
    responses((status = 200, description = "Counts and times", body = SuppressionView))
)]
pub(crate) async fn show_suppression(caller: Caller) -> Result<Json<SuppressionView>, Problem> {
    let lines = caller.office.show_suppression(&caller.actor).await?;
    Ok(Json(SuppressionView::of(lines, |purpose| caller.office.suppression_days(purpose))))
}
