//! One task.

use axum::Json;
use exeunt_base::TaskId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::tasks::TaskView;

/// Show one task: whether it waits, runs, is done or failed
#[utoipa::path(
    get, path = "/api/v1/tasks/{task}", tag = "tasks",
    params(("task" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = TaskView))
)]
pub(crate) async fn show_task(caller: Caller, Id(id): Id<TaskId>) -> Result<Json<TaskView>, Problem> {
    let task = caller.office.show_task(&caller.actor, id).await?;
    Ok(Json(TaskView::from(&task)))
}
