//! Who asks, and whether they are answered: establishing the one, refusing or taking back the other.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::RequestId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::deadlines::{RefuseRequest, Statement};
use crate::wire::requests::{Because, IdentityLevel, Wanted};

/// Write down how surely it is known who asks
///
/// What was looked at is not kept, only the verdict.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/identity", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = IdentityLevel,
    responses((status = 204, description = "It is written down"))
)]
pub(crate) async fn identify_request(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<IdentityLevel>,
) -> Result<StatusCode, Problem> {
    let IdentityLevel { level, how, note } = &body.value;
    caller.office.identify_request(&caller.actor, id, *level, how, note.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a request because nobody can tell who asks
///
/// The person is told what they can add so that it goes on.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/cannot-identify", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = Wanted,
    responses((status = 204, description = "It has ended"))
)]
pub(crate) async fn cannot_identify(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<Wanted>,
) -> Result<StatusCode, Problem> {
    caller.office.cannot_identify(&caller.actor, id, &body.value.wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take up a request again that ended because nobody could tell who asked
///
/// The days between do not count where its law lets the clock stand still until somebody is identified.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/reopen", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = Because,
    responses((status = 204, description = "It goes on"))
)]
pub(crate) async fn reopen_request(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<Because>,
) -> Result<StatusCode, Problem> {
    caller.office.reopen_request(&caller.actor, id, &body.value.because).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse a request
///
/// On grounds its law knows, before anything was done for it.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/refuse", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = RefuseRequest,
    responses((status = 204, description = "It is refused"))
)]
pub(crate) async fn refuse_request(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<RefuseRequest>,
) -> Result<StatusCode, Problem> {
    caller.office.refuse_request(&caller.actor, id, &body.value.grounds, &body.value.because).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Write down that the person took their request back
///
/// Before anything was done for it; afterwards its rows are brought back.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/withdraw", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    request_body = Because,
    responses((status = 204, description = "It is withdrawn"))
)]
pub(crate) async fn withdraw_request(
    caller: Caller,
    Id(id): Id<RequestId>,
    body: Body<Because>,
) -> Result<StatusCode, Problem> {
    caller.office.withdraw_request(&caller.actor, id, &body.value.because).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read what the person said when they asked
///
/// Each look is written down in the log.
#[utoipa::path(
    get, path = "/api/v1/requests/{request}/statement", tag = "requests",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "It; empty where nothing was written down, or it was destroyed", body = Statement))
)]
pub(crate) async fn read_statement(
    caller: Caller,
    Id(id): Id<RequestId>,
) -> Result<Json<Statement>, Problem> {
    let words = caller.office.read_statement(&caller.actor, id).await?;
    Ok(Json(Statement {
        statement: words.statement,
        explained: words.explained,
        complications: words.complications,
    }))
}
