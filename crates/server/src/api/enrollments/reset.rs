//! Choose a new password after a reset.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use exeunt_app::people::reset::Chosen;

use crate::body::Body;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::{Reset, SessionView};

/// Choose a new password after a reset
#[utoipa::path(
    post, path = "/api/v1/enrollments/reset", tag = "people", security(()), request_body = Reset,
    responses((status = 201, description = "They are signed in", body = SessionView))
)]
pub(crate) async fn finish_reset(
    service: State<Service>,
    body: Body<Reset>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let Reset { token, password, code } = body.value;
    let chosen = Chosen { token, password, code };
    let session = service.house.own().finish_reset(&chosen).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}
