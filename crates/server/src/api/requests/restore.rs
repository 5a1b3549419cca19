//! Bringing a request's rows back.

use axum::http::StatusCode;
use axum::response::Response;
use exeunt_base::RequestId;
use exeunt_engine::restore::Choice;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::requests::RestoreRequest;
use crate::wire::tasks::Asked;

/// Bring erased rows back
///
/// Within the window. Rows that lived on are never overwritten.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/restore", tag = "requests",
    params(
        ("request" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    request_body = RestoreRequest,
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn restore_request(
    mut caller: Caller,
    once: Once,
    Id(id): Id<RequestId>,
    body: Body<RestoreRequest>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    let RestoreRequest { model, keys, because } = body.value;
    let choice = match model {
        Some(model) => Choice::Rows { model, keys },
        None if keys.is_empty() => Choice::Whole,
        None => {
            let words = "name the model that these keys are of";
            return Err(Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/model", words));
        }
    };
    let (office, actor) = (&caller.office, &caller.actor);
    let task = match because {
        Some(because) => office.ask_restore_because(actor, id, &choice, &because, call.as_ref()).await?,
        None => office.ask_restore(actor, id, &choice, call.as_ref()).await?,
    };
    Ok(Asked::answer(task))
}
