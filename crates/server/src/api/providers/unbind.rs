//! Having an identity provider know a user no more.

use axum::http::StatusCode;
use exeunt_base::ProviderId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::providers::UnbindUser;

/// Have an identity provider know a user no more
///
/// It gets to know them anew when they sign in by it: by their address, and with their code.
#[utoipa::path(
    post, path = "/api/v1/identity-providers/{provider}/unbind", tag = "people", request_body = UnbindUser,
    params(("provider" = String, Path, description = "Its id")),
    responses((status = 204, description = "It knows them no more"))
)]
pub(crate) async fn unbind_user(
    caller: Caller,
    Id(id): Id<ProviderId>,
    body: Body<UnbindUser>,
) -> Result<StatusCode, Problem> {
    caller.must_be_fresh()?;
    caller.office.unbind_user(&caller.actor, id, body.value.user()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
