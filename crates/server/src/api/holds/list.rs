//! What is held, and the rows that holds keep.

use axum::Json;
use exeunt_base::HoldId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::holds::{HeldRows, Holds};

/// List holds beyond single requests, those lifted too
#[utoipa::path(
    get, path = "/api/v1/holds", tag = "holds",
    responses((status = 200, description = "The last placed first", body = Holds))
)]
pub(crate) async fn list_holds(caller: Caller) -> Result<Json<Holds>, Problem> {
    Ok(Json(caller.office.list_holds(&caller.actor).await?.into()))
}

/// Read the rows that a hold keeps
///
/// Every reading is written down.
#[utoipa::path(
    get, path = "/api/v1/holds/{hold}/rows", tag = "holds",
    params(("hold" = String, Path, description = "Its id")),
    responses((status = 200, description = "As they were before they were erased", body = HeldRows))
)]
pub(crate) async fn read_held_rows(caller: Caller, Id(id): Id<HoldId>) -> Result<Json<HeldRows>, Problem> {
    Ok(Json(caller.office.read_held_rows(&caller.actor, id).await?.into()))
}
