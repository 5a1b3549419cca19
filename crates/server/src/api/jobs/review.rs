//! Rows of a job that could not be erased: looked at, tried again, or left.

use axum::Json;
use axum::response::Response;
use exeunt_base::JobId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::jobs::{LeaveRows, ReviewView};
use crate::wire::tasks::Asked;

/// List a job's rows that wait for a person, and those that somebody decided on
///
/// A row is named by its place, never by its key; what the source said holds no values.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}/reviews", tag = "jobs",
    params(("job" = String, Path, description = "Its id")),
    responses((status = 200, description = "They, oldest first", body = Vec<ReviewView>))
)]
pub(crate) async fn list_reviews(
    caller: Caller,
    Id(id): Id<JobId>,
) -> Result<Json<Vec<ReviewView>>, Problem> {
    let reviews = caller.office.list_reviews(&caller.actor, id).await?;
    Ok(Json(reviews.iter().map(ReviewView::from).collect()))
}

/// Try a job's flagged rows again
#[utoipa::path(
    post, path = "/api/v1/jobs/{job}/reviews/retry", tag = "jobs",
    params(
        ("job" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn retry_reviews(
    mut caller: Caller,
    once: Once,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, b"").await?;
    Ok(Asked::answer(caller.office.ask_retry_reviews(&caller.actor, id, call.as_ref()).await?))
}

/// Leave a job's flagged rows as they are
///
/// Takes two people: the first call proposes it. The job settles then, and its requests end with exceptions.
#[utoipa::path(
    post, path = "/api/v1/jobs/{job}/reviews/leave", tag = "jobs",
    params(
        ("job" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    request_body = LeaveRows,
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn leave_reviews(
    mut caller: Caller,
    once: Once,
    Id(id): Id<JobId>,
    body: Body<LeaveRows>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    let because = &body.value.because;
    Ok(Asked::answer(caller.office.ask_skip_reviews(&caller.actor, id, because, call.as_ref()).await?))
}
