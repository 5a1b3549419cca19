//! Changing somebody's roles.

use axum::http::StatusCode;
use exeunt_base::UserId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::ChangeRoles;

/// Change somebody's roles
///
/// It counts from their next call on; their sessions end.
#[utoipa::path(
    put, path = "/api/v1/users/{user}/roles", tag = "people",
    params(("user" = String, Path, description = "Their id")), request_body = ChangeRoles,
    responses((status = 204, description = "They have these roles"))
)]
pub(crate) async fn change_roles(
    caller: Caller,
    Id(id): Id<UserId>,
    body: Body<ChangeRoles>,
) -> Result<StatusCode, Problem> {
    caller.must_be_fresh()?;
    let roles: Vec<_> = body.value.roles.into_iter().map(Into::into).collect();
    caller.office.change_roles(&caller.actor, id, &roles).await?;
    Ok(StatusCode::NO_CONTENT)
}
