//! All sources.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::sources::list::Known;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page};
use crate::console::map::part;
use crate::console::sources::asked::Asked;
use crate::console::sources::lines::Block;
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

/// A run that touched a source.
pub(crate) struct Run {
    pub(crate) job: String,
    pub(crate) state: Badge,
    pub(crate) at: Moment,
    pub(crate) done: u64,
    pub(crate) failed: u64,
}

struct Row {
    name: String,
    href: String,
    engine: &'static str,
    region: String,
    tables: String,
    paused: bool,
    connected: bool,
    /// Connected a moment ago, and not opened by this process yet.
    opening: bool,
    last: Option<Run>,
}

#[derive(Template)]
#[template(path = "console/sources/list.html")]
pub(crate) struct Page {
    frame: Frame,
    problem: Option<String>,
    rows: Vec<Row>,
    asked: Asked,
    block: Option<Block>,
    in_console: bool,
    folder: String,
}

/// The list.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Trouble> {
    Ok(page(StatusCode::OK, &of(&visitor, Asked::default(), None, None).await?))
}

/// The list, with what was asked of the form below it and what came of it.
pub(crate) async fn of(
    visitor: &Visitor,
    asked: Asked,
    block: Option<Block>,
    problem: Option<String>,
) -> Result<Page, Trouble> {
    let all = visitor.office.list_sources(&visitor.actor).await?;
    let row = |known: Known| Row {
        href: format!("/sources/{}", part(known.name.as_str())),
        name: known.name.to_string(),
        engine: engine(known.kind),
        region: known.region.clone().unwrap_or_else(|| String::from("nobody said")),
        tables: match known.models {
            Some(models) => models.to_string(),
            None => String::from("not in the map"),
        },
        paused: known.halt.is_some(),
        connected: known.kind.is_some(),
        opening: known.kind.is_none() && known.added.is_some(),
        last: runs(visitor, &known).into_iter().next(),
    };
    let rows = all.into_iter().map(row).collect();
    let frame = visitor.frame("Sources", "sources").await;
    let in_console = in_console(visitor);
    Ok(Page { frame, problem, rows, asked, block, in_console, folder: folder(visitor) })
}

/// Whether whoever looks may connect sources here.
pub(crate) fn in_console(visitor: &Visitor) -> bool {
    visitor.office.connects_sources() && visitor.may(Permission::ManageSources)
}

/// The folder for SQLite files; empty where none may be named.
pub(crate) fn folder(visitor: &Visitor) -> String {
    visitor.office.folder_of_sources().map(|folder| folder.display().to_string()).unwrap_or_default()
}

/// What a kind is called.
pub(crate) fn engine(kind: Option<&str>) -> &'static str {
    match kind {
        Some("sqlite") => "SQLite",
        Some("postgres") => "PostgreSQL",
        Some(_) => "another database",
        None => "not connected",
    }
}

/// The last runs at a source.
pub(crate) fn runs(visitor: &Visitor, known: &Known) -> Vec<Run> {
    let clock = visitor.clock();
    let run = |run: &exeunt_store::jobs::Run| Run {
        job: run.job.to_string(),
        state: Badge::job(&run.state),
        at: clock.at(run.made_at),
        done: run.done,
        failed: run.failed,
    };
    known.runs.iter().map(run).collect()
}
