//! One request.

use axum::Json;
use exeunt_base::RequestId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::requests::{RequestDetail, RequestView};

/// Show one request
#[utoipa::path(
    get, path = "/api/v1/requests/{request}", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = RequestDetail))
)]
pub(crate) async fn show_request(
    caller: Caller,
    Id(id): Id<RequestId>,
) -> Result<Json<RequestDetail>, Problem> {
    let shown = caller.office.show_request(&caller.actor, id).await?;
    Ok(Json(RequestDetail {
        request: RequestView::of(&shown.request, shown.standing.as_ref()),
        channel: shown.intake.as_ref().map(|intake| intake.channel.clone()),
        identity_level: shown.intake.as_ref().map(|intake| intake.level),
        identity_how: shown.intake.as_ref().map(|intake| intake.level_how.clone()),
        related: shown.related.iter().map(ToString::to_string).collect(),
        sealed_rows: shown.sealed_rows,
        receipts: shown.receipts.iter().map(|receipt| receipt.id.to_string()).collect(),
    }))
}
