//! The map in force.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::map::{MapVersions, MapView, VersionView};

/// Show the data map in force
///
/// With its text: the files one after another, or the version as it was published.
#[utoipa::path(
    get, path = "/api/v1/map", tag = "map",
    responses((status = 200, description = "The map; without a text where there is none yet", body = MapView))
)]
pub(crate) async fn show_map(caller: Caller) -> Result<Json<MapView>, Problem> {
    let seen = caller.office.see_map(&caller.actor).await?;
    let text = match seen.map {
        Some(_) => Some(caller.office.map_text(&caller.actor).await?),
        None => None,
    };
    Ok(Json(MapView::new(seen, text)))
}

/// List the versions of the map that were published here
#[utoipa::path(
    get, path = "/api/v1/map/versions", tag = "map",
    responses((status = 200, description = "They, newest first", body = MapVersions))
)]
pub(crate) async fn list_map_versions(caller: Caller) -> Result<Json<MapVersions>, Problem> {
    let all = caller.office.map_versions(&caller.actor).await?;
    Ok(Json(MapVersions { items: all.iter().map(VersionView::from).collect() }))
}
