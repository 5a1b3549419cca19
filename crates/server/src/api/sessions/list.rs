//! Live sessions.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::Page;
use crate::wire::people::SessionListed;

/// List live sessions: one's own, or everybody's for whoever manages users
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "people",
    responses((status = 200, description = "All of them", body = Page<SessionListed>))
)]
pub(crate) async fn list_sessions(caller: Caller) -> Result<Json<Page<SessionListed>>, Problem> {
    let all = caller.actor.powers.has(exeunt_app::access::Permission::ManageUsers);
    let of = caller.session.as_ref().filter(|_| !all).map(|session| session.user);
    let found = caller.office.list_sessions(&caller.actor, of).await?;
    Ok(Json(Page { items: found.iter().map(SessionListed::from).collect(), next: None }))
}
