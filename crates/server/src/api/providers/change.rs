//! Changing an identity provider's client.

use axum::Json;
use exeunt_base::ProviderId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::providers::{ChangeProvider, ProviderView};

/// Change what an identity provider knows us by, what we show it, or what it may vouch for
#[utoipa::path(
    patch, path = "/api/v1/identity-providers/{provider}", tag = "people", request_body = ChangeProvider,
    params(("provider" = String, Path, description = "Its id")),
    responses((status = 200, description = "As it is now", body = ProviderView))
)]
pub(crate) async fn change_identity_provider(
    caller: Caller,
    Id(id): Id<ProviderId>,
    body: Body<ChangeProvider>,
) -> Result<Json<ProviderView>, Problem> {
    caller.must_be_fresh()?;
    let changed = caller.office.change_provider(&caller.actor, id, body.value.into()).await?;
    Ok(Json((&changed).into()))
}
