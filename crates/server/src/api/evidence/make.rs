//! Making evidence packs.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::audits::evidence::Made;
use exeunt_base::RequestId;
use exeunt_rights::Day;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;

/// A period.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    /// Its first day.
    #[schema(format = Date, example = "2026-01-01")]
    from: String,
    /// Its last day.
    #[schema(format = Date, example = "2026-12-31")]
    to: String,
}

/// Make the evidence pack of a request
///
/// One archive with all that the log says of it, its plan and receipts, and their proofs; nothing about the person. `exeunt evidence
/// verify` checks it offline. That it was made is an entry of the log.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/evidence", tag = "audit",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "The pack, a zip archive", content_type = "application/zip"))
)]
pub(crate) async fn make_request_evidence(
    caller: Caller,
    Id(request): Id<RequestId>,
) -> Result<Response, Problem> {
    let made = caller.office.make_request_evidence(&caller.actor, request).await?;
    Ok(answer(made, &request.to_string()))
}

/// Make the evidence pack of a period
///
/// All that the log says of these days, with nothing missing; both days count, in the organization's own zone.
#[utoipa::path(
    post, path = "/api/v1/evidence", tag = "audit", request_body = Period,
    responses((status = 200, description = "The pack, a zip archive", content_type = "application/zip"))
)]
pub(crate) async fn make_period_evidence(caller: Caller, body: Body<Period>) -> Result<Response, Problem> {
    let day = |name: &str, text: &str| {
        let flaw = |_| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, name, "a day such as `2026-12-31`");
        text.parse::<Day>().map_err(flaw)
    };
    let (from, to) = (day("/from", &body.value.from)?, day("/to", &body.value.to)?);
    let made = caller.office.make_period_evidence(&caller.actor, from, to).await?;
    Ok(answer(made, &format!("{from}-{to}")))
}

fn answer(made: Made, of: &str) -> Response {
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    // the name is ours: an id or two days
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"evidence-{of}.zip\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
