//! Trying a webhook.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::WebhookId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::webhooks::DeliveryView;

/// Send a webhook a test event
///
/// A worker sends `exeunt.webhook.test`; what came of it stands among the deliveries.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}/test", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id")),
    responses((status = 202, description = "It waits to be sent", body = DeliveryView))
)]
pub(crate) async fn test_webhook(
    caller: Caller,
    Id(id): Id<WebhookId>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    let delivery = caller.office.test_webhook(&caller.actor, id).await?;
    Ok((StatusCode::ACCEPTED, Json((&delivery).into())))
}
