//! Reports: what a period came to, the figures that California wants published, and the record of processing.

pub(crate) mod ccpa;
pub(crate) mod period;
mod pictures;
pub(crate) mod processing;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::reports::period::FEWEST;
use exeunt_rights::Day;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::requests::table::safe;
use crate::console::words::number::grouped;

/// Days of the longest period.
const LONGEST: i64 = 366 * 3;

/// The period, as the address has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// A ready-made period.
pub(crate) struct Ready {
    pub(crate) name: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

impl Wanted {
    /// The days; the last 90 where nobody says, and what is wrong with what somebody said.
    fn days(&self, by: &Visitor) -> Result<(Day, Day), (&'static str, &'static str)> {
        let today = by.clock().today();
        let day = |field: &'static str, text: &str, usual: Day| match text.trim() {
            "" => Ok(usual),
            text => text.parse::<Day>().map_err(|_| (field, "Write the day like 2026-12-31.")),
        };
        let to = day("to", &self.to, today)?;
        let from = day("from", &self.from, to.plus_days(-89))?;
        if from > to {
            return Err(("from", "A period goes from a day to a later one."));
        }
        if to.days_since(from) > LONGEST {
            return Err(("from", "A report covers three years at the most."));
        }
        Ok((from, to))
    }
}

/// Periods that are asked for often.
fn ready(by: &Visitor, path: &str, from: Day, to: Day) -> Vec<Ready> {
    let today = by.clock().today();
    let year = |year: i32| Some((Day::new(year, 1, 1)?, Day::new(year, 12, 31)?));
    let spans = [
        ("Last 30 days", Some((today.plus_days(-29), today))),
        ("Last 90 days", Some((today.plus_days(-89), today))),
        ("This year", year(today.year()).map(|(first, _)| (first, today))),
        ("Last year", year(today.year() - 1)),
    ];
    spans
        .into_iter()
        .filter_map(|(name, span)| {
            let (first, last) = span?;
            let current = (first, last) == (from, to);
            Some(Ready { name, href: format!("{path}?from={first}&to={last}"), current })
        })
        .collect()
}

/// A number of a group of people, unless it is so small that it says something about them.
fn hidden(count: u64) -> String {
    if (1..FEWEST).contains(&count) { format!("fewer than {FEWEST}") } else { grouped(count) }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| String::from("none due"), |share| format!("{:.0} %", share * 100.0))
}

fn days(days: Option<f64>) -> String {
    match days {
        None => String::from("none answered"),
        Some(1.0) => String::from("1 day"),
        Some(days) => format!("{} days", (days * 10.0).round() / 10.0),
    }
}

/// Lines as a CSV file.
fn csv(lines: &[Vec<String>], name: &str) -> Response {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.iter().map(|cell| safe(cell)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
