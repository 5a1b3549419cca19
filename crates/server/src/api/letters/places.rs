//! The marked places of letters that may still come.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::RequestId;
use exeunt_mail::Remarks;

use crate::body::{Body, Id, Part};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::letters::{LetterDraft, LetterPlaces, PlacesView, WritePlaces};

/// List the letters about a request that may still come, with what was written into them
#[utoipa::path(
    get, path = "/api/v1/requests/{request}/letters", tag = "letters",
    params(("request" = String, Path, description = "Its id")),
    responses((status = 200, description = "They, in the order in which they come", body = LetterPlaces))
)]
pub(crate) async fn list_letter_places(
    caller: Caller,
    Id(id): Id<RequestId>,
) -> Result<Json<LetterPlaces>, Problem> {
    let all = caller.office.letter_places(&caller.actor, id).await?;
    Ok(Json(LetterPlaces { items: all.iter().map(PlacesView::from).collect() }))
}

/// Show a whole letter as it will go
///
/// In the person's language, with what was written into its marked places. What is not known yet stands in brackets, and nobody
/// is named.
#[utoipa::path(
    get, path = "/api/v1/requests/{request}/letters/{letter}", tag = "letters",
    params(("request" = String, Path, description = "Its id"), ("letter" = String, Path, description = "Which: `finished`, `refused`")),
    responses((status = 200, description = "The letter", body = LetterDraft))
)]
pub(crate) async fn draft_letter(
    caller: Caller,
    Part(id, letter): Part<RequestId>,
) -> Result<Json<LetterDraft>, Problem> {
    let all = caller.office.letter_places(&caller.actor, id).await?;
    let known = all.into_iter().find(|known| known.letter == letter).ok_or_else(Problem::not_found)?;
    let draft = caller.office.draft_letter(&caller.actor, id, &letter, &known.remarks).await?;
    Ok(Json(LetterDraft::new(&known, draft)))
}

/// Write into the marked places of a letter
///
/// Instead of what stood there; empty texts take it out. It goes with the letter, and is kept nowhere else from then on.
#[utoipa::path(
    put, path = "/api/v1/requests/{request}/letters/{letter}", tag = "letters",
    params(("request" = String, Path, description = "Its id"), ("letter" = String, Path, description = "Which: `finished`, `refused`")),
    request_body = WritePlaces,
    responses((status = 204, description = "It is kept for the letter"))
)]
pub(crate) async fn write_letter_places(
    caller: Caller,
    Part(id, letter): Part<RequestId>,
    body: Body<WritePlaces>,
) -> Result<StatusCode, Problem> {
    let WritePlaces { opening, note } = &body.value;
    let remarks = Remarks::new(opening, note).map_err(|bad| {
        Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, format!("/{}", bad.place), bad.why.to_string())
    })?;
    caller.office.set_letter_places(&caller.actor, id, &letter, &remarks).await?;
    Ok(StatusCode::NO_CONTENT)
}
