//! The figures of a calendar year or another period as 11 CCR 7102 has them compiled: received, complied with, denied, and the
//! median and mean days of an answer.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_rights::Right;
use exeunt_rights::metrics::Figures;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page};
use crate::console::rooms::reports::{Ready, Wanted, days, ready};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::grouped;

/// One kind of request, as the regulation names it.
struct Line {
    name: &'static str,
    received: String,
    whole: String,
    part: String,
    denied: String,
    open: String,
    median: String,
    mean: String,
}

#[derive(Template)]
#[template(path = "console/rooms/reports/ccpa.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    at: String,
    from: String,
    to: String,
    ready: Vec<Ready>,
    as_of: Moment,
    lines: Vec<Line>,
}

/// The figures.
pub(crate) async fn show(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadRequests)?;
    let mut wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    if wanted.from.is_empty() && wanted.to.is_empty() {
        // what is published by the first of July is of the calendar year before
        let year = by.clock().today().year() - 1;
        wanted = Wanted { from: format!("{year}-01-01"), to: format!("{year}-12-31") };
    }
    let (span, flaw) = match wanted.days(&by) {
        Ok(span) => (span, None),
        Err(flaw) => (Wanted::default().days(&by).map_err(|(_, why)| Trouble::flaw(why))?, Some(flaw)),
    };
    let period = by.office.report_period(&by.actor, span.0, span.1).await?;
    let none = Figures::default();
    let figures = |right: Right| period.report.metrics.by_right.get(&right).unwrap_or(&none);
    let status = if flaw.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = Page {
        frame: by.frame("CCPA metrics", "reports").await,
        problem: flaw.map(|(_, why)| why.to_owned()),
        at: flaw.map(|(field, _)| field.to_owned()).unwrap_or_default(),
        from: wanted.from,
        to: wanted.to,
        ready: ready(&by, "/reports/ccpa", span.0, span.1),
        as_of: by.clock().day(period.report.as_of),
        lines: vec![
            line("Requests to delete", figures(Right::Erasure)),
            line("Requests to delete, by making anonymous", figures(Right::Anonymization)),
            line("Requests to know", figures(Right::Access)),
            line("Requests to know, in a form to take elsewhere", figures(Right::Portability)),
        ],
    };
    Ok(page(status, &shown))
}

fn line(name: &'static str, figures: &Figures) -> Line {
    Line {
        name,
        received: grouped(figures.received),
        whole: grouped(figures.complied),
        part: grouped(figures.partly),
        denied: grouped(figures.denied),
        open: grouped(figures.open),
        median: days(figures.median_days()),
        mean: days(figures.mean_days()),
    }
}
