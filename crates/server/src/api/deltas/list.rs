//! How far the delta tables are.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::deltas::{DeltaView, Deltas};

/// List the delta tables, and how far each is
#[utoipa::path(
    get, path = "/api/v1/deltas", tag = "deltas",
    responses((status = 200, description = "All of them, by source", body = Deltas))
)]
pub(crate) async fn list_deltas(caller: Caller) -> Result<Json<Deltas>, Problem> {
    let all = caller.office.delta_status(&caller.actor).await?;
    Ok(Json(Deltas { items: all.iter().map(DeltaView::from).collect() }))
}
