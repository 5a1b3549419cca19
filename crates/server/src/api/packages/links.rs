//! The links of a package.

use axum::Json;
use exeunt_base::PackageId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::packages::{LinkView, Links};

/// List the links of a package, newest first
#[utoipa::path(
    get, path = "/api/v1/packages/{package}/links", tag = "packages",
    params(("package" = String, Path, description = "Its id")),
    responses((status = 200, description = "All of them, those that are over too", body = Links))
)]
pub(crate) async fn list_links(caller: Caller, Id(id): Id<PackageId>) -> Result<Json<Links>, Problem> {
    let links = caller.office.list_links(&caller.actor, id).await?;
    Ok(Json(Links { items: links.iter().map(LinkView::from).collect() }))
}
