//! The second factor again.

use axum::Json;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::{SessionView, StepUp};

/// Show the second factor again, before a dangerous act
///
/// The session goes on under a new token; the old one counts no more.
#[utoipa::path(
    post, path = "/api/v1/sessions/step-up", tag = "people", request_body = StepUp,
    responses((status = 200, description = "The session under its new token", body = SessionView))
)]
pub(crate) async fn step_up(caller: Caller, body: Body<StepUp>) -> Result<Json<SessionView>, Problem> {
    Ok(Json(caller.office.step_up(&caller.token, &body.value.code).await?.into()))
}
