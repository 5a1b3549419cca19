//! Publishing the draft.

use axum::Json;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::map::{Published, Revision};

/// Publish the draft: it is the map from then on
///
/// Every version after the first takes two people, where the organization wants two. Not where files hold the map.
#[utoipa::path(
    post, path = "/api/v1/map/draft/publish", tag = "map", request_body = Revision,
    responses((status = 200, description = "It is in force", body = Published))
)]
pub(crate) async fn publish_map(caller: Caller, body: Body<Revision>) -> Result<Json<Published>, Problem> {
    caller.must_be_fresh()?;
    let version = caller.office.publish_map(&caller.actor, body.value.revision).await?;
    Ok(Json(Published { version }))
}
