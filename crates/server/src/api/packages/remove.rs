//! Removing a package.

use axum::http::StatusCode;
use exeunt_base::PackageId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Destroy a package: its key first, then its file
#[utoipa::path(
    delete, path = "/api/v1/packages/{package}", tag = "packages",
    params(("package" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn remove_package(caller: Caller, Id(id): Id<PackageId>) -> Result<StatusCode, Problem> {
    caller.office.remove_package(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
