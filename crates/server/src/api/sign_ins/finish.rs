//! Coming back from an identity provider.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::body::Body;
use crate::caller::From;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::SessionView;
use crate::wire::providers::FinishSignIn;

/// Finish signing in through an identity provider
///
/// Says the same for whatever is wrong: with what came back, with what the provider says, with who they are here.
#[utoipa::path(
    post, path = "/api/v1/sign-ins/finish", tag = "people", security(()), request_body = FinishSignIn,
    responses((status = 201, description = "They are signed in", body = SessionView))
)]
pub(crate) async fn finish_sign_in(
    service: State<Service>,
    From(source): From,
    body: Body<FinishSignIn>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let returned = body.value.from(source);
    let office = service.house.office_of_attempt(&returned.attempt).await?;
    let session = office.finish_sign_in(&returned).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}
