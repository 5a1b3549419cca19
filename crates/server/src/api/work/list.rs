//! What is halted.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::work::{HaltView, Halts};

/// List what is halted: the emergency stop first, then paused sources
#[utoipa::path(
    get, path = "/api/v1/work/halts", tag = "work",
    responses((status = 200, description = "All of it", body = Halts))
)]
pub(crate) async fn list_halts(caller: Caller) -> Result<Json<Halts>, Problem> {
    let all = caller.office.list_halts(&caller.actor).await?;
    Ok(Json(Halts { items: all.iter().map(HaltView::from).collect() }))
}
