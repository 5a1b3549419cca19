//! A period: what was asked for week by week, how long answers took and whether they were in time, and why some were refused.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::reports::Period;
use exeunt_rights::Right;
use exeunt_rights::metrics::Figures;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page};
use crate::console::request::said::right;
use crate::console::rooms::reports::pictures::{Times, Volume};
use crate::console::rooms::reports::{Ready, Wanted, csv, days, hidden, ready, share};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

/// A week of the table.
struct Week {
    from: String,
    by_right: Vec<String>,
    total: String,
    on_time: String,
}

/// What is asked for, and what came of it.
pub(super) struct Line {
    pub(super) right: &'static str,
    pub(super) received: String,
    pub(super) complied: String,
    pub(super) partly: String,
    pub(super) denied: String,
    pub(super) withdrawn: String,
    pub(super) open: String,
    pub(super) overdue: String,
    pub(super) median: String,
    pub(super) ninetieth: String,
    pub(super) promised: String,
    pub(super) on_time: String,
}

/// Refusals for one ground.
struct Ground {
    word: String,
    count: String,
}

#[derive(Template)]
#[template(path = "console/rooms/reports/period.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    at: String,
    from: String,
    to: String,
    ready: Vec<Ready>,
    as_of: Moment,
    received: u64,
    says: String,
    rights: Vec<&'static str>,
    weeks: Vec<Week>,
    volume: Volume,
    times: Option<Times>,
    lines: Vec<Line>,
    grounds: Vec<Ground>,
    csv: String,
    processing: bool,
}

/// The report.
pub(crate) async fn show(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadRequests)?;
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let (span, flaw) = match wanted.days(&by) {
        Ok(span) => (span, None),
        Err(flaw) => (Wanted::default().days(&by).map_err(|(_, why)| Trouble::flaw(why))?, Some(flaw)),
    };
    let period = by.office.report_period(&by.actor, span.0, span.1).await?;
    let status = if flaw.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (from, to) = span;
    let all = &period.report.metrics.all;
    let grounds = all
        .grounds
        .iter()
        .map(|(word, count)| Ground { word: word.replace(['_', '-'], " "), count: hidden(*count) });
    let lines = lines(&period);
    Ok(page(
        status,
        &Page {
            frame: by.frame("Reports", "reports").await,
            problem: flaw.map(|(_, why)| why.to_owned()),
            at: flaw.map(|(field, _)| field.to_owned()).unwrap_or_default(),
            from: if flaw.is_some() { wanted.from } else { from.to_string() },
            to: if flaw.is_some() { wanted.to } else { to.to_string() },
            ready: ready(&by, "/reports", from, to),
            as_of: by.clock().day(period.report.as_of),
            received: all.received,
            says: says(all),
            rights: Right::ALL.iter().map(|one| right(one.as_str())).collect(),
            weeks: period
                .weeks
                .iter()
                .map(|week| Week {
                    from: week.from.to_string(),
                    by_right: Right::ALL
                        .iter()
                        .map(|right| grouped(week.by_right.get(right).copied().unwrap_or(0)))
                        .collect(),
                    total: grouped(week.total()),
                    on_time: share(week.on_time_share),
                })
                .collect(),
            volume: Volume::of(&period.weeks),
            times: Times::of(&period),
            lines,
            grounds: grounds.collect(),
            csv: format!("/reports.csv?from={from}&to={to}"),
            processing: by.may(Permission::ReadMap),
        },
    ))
}

fn says(all: &Figures) -> String {
    if all.received == 0 {
        return String::from("Nobody asked for anything in this period.");
    }
    let late = match all.overdue {
        0 => String::from("none is overdue"),
        1 => String::from("1 is overdue"),
        many => format!("{} are overdue", grouped(many)),
    };
    format!(
        "{} received; {} for an answer, {late}. Of what was due, {} was answered in time.",
        counted(all.received, "request was", "requests were"),
        counted(all.open, "waits", "wait"),
        share(all.on_time_share())
    )
}

/// What came of each right, and of all.
pub(super) fn lines(period: &Period) -> Vec<Line> {
    let metrics = &period.report.metrics;
    let of = |name: &'static str, figures: &Figures, promised: Option<i64>| Line {
        right: name,
        received: grouped(figures.received),
        complied: grouped(figures.complied),
        partly: grouped(figures.partly),
        denied: grouped(figures.denied),
        withdrawn: grouped(figures.withdrawn),
        open: grouped(figures.open),
        overdue: grouped(figures.overdue),
        median: days(figures.median_days()),
        ninetieth: days(figures.ninetieth_days().map(f64::from)),
        promised: promised.map_or_else(String::new, |promised| days(Some(promised as f64))),
        on_time: share(figures.on_time_share()),
    };
    let mut lines: Vec<Line> = metrics
        .by_right
        .iter()
        .map(|(one, figures)| of(right(one.as_str()), figures, period.promised.get(one).copied()))
        .collect();
    lines.push(of("All", &metrics.all, None));
    lines
}

/// The same as a file: what came of each right, and the weeks.
pub(crate) async fn download(
    by: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadRequests)?;
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let (from, to) = wanted.days(&by).map_err(|(_, why)| Trouble::flaw(why))?;
    let period = by.office.report_period(&by.actor, from, to).await?;
    let cells = |line: &[&str]| line.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut table = vec![cells(&["week_from", "right", "received", "on_time_share"])];
    for week in &period.weeks {
        let on_time = week.on_time_share.map(|share| format!("{share:.4}")).unwrap_or_default();
        for right in Right::ALL {
            let count = week.by_right.get(&right).copied().unwrap_or(0);
            table.push(vec![week.from.to_string(), right.to_string(), count.to_string(), on_time.clone()]);
        }
    }
    Ok(csv(&table, &format!("requests-{from}-{to}.csv")))
}
