//! The organization's webhooks.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::Page;
use crate::wire::webhooks::WebhookView;

/// List webhooks
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks",
    responses((status = 200, description = "All of them, oldest first", body = Page<WebhookView>))
)]
pub(crate) async fn list_webhooks(caller: Caller) -> Result<Json<Page<WebhookView>>, Problem> {
    let found = caller.office.list_webhooks(&caller.actor).await?;
    Ok(Json(Page { items: found.iter().map(WebhookView::from).collect(), next: None }))
}
