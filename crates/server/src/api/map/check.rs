//! The map against the databases as they are now.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::map::{FindingView, MapChecked, RateView};

/// Hold the map in force against the databases
///
/// Reads their schemas, and follows a sample of the references that no foreign key answers for.
#[utoipa::path(
    post, path = "/api/v1/map/check", tag = "map",
    responses((status = 200, description = "What was found, the worst first", body = MapChecked))
)]
pub(crate) async fn check_map(caller: Caller) -> Result<Json<MapChecked>, Problem> {
    let findings = caller.office.check_map(&caller.actor).await?;
    let known = caller.office.map_joins(&caller.actor)?;
    let joins = known.iter().flat_map(|known| &known.rates).map(RateView::from).collect();
    Ok(Json(MapChecked { findings: findings.iter().map(FindingView::from).collect(), joins }))
}

/// Hold the draft against the databases
///
/// Their schemas only.
#[utoipa::path(
    post, path = "/api/v1/map/draft/check", tag = "map",
    responses((status = 200, description = "What was found, the worst first", body = MapChecked))
)]
pub(crate) async fn check_map_draft(caller: Caller) -> Result<Json<MapChecked>, Problem> {
    let drafted = caller.office.map_draft(&caller.actor).await?.ok_or_else(Problem::not_found)?;
    let map = drafted.read.map_err(exeunt_app::Error::from)?;
    let findings = caller.office.check_draft(&caller.actor, &map.map).await?;
    Ok(Json(MapChecked { findings: findings.iter().map(FindingView::from).collect(), joins: Vec::new() }))
}
