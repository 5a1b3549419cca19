//! The organization's requests, as a search leaves them. The address holds the search, and never anything about a person.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::requests::bulk;
use exeunt_app::requests::search::{COUNTED, Listed};
use exeunt_rights::search::{Flaw, Search};
use exeunt_store::requests::search::Place;
use serde::Deserialize;

use crate::console::door::{Visitor, form_encoded};
use crate::console::frame::{Frame, page};
use crate::console::requests::chips::{Chip, Ready, View, ready, sorts};
use crate::console::trouble::{Trouble, quoted};
use crate::console::words::badge::Badge;
use crate::console::words::moment::{Clock, Moment};
use crate::console::words::number::grouped;

/// Requests of one page.
const LIMIT: u32 = 50;
/// Days before it is due from which on an answer is due soon.
pub(crate) const SOON: i64 = 7;

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// The search.
    pub(crate) q: String,
    /// The last request of the page before.
    after: String,
    /// The day that was due.
    due: String,
    /// Something about a person was typed, and was not kept.
    refused: String,
    /// What a form of this page came to: a view was saved or taken away.
    done: String,
}

/// One request, as the list shows it.
struct Row {
    id: String,
    right: String,
    state: Badge,
    asked: Moment,
    due: Option<Moment>,
    /// Beside the day it is due.
    late: Option<Badge>,
    held: bool,
}

/// A word that was not understood.
struct Unknown {
    word: String,
    known: String,
}

#[derive(Template)]
#[template(path = "console/requests/list.html")]
struct Page {
    frame: Frame,
    q: String,
    problem: Option<String>,
    done: &'static str,
    unknown: Vec<Unknown>,
    chips: Vec<Chip>,
    ready: Vec<Ready>,
    sorts: Vec<Ready>,
    views: Vec<View>,
    rows: Vec<Row>,
    count: String,
    /// The whole list fits on a page.
    next: String,
    first: String,
    /// The list without its last word.
    clear: String,
    none_at_all: bool,
    csv: String,
    may_submit: bool,
    may_act: bool,
    most: usize,
}

/// The address of a search.
pub(crate) fn href(search: &Search) -> String {
    let text = search.to_string();
    if text.is_empty() { String::from("/requests") } else { format!("/requests?q={}", form_encoded(&text)) }
}

/// The list.
pub(crate) async fn show(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    visitor.office.allow(&visitor.actor, Permission::ReadRequests)?;
    let (search, flaws) = Search::parse(&wanted.q);
    if flaws.contains(&Flaw::Personal) {
        // out of the address bar and the history at once
        let clean = href(&search);
        let sign = if clean.contains('?') { '&' } else { '?' };
        return Ok(Redirect::to(&format!("{clean}{sign}refused=yes")).into_response());
    }
    let after = after(&wanted);
    let found = visitor.office.search_requests(&visitor.actor, &search, after.as_ref(), LIMIT).await?;
    let clock = visitor.clock();
    let rows: Vec<Row> = found.requests.iter().map(|listed| row(listed, &clock)).collect();
    let count = match (&after, &found.next) {
        (None, None) => counted(rows.len() as u64),
        _ => counted(visitor.office.count_requests(&visitor.actor, &search).await?),
    };
    let next = found.next.as_ref().map(|place| {
        let due = place.due.as_ref().map(|due| format!("&due={due}")).unwrap_or_default();
        format!("/requests?q={}&after={}{due}", form_encoded(&search.to_string()), place.id)
    });
    let unknown: Vec<Unknown> = flaws.iter().filter_map(unknown).collect();
    let status = if unknown.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let last = search.terms.len().checked_sub(1);
    let views = visitor.office.list_views(&visitor.actor).await?;
    let shown = Page {
        frame: visitor.frame("Requests", "requests").await,
        q: if unknown.is_empty() { search.to_string() } else { wanted.q.clone() },
        problem: (wanted.refused == "yes").then(|| String::from(REFUSED)),
        done: match wanted.done.as_str() {
            "saved" => "The view is saved.",
            "imported" => "The requests of the file are taken in. Those entered by you, newest first:",
            "removed" => "The view is taken away.",
            _ => "",
        },
        unknown,
        chips: Chip::all(&search),
        ready: ready(&search),
        sorts: sorts(&search),
        views: views.iter().map(|view| View::new(&visitor, view, &search)).collect(),
        none_at_all: rows.is_empty() && search.terms.is_empty() && after.is_none(),
        rows,
        count,
        next: next.unwrap_or_default(),
        first: if after.is_some() { href(&search) } else { String::new() },
        clear: last.map(|place| href(&search.without(place))).unwrap_or_default(),
        csv: format!("/requests.csv?q={}", form_encoded(&search.to_string())),
        may_submit: visitor.may(Permission::SubmitRequests),
        may_act: visitor.may(Permission::DecideRequests) || visitor.may(Permission::HoldRequests),
        most: bulk::MOST,
    };
    Ok(page(status, &shown))
}

/// What whoever types something about a person is told.
const REFUSED: &str = "Nothing about a person can be looked for here, because a search stays in the address and in \
                       the browser's history. What you typed was not kept. To take in what somebody asks, use New request";

fn after(wanted: &Wanted) -> Option<Place> {
    let due = wanted.due.parse::<exeunt_rights::Day>().ok().map(|day| day.to_string());
    wanted.after.parse().ok().map(|id| Place { id, due })
}

fn unknown(flaw: &Flaw) -> Option<Unknown> {
    match flaw {
        Flaw::Personal => None,
        Flaw::Word { word, known } => Some(Unknown { word: word.clone(), known: quoted(known) }),
        Flaw::TooMany => {
            Some(Unknown { word: String::new(), known: String::from("a search has at most 30 words") })
        }
    }
}

/// A number of requests, in words.
fn counted(count: u64) -> String {
    match count {
        1 => String::from("1 request"),
        count if count >= u64::from(COUNTED) => format!("{} requests or more", grouped(count)),
        count => format!("{} requests", grouped(count)),
    }
}

fn row(listed: &Listed, clock: &Clock) -> Row {
    let standing = listed.standing.as_ref();
    let due = standing.and_then(|standing| standing.deadline.answer_by.parse().ok());
    let waits = standing.is_some_and(|standing| standing.deadline.answered_at.is_none());
    let late = standing.filter(|_| waits).and_then(|standing| match standing.days_left {
        _ if standing.overdue => Some(Badge::OVERDUE),
        ..=SOON if standing.deadline.paused_on.is_none() => Some(Badge::SOON),
        _ => None,
    });
    let received = standing.and_then(|standing| standing.deadline.received_on.parse().ok());
    Row {
        id: listed.request.id.to_string(),
        right: listed.request.kind.clone(),
        state: Badge::request(&listed.request.state),
        asked: received.map_or_else(|| clock.at(listed.request.received_at), |day| clock.day(day)),
        due: due.filter(|_| waits).map(|day| clock.day(day)),
        late,
        held: listed.held,
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn numbers_are_told_as_far_as_they_were_counted() {
        assert_eq!((counted(0), counted(1)), ("0 requests".into(), "1 request".into()));
        assert_eq!(counted(10_000), "10,000 requests or more");
    }
}
