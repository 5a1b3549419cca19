//! The draft of the next map: read, kept, held against the map in force, thrown away.

use axum::Json;
use axum::http::StatusCode;
use exeunt_app::maps::diff;
use exeunt_app::maps::draft::{MOST_BYTES, spelled};

use crate::body::{Body, Query};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::map::{DraftView, LineView, MapDiff, Revision, SaveDraft};

/// A draft as JSON: its text, with what JSON writes for line ends and quotes.
const DRAFT_BYTES: usize = 2 * MOST_BYTES;

/// Show the draft of the data map
#[utoipa::path(
    get, path = "/api/v1/map/draft", tag = "map",
    responses((status = 200, description = "The draft, and what is wrong with it", body = DraftView))
)]
pub(crate) async fn show_map_draft(caller: Caller) -> Result<Json<DraftView>, Problem> {
    let drafted = caller.office.map_draft(&caller.actor).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(drafted.into()))
}

/// Keep a text as the draft
///
/// Whether it can be read or not; `GET` tells what is wrong with it. Nothing that somebody else kept meanwhile is written over.
#[utoipa::path(
    put, path = "/api/v1/map/draft", tag = "map", request_body = SaveDraft,
    responses((status = 200, description = "It is kept", body = Revision))
)]
pub(crate) async fn save_map_draft(
    caller: Caller,
    body: Body<SaveDraft, DRAFT_BYTES>,
) -> Result<Json<Revision>, Problem> {
    let SaveDraft { text, revision } = body.value;
    let revision = caller.office.save_map_draft(&caller.actor, &text, revision).await?;
    Ok(Json(Revision { revision }))
}

/// Throw the draft away
#[utoipa::path(
    delete, path = "/api/v1/map/draft", tag = "map", params(Revision),
    responses((status = 204, description = "It is gone; the map in force is as it was"))
)]
pub(crate) async fn discard_map_draft(
    caller: Caller,
    Query(seen): Query<Revision>,
) -> Result<StatusCode, Problem> {
    caller.office.discard_map_draft(&caller.actor, seen.revision).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show in what the draft differs from the map in force
///
/// Line by line, both in one spelling: what only looks different is not told.
#[utoipa::path(
    get, path = "/api/v1/map/draft/diff", tag = "map",
    responses((status = 200, description = "Stretches of lines around what differs", body = MapDiff))
)]
pub(crate) async fn diff_map_draft(caller: Caller) -> Result<Json<MapDiff>, Problem> {
    let drafted = caller.office.map_draft(&caller.actor).await?.ok_or_else(Problem::not_found)?;
    let new = spelled(&drafted.read.map_err(exeunt_app::Error::from)?.map);
    let seen = caller.office.see_map(&caller.actor).await?;
    let old = seen.map.map(|map| spelled(&map.map)).unwrap_or_default();
    let stretches = diff::between(&old, &new);
    let stretches = stretches.iter().map(|lines| lines.iter().map(LineView::from).collect());
    Ok(Json(MapDiff { stretches: stretches.collect() }))
}
