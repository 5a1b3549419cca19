//! Entering somebody by hand.

use axum::Json;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::suppression::{Added, NewSuppression};

/// Enter somebody in the suppression list
///
/// At once: the next question finds them. Whoever is there already is there from now on. Whoever is erased by a request is entered
/// without this.
#[utoipa::path(
    post, path = "/api/v1/suppression", tag = "suppression",
    request_body = NewSuppression,
    responses((status = 201, description = "They are on the list", body = Added))
)]
pub(crate) async fn add_suppression(
    caller: Caller,
    body: Body<NewSuppression>,
) -> Result<(StatusCode, Json<Added>), Problem> {
    let new = body.value.read()?;
    let until = caller.office.add_suppression(&caller.actor, &new).await?;
    Ok((StatusCode::CREATED, Json(Added { until })))
}
