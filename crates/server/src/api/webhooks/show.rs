//! One webhook.

use axum::Json;
use exeunt_base::WebhookId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::webhooks::WebhookView;

/// Show a webhook
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook}", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id")),
    responses((status = 200, description = "It, without its secret", body = WebhookView))
)]
pub(crate) async fn show_webhook(
    caller: Caller,
    Id(id): Id<WebhookId>,
) -> Result<Json<WebhookView>, Problem> {
    let found = caller.office.show_webhook(&caller.actor, id).await?;
    Ok(Json((&found).into()))
}
