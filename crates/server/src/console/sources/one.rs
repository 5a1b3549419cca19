//! One source: how it stands, what it allows, what each check says and what to do about it.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::sources::list::Known;
use exeunt_base::Name;
use exeunt_engine::hours::Hours;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page};
use crate::console::map::part;
use crate::console::sources::asked::Asked;
use crate::console::sources::list::{Run, engine, folder, in_console, runs};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

/// What a check said.
struct Checked {
    reached: bool,
    /// What was seen, or why nothing was.
    told: String,
    advice: Vec<String>,
    /// What to do where it was not reached.
    todo: Vec<&'static str>,
    at: Moment,
}

#[derive(Template)]
#[template(path = "console/sources/one.html")]
pub(crate) struct Page {
    frame: Frame,
    pub(crate) problem: Option<String>,
    done: &'static str,
    name: String,
    href: String,
    map_href: String,
    engine: &'static str,
    connected: bool,
    region: String,
    models: String,
    paused: String,
    rate: String,
    batch: String,
    at_a_time: String,
    hours: Vec<String>,
    runs: Vec<Run>,
    grants: Option<String>,
    checked: Option<Checked>,
    sees_map: bool,
    may_draft: bool,
    reached: Option<Reached>,
    pub(crate) asked: Asked,
    in_console: bool,
    folder: String,
}

/// How a source is reached that was connected in the console.
struct Reached {
    place: String,
    since: Moment,
}

/// What an address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    done: String,
}

/// The page.
pub(crate) async fn show(
    visitor: Visitor,
    Path(source): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let mut shown = of(&visitor, &source).await?;
    shown.done = match wanted.map(|Query(wanted)| wanted).unwrap_or_default().done.as_str() {
        "connected" => "It is connected: it answered, and what it holds can be proposed for the map.",
        "reached" => "It is reached this way from now on.",
        _ => "",
    };
    Ok(page(StatusCode::OK, &shown))
}

/// Reaches the source, and says what came of it.
pub(crate) async fn check(Path(source): Path<String>, Sent { by, .. }: Sent) -> Result<Response, Trouble> {
    let mut shown = of(&by, &source).await?;
    let name = Name::new(&source).map_err(|_| Trouble::not_found())?;
    let at = by.clock().at(by.now());
    shown.checked = Some(match by.office.check_source(&by.actor, &name).await {
        Ok(checked) => Checked {
            reached: true,
            told: {
                let tables = checked.tables as u64;
                let are = if tables == 1 { "is" } else { "are" };
                format!("It answers, and {} {are} seen.", counted(tables, "table", "tables"))
            },
            advice: checked.advice,
            todo: Vec::new(),
            at,
        },
        Err(error) => Checked {
            reached: false,
            told: Trouble::told(&error),
            advice: Vec::new(),
            todo: todo(shown.engine),
            at,
        },
    });
    Ok(page(StatusCode::OK, &shown))
}

fn todo(engine: &str) -> Vec<&'static str> {
    match engine {
        "SQLite" => vec![
            "See whether its path is that of the database file.",
            "The user that Exeunt runs as must be able to read and write the file and its folder.",
            "Close programs that hold the file locked for long, or have the settings wait longer for locks.",
        ],
        _ => vec![
            "See whether host and port are right, and whether a firewall lets this machine through.",
            "See whether role and password are right: a file with the password holds nothing else.",
            "A certificate that is not trusted: the settings name the authority’s under sslrootcert.",
            "Rights that are missing: give the script below to the administrator of the database.",
        ],
    }
}

pub(crate) async fn of(visitor: &Visitor, source: &str) -> Result<Page, Trouble> {
    let all = visitor.office.list_sources(&visitor.actor).await?;
    let known: Known =
        all.into_iter().find(|known| known.name.as_str() == source).ok_or_else(Trouble::not_found)?;
    let limits = &visitor.office.engine.settings;
    let grants = match known.kind {
        Some(_) => visitor.office.source_grants(&visitor.actor, &known.name).await?,
        None => None,
    };
    Ok(Page {
        frame: visitor.frame("A source", "sources").await,
        problem: None,
        done: "",
        asked: known.added.as_ref().map(|added| Asked::as_kept(&added.reach)).unwrap_or_default(),
        in_console: in_console(visitor),
        folder: folder(visitor),
        reached: known
            .added
            .as_ref()
            .map(|added| Reached { place: added.reach.place(), since: visitor.clock().at(added.changed_at) }),
        href: format!("/sources/{}", part(source)),
        map_href: format!("/map?source={}", part(source)),
        engine: engine(known.kind),
        connected: known.kind.is_some(),
        region: known.region.clone().unwrap_or_default(),
        models: known.models.map(|models| counted(models as u64, "table", "tables")).unwrap_or_default(),
        paused: known.halt.as_ref().map(|halt| halt.because.clone()).unwrap_or_default(),
        rate: limits.rows_per_second.map_or_else(
            || String::from("as fast as the database takes it"),
            |rows| format!("{} rows a second at most", grouped(u64::from(rows))),
        ),
        batch: limits.batch_rows.map_or_else(
            || String::from("as many rows as take about a second"),
            |rows| format!("{} rows at most", grouped(rows)),
        ),
        at_a_time: limits
            .jobs_at_a_time
            .map_or_else(|| String::from("as many as there are workers"), |jobs| grouped(u64::from(jobs))),
        hours: known.hours.as_ref().map(hours).unwrap_or_default(),
        runs: runs(visitor, &known),
        grants,
        checked: None,
        sees_map: visitor.may(Permission::ReadMap),
        may_draft: visitor.may(Permission::DraftMap),
        name: known.name.to_string(),
    })
}

fn hours(hours: &Hours) -> Vec<String> {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let span = |span: &exeunt_engine::hours::Span| {
        let days: Vec<String> = span.days.iter().map(ToString::to_string).collect();
        format!("{}: {} to {} {}", days.join(", "), clock(span.from), clock(span.to), span.zone)
    };
    hours.0.iter().map(span).collect()
}
