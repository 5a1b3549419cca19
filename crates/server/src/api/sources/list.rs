//! The sources there are.

use axum::Json;
use axum::extract::Path;
use exeunt_app::sources::list::Known;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::sources::{SourceView, Sources};

/// List the sources
///
/// Those of the settings, those that were connected here, and those that only the map speaks of.
#[utoipa::path(
    get, path = "/api/v1/sources", tag = "sources",
    responses((status = 200, description = "They, by name", body = Sources))
)]
pub(crate) async fn list_sources(caller: Caller) -> Result<Json<Sources>, Problem> {
    let all = caller.office.list_sources(&caller.actor).await?;
    Ok(Json(Sources { items: all.iter().map(SourceView::from).collect() }))
}

/// Show a source
#[utoipa::path(
    get, path = "/api/v1/sources/{source}", tag = "sources",
    params(("source" = String, Path, description = "Its name")),
    responses((status = 200, description = "The source", body = SourceView))
)]
pub(crate) async fn show_source(
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<SourceView>, Problem> {
    Ok(Json((&known(&caller, &name).await?).into()))
}

/// The source of that name.
pub(super) async fn known(caller: &Caller, name: &str) -> Result<Known, Problem> {
    let all = caller.office.list_sources(&caller.actor).await?;
    all.into_iter().find(|known| known.name.as_str() == name).ok_or_else(Problem::not_found)
}
