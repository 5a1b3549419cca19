//! Wanting what somebody else proposed.

use axum::http::StatusCode;
use exeunt_base::ProposalId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Confirm what somebody else proposed
///
/// Whoever may do it can do it then, by asking for the very same.
#[utoipa::path(
    post, path = "/api/v1/proposals/{proposal}/confirm", tag = "work",
    params(("proposal" = String, Path, description = "Its id")),
    responses((status = 204, description = "It can be done"))
)]
pub(crate) async fn confirm_proposal(caller: Caller, Id(id): Id<ProposalId>) -> Result<StatusCode, Problem> {
    caller.must_be_fresh()?;
    caller.office.confirm_proposal(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
