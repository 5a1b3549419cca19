//! What a webhook was told.

use axum::response::Response;
use exeunt_base::WebhookId;

use crate::body::{Id, Query};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::{self, Page, PageQuery};
use crate::wire::webhooks::DeliveryView;

/// List what a webhook was told, newest event first
///
/// For 30 days after each ended.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook}/deliveries", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id"), PageQuery),
    responses(
        (status = 200, description = "A page of deliveries", body = Page<DeliveryView>,
            headers(("Link" = Option<String>, description = "The next page"))),
    )
)]
pub(crate) async fn list_webhook_deliveries(
    caller: Caller,
    Id(id): Id<WebhookId>,
    Query(wanted): Query<PageQuery>,
) -> Result<Response, Problem> {
    let limit = page::limit(wanted.limit)?;
    let before = page::cursor(wanted.cursor.as_ref())?;
    let found = caller.office.webhook_deliveries(&caller.actor, id, before, limit + 1).await?;
    let page = Page::of(found.iter().map(DeliveryView::from).collect(), limit, |view| view.event.clone());
    Ok(page.answer(&format!("/api/v1/webhooks/{id}/deliveries"), &format!("&limit={limit}")))
}
