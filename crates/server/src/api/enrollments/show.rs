//! The second factor that a one-time token leads to.

use axum::Json;
use axum::extract::State;

use crate::body::Body;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::{EnrollmentView, Invitation};

/// Show the second factor that a setup token or an invitation leads to
///
/// Uses nothing up: the same token shows the same secret until somebody has joined by it.
#[utoipa::path(
    post, path = "/api/v1/enrollments/show", tag = "people", security(()), request_body = Invitation,
    responses((status = 200, description = "It", body = EnrollmentView))
)]
pub(crate) async fn show_enrollment(
    service: State<Service>,
    body: Body<Invitation>,
) -> Result<Json<EnrollmentView>, Problem> {
    let shown = service.house.own().show_enrollment(&body.value.token).await?;
    Ok(Json(EnrollmentView { secret: shown.secret.expose().clone(), uri: shown.uri.expose().clone() }))
}
