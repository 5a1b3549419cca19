//! Changing a webhook.

use axum::Json;
use exeunt_base::WebhookId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::webhooks::{ChangeWebhook, WebhookView};

/// Change a webhook, or turn it on or off
///
/// What waits for one that is turned off is given up; it can be sent again once it is on.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{webhook}", tag = "webhooks", request_body = ChangeWebhook,
    params(("webhook" = String, Path, description = "Its id")),
    responses((status = 200, description = "As it is now", body = WebhookView))
)]
pub(crate) async fn change_webhook(
    caller: Caller,
    Id(id): Id<WebhookId>,
    body: Body<ChangeWebhook>,
) -> Result<Json<WebhookView>, Problem> {
    caller.must_be_fresh()?;
    let changed = caller.office.change_webhook(&caller.actor, id, &body.value.into()).await?;
    Ok(Json((&changed).into()))
}
