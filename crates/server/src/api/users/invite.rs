//! Inviting somebody.

use axum::Json;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::{InviteUser, OneTimeView};

/// Invite somebody
///
/// The token is shown this once, for them alone.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "people", request_body = InviteUser,
    responses((status = 201, description = "The token of the invitation", body = OneTimeView))
)]
pub(crate) async fn invite_user(
    caller: Caller,
    body: Body<InviteUser>,
) -> Result<(StatusCode, Json<OneTimeView>), Problem> {
    caller.must_be_fresh()?;
    let person = body.value.person()?;
    let roles: Vec<_> = body.value.roles.into_iter().map(Into::into).collect();
    let invited = caller.office.invite_user(&caller.actor, &person, &roles).await?;
    Ok((StatusCode::CREATED, Json(OneTimeView::of(invited.user, &invited.one_time))))
}
