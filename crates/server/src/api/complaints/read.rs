//! Reading what a complaint says.

use axum::Json;
use exeunt_base::RequestId;

use crate::body::{Body, Part};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::complaints::ComplaintWords;
use crate::wire::requests::Because;

/// Read what a complaint says
///
/// Each look is written down in the log, with a seal of the reason.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/complaints/{complaint}/read", tag = "complaints",
    params(("request" = String, Path, description = "Its id"), ("complaint" = String, Path, description = "Its number")),
    request_body = Because,
    responses((status = 200, description = "What it says", body = ComplaintWords))
)]
pub(crate) async fn read_complaint(
    caller: Caller,
    Part(id, number): Part<RequestId>,
    body: Body<Because>,
) -> Result<Json<ComplaintWords>, Problem> {
    // what is no number is no complaint's
    let number = number.parse().unwrap_or_default();
    let words = caller.office.read_complaint(&caller.actor, id, number, &body.value.because).await?;
    Ok(Json(ComplaintWords { words: words.expose().to_owned() }))
}
