//! Placing and lifting holds.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::HoldId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::holds::{Lifted, NewHold, Placed};

/// Hold a person, a model, or some of its rows
///
/// While it stands, what it covers is not destroyed, whichever request asks: a hold on a person or a whole model stops the
/// purge; one on some rows keeps these, sealed, and the others go.
#[utoipa::path(
    post, path = "/api/v1/holds", tag = "holds",
    request_body = NewHold,
    responses((status = 201, description = "It stands", body = Placed))
)]
pub(crate) async fn place_hold(
    caller: Caller,
    body: Body<NewHold>,
) -> Result<(StatusCode, Json<Placed>), Problem> {
    let (scope, because, until) = body.value.read()?;
    let id = caller.office.place_hold(&caller.actor, scope, &because, until).await?;
    Ok((StatusCode::CREATED, Json(Placed { hold: id.to_string() })))
}

/// Lift a hold
///
/// What it stopped goes on by itself; what it kept is destroyed. It takes two people: the first one proposes it.
#[utoipa::path(
    post, path = "/api/v1/holds/{hold}/lift", tag = "holds",
    params(("hold" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is lifted", body = Lifted))
)]
pub(crate) async fn lift_hold(caller: Caller, Id(id): Id<HoldId>) -> Result<Json<Lifted>, Problem> {
    let rows = caller.office.lift_hold(&caller.actor, id).await?;
    Ok(Json(Lifted { rows }))
}
