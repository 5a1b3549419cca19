//! Adding a webhook.

use axum::Json;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::webhooks::{AddWebhook, WebhookMade};

/// Add a webhook
///
/// It is told what happens to requests from now on, in calls signed with its secret, which is shown this once.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", request_body = AddWebhook,
    responses((status = 201, description = "It was added", body = WebhookMade))
)]
pub(crate) async fn add_webhook(
    caller: Caller,
    body: Body<AddWebhook>,
) -> Result<(StatusCode, Json<WebhookMade>), Problem> {
    caller.must_be_fresh()?;
    let made = caller.office.add_webhook(&caller.actor, &body.value.into()).await?;
    Ok((StatusCode::CREATED, Json((&made).into())))
}
