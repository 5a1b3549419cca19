//! The register, for those who work here and for anybody.

use axum::Json;
use axum::extract::State;
use exeunt_base::OrganizationId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::subprocessors::Subprocessors;

/// List the sub-processors, those that ended too
#[utoipa::path(
    get, path = "/api/v1/subprocessors", tag = "subprocessors",
    responses((status = 200, description = "The register", body = Subprocessors))
)]
pub(crate) async fn list_subprocessors(caller: Caller) -> Result<Json<Subprocessors>, Problem> {
    Ok(Json(caller.office.list_subprocessors(&caller.actor).await?.into()))
}

/// List an organization's sub-processors for anybody
///
/// Those that are announced or engaged; not found unless the settings show them.
#[utoipa::path(
    get, path = "/api/v1/organizations/{organization}/subprocessors", tag = "subprocessors", security(()),
    params(("organization" = String, Path, description = "Its id")),
    responses((status = 200, description = "The register", body = Subprocessors))
)]
pub(crate) async fn list_public_subprocessors(
    State(service): State<Service>,
    Id(organization): Id<OrganizationId>,
) -> Result<Json<Subprocessors>, Problem> {
    Ok(Json(service.house.public_subprocessors(organization).await?.into()))
}
