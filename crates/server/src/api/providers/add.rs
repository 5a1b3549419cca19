//! Adding an identity provider.

use axum::Json;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::providers::{AddProvider, ProviderView};

/// Add an identity provider that vouches for users
///
/// It is asked about itself first. What it answers with tells `redirect`: the address to write down there.
#[utoipa::path(
    post, path = "/api/v1/identity-providers", tag = "people", request_body = AddProvider,
    responses((status = 201, description = "It was added", body = ProviderView))
)]
pub(crate) async fn add_identity_provider(
    caller: Caller,
    body: Body<AddProvider>,
) -> Result<(StatusCode, Json<ProviderView>), Problem> {
    caller.must_be_fresh()?;
    let added = caller.office.add_provider(&caller.actor, &body.value.into()).await?;
    Ok((StatusCode::CREATED, Json((&added).into())))
}
