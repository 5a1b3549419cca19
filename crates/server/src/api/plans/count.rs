//! Counting what a plan would touch.

use axum::response::Response;
use exeunt_base::PlanId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::plans::CountPlan;
use crate::wire::tasks::Asked;

/// Count what a plan would touch now, or rehearse it
///
/// A worker does it: the task's `outcome` tells rows by model and by step, and nothing of anybody. A rehearsal executes the plan's
/// statements and rolls them back. Refused once the plan's job has begun.
#[utoipa::path(
    post, path = "/api/v1/plans/{plan}/count", tag = "plans",
    params(
        ("plan" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    request_body = CountPlan,
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn count_plan(
    mut caller: Caller,
    once: Once,
    Id(id): Id<PlanId>,
    body: Body<CountPlan>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    let (look, confirmed) = (body.value.look(), body.value.confirm.confirmed());
    let task = caller.office.ask_count_plan(&caller.actor, id, look, confirmed, call.as_ref()).await?;
    Ok(Asked::answer(task))
}
