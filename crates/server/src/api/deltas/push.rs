//! Pushing into the delta tables now.

use axum::response::Response;

use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::tasks::Asked;

/// Push what waits into the delta tables
///
/// Workers do it by themselves, each hour unless the settings say otherwise.
#[utoipa::path(
    post, path = "/api/v1/deltas/push", tag = "deltas",
    params(
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn push_deltas(mut caller: Caller, once: Once) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &[]).await?;
    Ok(Asked::answer(caller.office.ask_push_deltas(&caller.actor, call.as_ref()).await?))
}
