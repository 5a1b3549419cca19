//! API keys there are.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::Page;
use crate::wire::people::ApiKeyView;

/// List API keys: one's own, or everybody's for whoever manages keys
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "people",
    responses((status = 200, description = "All of them", body = Page<ApiKeyView>))
)]
pub(crate) async fn list_api_keys(caller: Caller) -> Result<Json<Page<ApiKeyView>>, Problem> {
    let all = caller.actor.powers.has(exeunt_app::access::Permission::ManageApiKeys);
    let of = caller.session.as_ref().filter(|_| !all).map(|session| session.user);
    let found = caller.office.list_api_keys(&caller.actor, of).await?;
    Ok(Json(Page { items: found.iter().map(ApiKeyView::from).collect(), next: None }))
}
