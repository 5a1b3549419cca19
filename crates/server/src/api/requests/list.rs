//! The organization's requests.

use axum::http::StatusCode;
use axum::response::Response;
use exeunt_base::RequestId;
use exeunt_rights::Day;
use exeunt_store::requests::{Filter, Request};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::{self, Page};
use crate::wire::requests::{RequestView, RightWord, right};

/// Which requests, and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only those in this state.
    #[param(nullable = false, pattern = "^[a-z_]{1,40}$")]
    state: Option<String>,
    /// Only those for this right.
    #[param(nullable = false, value_type = Option<RightWord>)]
    right: Option<String>,
    /// Only those not answered yet whose answer is due by this day.
    #[param(nullable = false, value_type = Option<String>, format = Date)]
    due_by: Option<String>,
    /// Where the page begins: `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
}

/// List requests, newest first
#[utoipa::path(
    get, path = "/api/v1/requests", tag = "requests", params(Wanted),
    responses(
        (status = 200, description = "A page of requests", body = Page<RequestView>,
            headers(("Link" = Option<String>, description = "The next page"))),
    )
)]
pub(crate) async fn list_requests(caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let limit = page::limit(wanted.limit)?;
    let before = page::cursor(wanted.cursor.as_ref())?;
    let flaw = |name, words| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, name, words);
    if wanted.right.as_deref().is_some_and(|word| right(word).is_none()) {
        return Err(flaw("right", "access, portability or erasure"));
    }
    let is_word = |word: &str| {
        (1..=40).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    if wanted.state.as_deref().is_some_and(|state| !is_word(state)) {
        return Err(flaw("state", "a state of requests, such as `received`"));
    }
    if wanted.due_by.as_deref().is_some_and(|day| day.parse::<Day>().is_err()) {
        return Err(flaw("due_by", "a day such as `2026-12-24`"));
    }
    let filter = Filter { state: wanted.state, kind: wanted.right, due_by: wanted.due_by };
    let found = caller.office.page_of_requests(&caller.actor, &filter, before, limit + 1).await?;
    let ids: Vec<RequestId> = found.iter().map(|request| request.id).collect();
    let standings = caller.office.standings(&caller.actor, &ids).await?;
    let view = |request: &Request| RequestView::of(request, standings.get(&request.id));
    let page = Page::of(found.iter().map(view).collect(), limit, |view| view.id.clone());
    let mut rest = format!("&limit={limit}");
    for (name, value) in [("state", &filter.state), ("right", &filter.kind), ("due_by", &filter.due_by)] {
        if let Some(value) = value {
            rest.push_str(&format!("&{name}={value}"));
        }
    }
    Ok(page.answer("/api/v1/requests", &rest))
}
