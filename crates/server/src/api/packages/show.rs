//! One package.

use axum::Json;
use exeunt_base::PackageId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::packages::PackageView;

/// Show one package; never what is in it
#[utoipa::path(
    get, path = "/api/v1/packages/{package}", tag = "packages",
    params(("package" = String, Path, description = "Its id")),
    responses((status = 200, description = "It", body = PackageView))
)]
pub(crate) async fn show_package(
    caller: Caller,
    Id(id): Id<PackageId>,
) -> Result<Json<PackageView>, Problem> {
    let package = caller.office.show_package(&caller.actor, id).await?;
    Ok(Json(PackageView::from(&package)))
}
