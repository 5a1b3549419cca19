//! Accept an invitation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use exeunt_app::people::enrollment::Joining;

use crate::body::Body;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::{Join, SessionView};

/// Accept an invitation
#[utoipa::path(
    post, path = "/api/v1/enrollments/accept", tag = "people", security(()), request_body = Join,
    responses((status = 201, description = "They are signed in", body = SessionView))
)]
pub(crate) async fn accept_invitation(
    service: State<Service>,
    body: Body<Join>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let Join { token, enrollment, password, code } = body.value;
    let joining = Joining { token, enrollment, password, code };
    let session = service.house.own().accept_invitation(&joining).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}
