//! Beginning to sign in through an identity provider.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::From;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::providers::{BeginSignIn, SignInBegun};

/// Begin to sign in through an identity provider
///
/// `attempt` stays with the caller and nobody else; the person goes to `url`, and comes back within ten minutes.
#[utoipa::path(
    post, path = "/api/v1/sign-ins", tag = "people", security(()), request_body = BeginSignIn,
    responses((status = 201, description = "Where to go", body = SignInBegun))
)]
pub(crate) async fn begin_sign_in(
    service: State<Service>,
    From(source): From,
    body: Body<BeginSignIn>,
) -> Result<(StatusCode, Json<SignInBegun>), Problem> {
    let provider = body.value.provider()?;
    let office = service.house.office_of_provider(provider).await?;
    let begun = office.begin_sign_in(provider, &source).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}
