//! Signing in.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use exeunt_app::people::sign_in::Credentials;

use crate::body::Body;
use crate::caller::From;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::{SessionView, SignIn};

/// Sign in
///
/// Says the same for an unknown address, a wrong password and a wrong or used code.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "people", security(()), request_body = SignIn,
    responses((status = 201, description = "They are signed in", body = SessionView))
)]
pub(crate) async fn sign_in(
    service: State<Service>,
    From(source): From,
    body: Body<SignIn>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let SignIn { email, password, code } = body.value;
    let credentials = Credentials { email, password, code, source };
    let session = service.house.own().sign_in(&credentials).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}
