//! Sending an event again.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::WebhookId;

use crate::body::Part;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::webhooks::DeliveryView;

/// Send an event to a webhook again
///
/// By the same id, whether it was delivered or given up.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}/deliveries/{event}/resend", tag = "webhooks",
    params(
        ("webhook" = String, Path, description = "Its id"),
        ("event" = String, Path, description = "The event's id"),
    ),
    responses((status = 202, description = "It waits to be sent", body = DeliveryView))
)]
pub(crate) async fn resend_webhook_delivery(
    caller: Caller,
    Part(id, event): Part<WebhookId>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    let event = event.parse().map_err(|_| Problem::not_found())?;
    let delivery = caller.office.resend_delivery(&caller.actor, id, event).await?;
    Ok((StatusCode::ACCEPTED, Json((&delivery).into())))
}
