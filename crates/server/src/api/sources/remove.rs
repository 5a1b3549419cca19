//! Taking a source away.

use axum::extract::Path;
use axum::http::StatusCode;
use exeunt_app::access::Permission;

use crate::api::sources::list::known;
use crate::caller::Caller;
use crate::problem::Problem;

/// Take a source away that was connected here, and forget its password
///
/// Not one that the map speaks of, or whose rows were erased.
#[utoipa::path(
    delete, path = "/api/v1/sources/{source}", tag = "sources",
    params(("source" = String, Path, description = "Its name")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn remove_source(caller: Caller, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    caller.office.allow(&caller.actor, Permission::ManageSources)?;
    caller.must_be_fresh()?;
    let known = known(&caller, &name).await?;
    caller.office.remove_source(&caller.actor, &known.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
