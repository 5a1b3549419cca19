//! One job.

use axum::Json;
use exeunt_base::JobId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::jobs::JobDetail;

/// Show one job and how far it is
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}", tag = "jobs",
    params(("job" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = JobDetail))
)]
pub(crate) async fn show_job(caller: Caller, Id(id): Id<JobId>) -> Result<Json<JobDetail>, Problem> {
    let status = caller.office.job_status(&caller.actor, id).await?;
    Ok(Json(JobDetail::from(&status)))
}
