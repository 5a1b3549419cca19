//! Lists, a page at a time: each page names where the next one begins.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Things of a page when nobody says how many.
const USUAL: u32 = 50;
/// Most things of a page.
const MOST: u32 = 200;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where it begins: `next` of the page before.
    #[param(nullable = false)]
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    pub(crate) limit: Option<u32>,
}

/// How many are wanted.
pub(crate) fn limit(wanted: Option<u32>) -> Result<u32, Problem> {
    match wanted.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "limit", "1 to 200")),
    }
}

/// Where a page begins.
pub(crate) fn cursor<I: std::str::FromStr>(given: Option<&String>) -> Result<Option<I>, Problem> {
    let wrong = |_| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "cursor", "`next` of the page before");
    given.map(|text| text.parse().map_err(|_| ())).transpose().map_err(wrong)
}

/// A page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on it, newest first.
    pub(crate) items: Vec<T>,
    /// Where the next one begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl<T: Serialize> Page<T> {
    /// From one thing more than fits, if there is one more; `name` gives what the next page begins after.
    pub(crate) fn of(mut items: Vec<T>, limit: u32, name: impl Fn(&T) -> String) -> Self {
        let most = limit as usize;
        let more = items.len() > most;
        items.truncate(most);
        Self { next: items.last().filter(|_| more).map(name), items }
    }

    /// With its `Link` header.
    pub(crate) fn answer(self, path: &str, rest: &str) -> Response {
        let link = self.next.as_ref().map(|next| format!("<{path}?cursor={next}{rest}>; rel=\"next\""));
        let mut response = Json(self).into_response();
        if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}
