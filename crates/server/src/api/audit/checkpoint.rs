//! The head of the log, signed.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::caller::Caller;
use crate::problem::Problem;

/// The head of the organization's log: a signed note (C2SP tlog-checkpoint)
#[utoipa::path(
    get, path = "/api/v1/audit/checkpoint", tag = "audit",
    responses((status = 200, description = "It", body = String, content_type = "text/plain"))
)]
pub(crate) async fn show_checkpoint(caller: Caller) -> Result<Response, Problem> {
    let checkpoint = caller.office.audit_checkpoint(&caller.actor).await?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], checkpoint).into_response())
}
