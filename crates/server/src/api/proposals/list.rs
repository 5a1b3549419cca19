//! Proposals.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::Page;
use crate::wire::proposals::ProposalView;

/// List what was proposed: what waits for a second person, and what came of the rest
#[utoipa::path(
    get, path = "/api/v1/proposals", tag = "work",
    responses((status = 200, description = "Those of the last months, newest first", body = Page<ProposalView>))
)]
pub(crate) async fn list_proposals(caller: Caller) -> Result<Json<Page<ProposalView>>, Problem> {
    let found = caller.office.list_proposals(&caller.actor).await?;
    Ok(Json(Page { items: found.iter().map(ProposalView::from).collect(), next: None }))
}
