//! One request.

use axum::Json;
use exeunt_base::RequestId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::requests::{HeldBy, KeptView, RequestDetail, RequestView, SignalView, WaitView};

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
    let signals = caller.office.signals_of(&caller.actor, id).await?;
    Ok(Json(RequestDetail {
        signals: signals.iter().map(SignalView::from).collect(),
        request: RequestView::of(&shown.request, shown.standing.as_ref()),
        channel: shown.intake.as_ref().map(|intake| intake.channel.clone()),
        identity_level: shown.intake.as_ref().map(|intake| intake.level),
        identity_how: shown.intake.as_ref().map(|intake| intake.level_how.clone()),
        ground: shown.intake.as_ref().and_then(|intake| intake.ground.clone()),
        related: shown.related.iter().map(ToString::to_string).collect(),
        kept: shown.afterwards.left.iter().map(KeptView::of).collect(),
        follow_ups: shown.afterwards.follow_ups.iter().map(|one| one.request.to_string()).collect(),
        follows_up: shown.afterwards.origin.map(|origin| origin.to_string()),
        holds: shown
            .holds
            .iter()
            .map(|(hold, state, because)| HeldBy {
                hold: hold.to_string(),
                state: state.clone(),
                because: because.clone(),
            })
            .collect(),
        sealed_rows: shown.sealed_rows,
        waits: shown
            .waits
            .iter()
            .map(|wait| WaitView {
                model: wait.model.clone(),
                rows: wait.rows,
                awaited: wait.awaited.to_string(),
                state: wait.awaited_state.clone(),
            })
            .collect(),
        receipts: shown.receipts.iter().map(|receipt| receipt.id.to_string()).collect(),
    }))
}
