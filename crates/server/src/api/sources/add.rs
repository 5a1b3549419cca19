//! Connecting a source, or reaching it another way.

use axum::Json;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::sources::{AddSource, ConnectedSource};

/// Connect a source, or say how one that was connected here is reached from now on
///
/// It is reached first, and kept when it answers; its password is sealed. The service opens it a moment later, without a restart.
/// Where the settings do not let sources be connected here, it is refused.
#[utoipa::path(
    post, path = "/api/v1/sources", tag = "sources", request_body = AddSource,
    responses((status = 201, description = "It answered, and is kept", body = ConnectedSource))
)]
pub(crate) async fn add_source(
    caller: Caller,
    body: Body<AddSource>,
) -> Result<(StatusCode, Json<ConnectedSource>), Problem> {
    caller.must_be_fresh()?;
    let AddSource { name, reach } = body.value;
    let tables = caller.office.add_source(&caller.actor, &name, &reach.into()).await?;
    Ok((StatusCode::CREATED, Json(ConnectedSource { source: name, tables })))
}
