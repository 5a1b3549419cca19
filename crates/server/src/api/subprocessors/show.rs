//! One sub-processor.

use axum::Json;
use exeunt_base::SubprocessorId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::subprocessors::SubprocessorView;

/// Show a sub-processor
#[utoipa::path(
    get, path = "/api/v1/subprocessors/{subprocessor}", tag = "subprocessors",
    params(("subprocessor" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = SubprocessorView))
)]
pub(crate) async fn show_subprocessor(
    caller: Caller,
    Id(id): Id<SubprocessorId>,
) -> Result<Json<SubprocessorView>, Problem> {
    let shown = caller.office.show_subprocessor(&caller.actor, id).await?;
    Ok(Json(SubprocessorView::from(&shown)))
}
