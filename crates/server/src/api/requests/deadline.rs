//! The clock of a request: acknowledging, stopping, running on, extending.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::RequestId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::deadlines::{DeadlineView, ExtendDeadline, PauseDeadline};
use crate::wire::requests::Received;

/// Write down that the person was told that their request is here
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/acknowledge", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "Its deadline now", body = DeadlineView))
)]
pub(crate) async fn acknowledge_request(
    caller: Caller,
    Id(id): Id<RequestId>,
) -> Result<Json<DeadlineView>, Problem> {
    caller.office.acknowledge_request(&caller.actor, id).await?;
    now(&caller, id).await
}

/// Stop the clock of a request
///
/// Where its law allows that, and why is written down.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/pause", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = PauseDeadline,
    responses((status = 200, description = "Its deadline now", body = DeadlineView))
)]
pub(crate) async fn pause_deadline(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<PauseDeadline>,
) -> Result<Json<DeadlineView>, Problem> {
    let sent = &body.value;
    if !["identity", "clarification", "fee"].contains(&sent.ground.as_str()) {
        let words = "identity, clarification or fee";
        return Err(Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/ground", words));
    }
    caller.office.pause_deadline(&caller.actor, id, &sent.ground, &sent.because).await?;
    now(&caller, id).await
}

/// Let the clock of a request run on
///
/// The deadline moves by exactly the days waited.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/resume", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "Its deadline now", body = DeadlineView))
)]
pub(crate) async fn resume_deadline(
    caller: Caller,
    Id(id): Id<RequestId>,
) -> Result<Json<DeadlineView>, Problem> {
    caller.office.resume_deadline(&caller.actor, id).await?;
    now(&caller, id).await
}

/// Extend the deadline of a request
///
/// Once, before it has passed, and for a kind of reason that its law takes.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/extend", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = ExtendDeadline,
    responses((status = 200, description = "Its deadline now", body = DeadlineView))
)]
pub(crate) async fn extend_deadline(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<ExtendDeadline>,
) -> Result<Json<DeadlineView>, Problem> {
    caller.office.extend_deadline(&caller.actor, id, &body.value.kind, &body.value.because).await?;
    now(&caller, id).await
}

/// Correct when a request was received
///
/// With it move all days that count from there.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/received", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = Received,
    responses((status = 200, description = "Its deadline now", body = DeadlineView))
)]
pub(crate) async fn correct_received(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<Received>,
) -> Result<Json<DeadlineView>, Problem> {
    let Received { received_at, because } = &body.value;
    let at = received_at.parse().map_err(|_| {
        let words = "a time as RFC 3339 writes it: 2026-11-22T09:30:00Z";
        Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/received_at", words)
    })?;
    caller.office.correct_received(&caller.actor, id, at, because).await?;
    now(&caller, id).await
}

async fn now(caller: &Caller, id: RequestId) -> Result<Json<DeadlineView>, Problem> {
    let deadline = caller.office.standing(id).await?;
    Ok(Json(DeadlineView::from(&deadline)))
}
