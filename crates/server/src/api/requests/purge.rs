//! Destroying a request's rows for ever.

use axum::response::Response;
use exeunt_base::RequestId;
use exeunt_engine::purge::Options;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::requests::PurgeRequest;
use crate::wire::tasks::Asked;

/// Destroy a request's rows for ever
///
/// Workers do it by themselves when the window has ended; this ends it early, or answers what stood in the way.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/purge", tag = "requests",
    params(
        ("request" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    request_body = PurgeRequest,
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn purge_request(
    mut caller: Caller,
    once: Once,
    Id(id): Id<RequestId>,
    body: Body<PurgeRequest>,
) -> Result<Response, Problem> {
    caller.must_be_fresh()?;
    let call = once.call(&mut caller, &body.bytes).await?;
    let sent = body.value;
    let options = Options {
        now: sent.now_because,
        include_new: sent.include_new,
        leave_new: sent.leave_new_because,
        give_up: sent.give_up_because,
    };
    Ok(Asked::answer(caller.office.ask_purge(&caller.actor, id, options, call.as_ref()).await?))
}
