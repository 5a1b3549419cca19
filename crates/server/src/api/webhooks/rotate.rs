//! Giving a webhook another secret.

use axum::Json;
use exeunt_base::WebhookId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::webhooks::WebhookMade;

/// Give a webhook another secret
///
/// For 24 hours the one before signs too, so that nothing is missed meanwhile.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}/rotate", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id")),
    responses((status = 200, description = "The new secret, shown this once", body = WebhookMade))
)]
pub(crate) async fn rotate_webhook(
    caller: Caller,
    Id(id): Id<WebhookId>,
) -> Result<Json<WebhookMade>, Problem> {
    caller.must_be_fresh()?;
    let made = caller.office.rotate_webhook(&caller.actor, id).await?;
    Ok(Json((&made).into()))
}
