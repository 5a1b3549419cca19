//! Taking a proposal back.

use axum::http::StatusCode;
use exeunt_base::ProposalId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Withdraw a proposal
#[utoipa::path(
    post, path = "/api/v1/proposals/{proposal}/withdraw", tag = "work",
    params(("proposal" = String, Path, description = "Its id")),
    responses((status = 204, description = "It counts no more"))
)]
pub(crate) async fn withdraw_proposal(caller: Caller, Id(id): Id<ProposalId>) -> Result<StatusCode, Problem> {
    caller.office.withdraw_proposal(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
