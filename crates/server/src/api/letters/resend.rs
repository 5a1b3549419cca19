//! Sending a letter again.

use axum::Json;
use exeunt_base::LetterId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::letters::LetterView;

/// Send a letter again that was given up
///
/// For 30 days after it was given up; then what it said is destroyed.
#[utoipa::path(
    post, path = "/api/v1/letters/{letter}/resend", tag = "letters",
    params(("letter" = String, Path, description = "Its id")),
    responses((status = 200, description = "It waits to be sent", body = LetterView))
)]
pub(crate) async fn resend_letter(caller: Caller, Id(id): Id<LetterId>) -> Result<Json<LetterView>, Problem> {
    let letter = caller.office.resend_letter(&caller.actor, id).await?;
    Ok(Json(LetterView::from(&letter)))
}
