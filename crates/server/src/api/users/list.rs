//! Everybody of the organization.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::Page;
use crate::wire::people::UserView;

/// List users, those who left too
#[utoipa::path(
    get, path = "/api/v1/users", tag = "people",
    responses((status = 200, description = "All of them", body = Page<UserView>))
)]
pub(crate) async fn list_users(caller: Caller) -> Result<Json<Page<UserView>>, Problem> {
    let found = caller.office.list_users(&caller.actor).await?;
    Ok(Json(Page { items: found.iter().map(UserView::from).collect(), next: None }))
}
