//! Removing a webhook.

use axum::http::StatusCode;
use exeunt_base::WebhookId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Remove a webhook
///
/// With all that it was told. It cannot be undone.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{webhook}", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id")),
    responses((status = 204, description = "It was removed"))
)]
pub(crate) async fn remove_webhook(caller: Caller, Id(id): Id<WebhookId>) -> Result<StatusCode, Problem> {
    caller.must_be_fresh()?;
    caller.office.remove_webhook(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
