//! Stops and complaints, never with what they say.

use axum::Json;
use exeunt_base::RequestId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::complaints::{ComplaintView, Complaints, StopView, Stops};

/// Most of a list: more than anybody looks at in a day.
const MOST: u32 = 200;

/// List requests that were stopped by the link in a letter
///
/// Those that nobody looked at yet, oldest first. To go on with one, two people release it from its hold
/// (`POST /api/v1/requests/{request}/release`).
#[utoipa::path(
    get, path = "/api/v1/stops", tag = "complaints",
    responses((status = 200, description = "They", body = Stops))
)]
pub(crate) async fn list_stops(caller: Caller) -> Result<Json<Stops>, Problem> {
    let all = caller.office.open_stops(&caller.actor, MOST).await?;
    Ok(Json(Stops { items: all.iter().map(StopView::from).collect() }))
}

/// Show whether a request was stopped by the link in a letter
#[utoipa::path(
    get, path = "/api/v1/requests/{request}/stop", tag = "complaints",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "The stop, over or not; not found where it never was stopped", body = StopView))
)]
pub(crate) async fn show_stop(caller: Caller, Id(id): Id<RequestId>) -> Result<Json<StopView>, Problem> {
    let stop = caller.office.stop_of(&caller.actor, id).await?;
    Ok(Json(StopView::from(&stop.ok_or_else(Problem::not_found)?)))
}

/// List complaints that nobody answered yet
///
/// Oldest first.
#[utoipa::path(
    get, path = "/api/v1/complaints", tag = "complaints",
    responses((status = 200, description = "At most 200", body = Complaints))
)]
pub(crate) async fn list_open_complaints(caller: Caller) -> Result<Json<Complaints>, Problem> {
    let all = caller.office.open_complaints(&caller.actor, MOST).await?;
    Ok(Json(Complaints { items: all.iter().map(ComplaintView::from).collect() }))
}

/// List the complaints about a request
#[utoipa::path(
    get, path = "/api/v1/requests/{request}/complaints", tag = "complaints",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "They, answered or not", body = Complaints))
)]
pub(crate) async fn list_complaints(
    caller: Caller,
    Id(id): Id<RequestId>,
) -> Result<Json<Complaints>, Problem> {
    let all = caller.office.complaints_about(&caller.actor, id).await?;
    Ok(Json(Complaints { items: all.iter().map(ComplaintView::from).collect() }))
}
