//! One act on many requests: looked at first, then done as it was seen.

use axum::Json;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::bulk::{BulkCommit, BulkDone, BulkPreview, BulkWanted};

/// See what an act on many requests would come to
///
/// Nothing is done. Each request is rehearsed by itself; a plan or job for several requests is acted on only when all of them
/// are chosen.
#[utoipa::path(
    post, path = "/api/v1/bulk/preview", tag = "requests",
    request_body = BulkWanted,
    responses((status = 200, description = "What would come of each", body = BulkPreview))
)]
pub(crate) async fn preview_bulk(
    caller: Caller,
    body: Body<BulkWanted>,
) -> Result<Json<BulkPreview>, Problem> {
    let (deed, choice) = (body.value.deed.deed()?, body.value.choice()?);
    let preview = caller.office.preview_bulk(&caller.actor, &deed, &choice).await?;
    Ok(Json(BulkPreview::from(&preview)))
}

/// Do what a preview showed
///
/// Each request in a change of its own; one that is not what was seen is told and left alone. The same call again does nothing
/// twice and tells the same. Approving needs a fresh second factor.
#[utoipa::path(
    post, path = "/api/v1/bulk/commit", tag = "requests",
    request_body = BulkCommit,
    responses((status = 200, description = "What came of each", body = BulkDone))
)]
pub(crate) async fn commit_bulk(caller: Caller, body: Body<BulkCommit>) -> Result<Json<BulkDone>, Problem> {
    let (deed, previewed) = (body.value.deed.deed()?, body.value.previewed()?);
    if deed.is_dangerous() {
        caller.must_be_fresh()?;
    }
    let items = caller.office.commit_bulk(&caller.actor, &deed, &previewed).await?;
    Ok(Json(BulkDone::of(&items)))
}
