//! The organization's letters.

use axum::http::StatusCode;
use axum::response::Response;
use exeunt_store::letters::STATES;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::letters::{LetterState, LetterView};
use crate::wire::page::{self, Page};

/// Which letters, and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only those in this state.
    #[param(nullable = false, value_type = Option<LetterState>)]
    state: Option<String>,
    /// Where the page begins: `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
}

/// List letters, newest first
///
/// Which, about which request, and what became of them; never to whom.
#[utoipa::path(
    get, path = "/api/v1/letters", tag = "letters", params(Wanted),
    responses(
        (status = 200, description = "A page of letters", body = Page<LetterView>,
            headers(("Link" = Option<String>, description = "The next page"))),
    )
)]
pub(crate) async fn list_letters(caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let limit = page::limit(wanted.limit)?;
    let before = page::cursor(wanted.cursor.as_ref())?;
    if wanted.state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        let words = "waiting, sent, failed or bounced";
        return Err(Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "state", words));
    }
    let state = wanted.state.as_deref();
    let found = caller.office.page_of_letters(&caller.actor, state, before, limit + 1).await?;
    let page = Page::of(found.iter().map(LetterView::from).collect(), limit, |view| view.id.clone());
    let filter = state.map(|state| format!("&state={state}")).unwrap_or_default();
    Ok(page.answer("/api/v1/letters", &format!("&limit={limit}{filter}")))
}
