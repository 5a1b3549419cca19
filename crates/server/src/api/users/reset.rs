//! Letting somebody choose a new password.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::UserId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::OneTimeView;

/// Let somebody choose a new password
///
/// Their second factor stays: whoever has the token alone gets nowhere.
#[utoipa::path(
    post, path = "/api/v1/users/{user}/reset", tag = "people",
    params(("user" = String, Path, description = "Their id")),
    responses((status = 201, description = "The token of the reset", body = OneTimeView))
)]
pub(crate) async fn start_reset(
    caller: Caller,
    Id(id): Id<UserId>,
) -> Result<(StatusCode, Json<OneTimeView>), Problem> {
    caller.must_be_fresh()?;
    let one_time = caller.office.start_reset(&caller.actor, id).await?;
    Ok((StatusCode::CREATED, Json(OneTimeView::of(id, &one_time))))
}
