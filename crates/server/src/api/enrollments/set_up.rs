//! The first administrator.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use exeunt_app::people::Person;
use exeunt_app::people::enrollment::Joining;

use crate::body::Body;
use crate::problem::Problem;
use crate::service::Service;
use crate::wire::people::{SessionView, SetUp};

/// Become the first administrator, by the token that `exeunt setup-token` printed
#[utoipa::path(
    post, path = "/api/v1/enrollments/set-up", tag = "people", security(()), request_body = SetUp,
    responses((status = 201, description = "They are signed in", body = SessionView))
)]
pub(crate) async fn set_up_first_admin(
    service: State<Service>,
    body: Body<SetUp>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let SetUp { name, email, token, enrollment, password, code } = body.value;
    let person = Person::new(&name, &email)?;
    let joining = Joining { token, enrollment, password, code };
    let session = service.house.own().set_up_first_admin(&person, &joining).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}
