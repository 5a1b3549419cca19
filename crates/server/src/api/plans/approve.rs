//! Approving a plan.

use axum::Json;
use exeunt_base::PlanId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::plans::{ApprovePlan, PlanView};

/// Approve a plan by its digest
///
/// What runs is what was approved. Nobody approves a plan for a request they entered themselves.
#[utoipa::path(
    post, path = "/api/v1/plans/{plan}/approve", tag = "plans",
    params(("plan" = String, Path, description = "Its id")),
    request_body = ApprovePlan,
    responses((status = 200, description = "The approved plan", body = PlanView))
)]
pub(crate) async fn approve_plan(
    caller: Caller,
    Id(id): Id<PlanId>,
    body: Body<ApprovePlan>,
) -> Result<Json<PlanView>, Problem> {
    caller.must_be_fresh()?;
    caller.office.approve_plan(&caller.actor, id, &body.value.digest).await?;
    let shown = caller.office.show_plan(&caller.actor, id).await?;
    Ok(Json(PlanView::of(&shown)))
}
