//! Making a plan.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::plans::make::Wishes;
use exeunt_base::RequestId;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::plans::{MakePlan, PlanView};

/// Make a plan
///
/// From the requests, the data map and the live schemas. It changes nothing.
#[utoipa::path(
    post, path = "/api/v1/plans", tag = "plans", request_body = MakePlan,
    responses(
        (status = 201, description = "The plan", body = PlanView,
            headers(("Location" = String, description = "The plan"))),
    )
)]
pub(crate) async fn make_plan(caller: Caller, body: Body<MakePlan>) -> Result<Response, Problem> {
    let mut ids: Vec<RequestId> = Vec::new();
    for (place, text) in body.value.requests.iter().enumerate() {
        let flaw = |_| {
            let pointer = format!("/requests/{place}");
            Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, pointer, "the id of a request: `req_…`")
        };
        ids.push(text.parse().map_err(flaw)?);
    }
    let wishes =
        Wishes { window_days: body.value.window_days, late_because: body.value.late_because.clone() };
    let made = caller.office.make_plan_with(&caller.actor, &ids, &wishes).await?;
    let shown = caller.office.show_plan(&caller.actor, made.id).await?;
    let mut response = (StatusCode::CREATED, Json(PlanView::of(&shown))).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/plans/{}", made.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}
