//! A second factor for whoever holds a one-time token.

use axum::Json;
use axum::extract::State;

use crate::body::Body;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::{EnrollmentView, Invitation};

/// Make a second factor for the holder of a setup token or an invitation
///
/// Uses nothing up and keeps nothing: each call makes another one. `enrollment` is the same sealed, and goes back with the password.
#[utoipa::path(
    post, path = "/api/v1/enrollments/show", tag = "people", security(()), request_body = Invitation,
    responses((status = 200, description = "It", body = EnrollmentView))
)]
pub(crate) async fn show_enrollment(
    service: State<Service>,
    body: Body<Invitation>,
) -> Result<Json<EnrollmentView>, Problem> {
    let shown = service.house.own().show_enrollment(&body.value.token).await?;
    Ok(Json(EnrollmentView {
        secret: shown.secret.expose().clone(),
        uri: shown.uri.expose().clone(),
        enrollment: shown.sealed.expose().clone(),
    }))
}
