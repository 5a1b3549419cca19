//! Lifting the emergency stop.

use axum::Json;
use exeunt_app::halts::stop::Lift;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::work::Lifted;

/// Lift the emergency stop, as one of two people
///
/// The first call asks for it, that of somebody else does it.
#[utoipa::path(
    post, path = "/api/v1/work/lift", tag = "work",
    responses((status = 200, description = "Whether work goes on", body = Lifted))
)]
pub(crate) async fn lift_stop(caller: Caller) -> Result<Json<Lifted>, Problem> {
    caller.must_be_fresh()?;
    let lifted = caller.office.lift_stop(&caller.actor).await? == Lift::Lifted;
    Ok(Json(Lifted { lifted }))
}
