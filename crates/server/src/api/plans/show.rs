//! One plan.

use axum::Json;
use exeunt_base::PlanId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::plans::PlanView;

/// Show one plan, whole
#[utoipa::path(
    get, path = "/api/v1/plans/{plan}", tag = "plans",
    params(("plan" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = PlanView))
)]
pub(crate) async fn show_plan(caller: Caller, Id(id): Id<PlanId>) -> Result<Json<PlanView>, Problem> {
    let shown = caller.office.show_plan(&caller.actor, id).await?;
    Ok(Json(PlanView::of(&shown)))
}
