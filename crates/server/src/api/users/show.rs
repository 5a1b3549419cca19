//! One user.

use axum::Json;
use exeunt_base::UserId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::UserView;

/// Show a user
///
/// Oneself, or, for whoever manages users, anybody.
#[utoipa::path(
    get, path = "/api/v1/users/{user}", tag = "people",
    params(("user" = String, Path, description = "Their id")),
    responses((status = 200, description = "They", body = UserView))
)]
pub(crate) async fn show_user(caller: Caller, Id(id): Id<UserId>) -> Result<Json<UserView>, Problem> {
    let shown = caller.office.show_user(&caller.actor, id).await?;
    Ok(Json(UserView::from(&shown)))
}
