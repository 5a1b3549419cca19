//! Ending a session.

use axum::http::StatusCode;
use exeunt_base::SessionId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// End a session: one's own, or anybody's for whoever manages users
#[utoipa::path(
    delete, path = "/api/v1/sessions/{session}", tag = "people",
    params(("session" = String, Path, description = "Its id")),
    responses((status = 204, description = "It has ended"))
)]
pub(crate) async fn end_session(caller: Caller, Id(id): Id<SessionId>) -> Result<StatusCode, Problem> {
    caller.office.end_session(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
