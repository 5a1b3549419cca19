//! Everything that is hidden now and can still come back: what ends first stands first.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::requests::search::COUNTED;
use exeunt_app::requests::waiting::{Hidden, Place};
use exeunt_base::{RequestId, Timestamp};
use exeunt_engine::restore::Choice;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::request::said::right;
use crate::console::rooms::{AboutOne, back, done};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

/// Requests of a page.
const LIMIT: u32 = 50;
/// Days before the end from which on it is soon.
const SOON: i64 = 3;

/// Which page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// Where the page before ended: micros of the window's end and the id.
    after: String,
}

/// A request of the list.
struct Row {
    id: String,
    right: &'static str,
    state: Badge,
    rows: String,
    ends: Option<Moment>,
    soon: bool,
    over: bool,
    held: bool,
    /// Whether it can be brought back from here.
    restorable: bool,
    /// What was typed as the reason, where that was refused.
    typed: String,
    flaw: Option<String>,
}

#[derive(Template)]
#[template(path = "console/rooms/recovery.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    /// The field that is wrong.
    at: String,
    done: &'static str,
    rows: Vec<Row>,
    count: String,
    next: String,
    first: bool,
    window: u32,
}

/// Shows them.
pub(crate) async fn show(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let after = wanted.ok().and_then(|Query(wanted)| place(&wanted.after));
    Ok(shown(&made(&by, after).await?))
}

/// Brings all rows of one back, for a reason.
pub(crate) async fn restore(AboutOne(id, sent): AboutOne<RequestId>) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::Restore)?;
    by.office.show_request(&by.actor, id).await?;
    let because = fields.text("because");
    let refused = match by.office.ask_restore_because(&by.actor, id, &Choice::Whole, because, None).await {
        Ok(_) => return Ok(back("/recovery", "restore", None)),
        Err(error) => Trouble::from(error),
    };
    if refused.status().is_server_error() || refused.status() == StatusCode::NOT_FOUND {
        return Err(refused);
    }
    let mut made = made(&by, None).await?;
    made.problem = Some(refused.sentence());
    if let Some(row) = made.rows.iter_mut().find(|row| row.id == id.to_string()) {
        row.typed = fields.raw("because").to_owned();
        row.flaw =
            Some(if because.is_empty() { String::from("Write the reason.") } else { refused.sentence() });
        made.at = format!("because-{id}");
    }
    Ok(page(refused.status(), &made))
}

fn place(after: &str) -> Option<Place> {
    let (ends, id) = after.split_once('.')?;
    Some((Timestamp::from_micros(ends.parse().ok()?), id.parse().ok()?))
}

async fn made(by: &Visitor, after: Option<Place>) -> Result<Page, Trouble> {
    let found = by.office.list_hidden(&by.actor, after, LIMIT).await?;
    let count = by.office.count_hidden(&by.actor).await?;
    let count = match count {
        count if count >= u64::from(COUNTED) => format!("{} requests or more", grouped(count)),
        count => counted(count, "request", "requests"),
    };
    Ok(Page {
        frame: by.frame("Recovery", "recovery").await,
        problem: None,
        at: String::new(),
        done: done(by),
        rows: found.requests.iter().map(|hidden| row(by, hidden)).collect(),
        count,
        next: found
            .next
            .map(|(ends, id)| format!("/recovery?after={}.{id}", ends.as_micros()))
            .unwrap_or_default(),
        first: after.is_none(),
        window: by.office.policy.window_days,
    })
}

fn row(by: &Visitor, hidden: &Hidden) -> Row {
    let (clock, now) = (by.clock(), by.now());
    let request = &hidden.request;
    let ends = request.window_ends_at;
    let over = ends.is_some_and(|ends| ends <= now);
    Row {
        id: request.id.to_string(),
        right: right(&request.kind),
        state: Badge::request(&request.state),
        rows: counted(hidden.rows, "row", "rows"),
        ends: ends.map(|ends| clock.at(ends)),
        soon: !over && ends.is_some_and(|ends| ends <= now.plus_days(SOON)),
        over,
        held: hidden.held,
        restorable: by.may(Permission::Restore) && hidden.rows > 0 && !over,
        typed: String::new(),
        flaw: None,
    }
}
