//! Removing an identity provider.

use axum::http::StatusCode;
use exeunt_base::ProviderId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Remove an identity provider
///
/// Sessions that began by it go on.
#[utoipa::path(
    delete, path = "/api/v1/identity-providers/{provider}", tag = "people",
    params(("provider" = String, Path, description = "Its id")),
    responses((status = 204, description = "It was removed"))
)]
pub(crate) async fn remove_identity_provider(
    caller: Caller,
    Id(id): Id<ProviderId>,
) -> Result<StatusCode, Problem> {
    caller.must_be_fresh()?;
    caller.office.remove_provider(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
