//! `exeunt report metrics`.

use std::collections::BTreeMap;

use exeunt_app::reports::Report;
use exeunt_rights::metrics::Figures;
use exeunt_rights::{Day, Right};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Of which days.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The first day on which requests were received: 2026-01-01
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Day,
    /// The last one
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Day,
    /// The figures of 11 CCR 7102 as a piece of HTML, ready to be published
    #[arg(long)]
    html: bool,
}

/// What it came to, as JSON has it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    from: String,
    to: String,
    as_of: String,
    all: Line,
    by_right: ByRight,
}

/// Figures of one right, or of all of them.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    received: u64,
    complied: u64,
    partly: u64,
    denied: u64,
    withdrawn: u64,
    open: u64,
    overdue: u64,
    on_time: u64,
    late: u64,
    extended: u64,
    mean_days: Option<f64>,
    median_days: Option<f64>,
    ninetieth_days: Option<u32>,
    on_time_share: Option<f64>,
    denials_by_ground: BTreeMap<String, u64>,
}

/// In the order of the rights, whatever order they came in.
#[derive(Debug)]
struct ByRight(BTreeMap<Right, Line>);

impl Serialize for ByRight {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(right, line)| (right.as_str(), line)))
    }
}

impl<'de> Deserialize<'de> for ByRight {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let told = BTreeMap::<String, Line>::deserialize(from)?;
        let known = told.into_iter().filter_map(|(right, line)| Some((right.parse().ok()?, line)));
        Ok(Self(known.collect()))
    }
}

impl Told {
    fn of(report: &Report) -> Self {
        let by_right = report.metrics.by_right.iter().map(|(right, figures)| (*right, Line::of(figures)));
        Self {
            from: report.from.to_string(),
            to: report.to.to_string(),
            as_of: report.as_of.to_string(),
            all: Line::of(&report.metrics.all),
            by_right: ByRight(by_right.collect()),
        }
    }
}

impl Line {
    fn of(figures: &Figures) -> Self {
        Self {
            received: figures.received,
            complied: figures.complied,
            partly: figures.partly,
            denied: figures.denied,
            withdrawn: figures.withdrawn,
            open: figures.open,
            overdue: figures.overdue,
            on_time: figures.on_time,
            late: figures.late,
            extended: figures.extended,
            mean_days: figures.mean_days(),
            median_days: figures.median_days(),
            ninetieth_days: figures.ninetieth_days(),
            on_time_share: figures.on_time_share(),
            denials_by_ground: figures.grounds.clone(),
        }
    }
}

/// Adds them up.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let report = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => Told::of(&office.report_metrics(&actor, args.from, args.to).await?),
        Way::There(remote) => remote.report_metrics(args.from, args.to).await?,
    };
    if args.html {
        out::raw(html(&report).as_bytes())?;
    } else if door.json {
        out::json(&json!(report))?;
    } else {
        let mut rows = vec![row("all", &report.all)];
        rows.extend(report.by_right.0.iter().map(|(right, figures)| row(right.as_str(), figures)));
        let heads = [
            "right",
            "received",
            "complied",
            "partly",
            "denied",
            "withdrawn",
            "open",
            "overdue",
            "in time",
            "median days",
            "mean days",
        ];
        out::text(&table(&heads, &rows))?;
    }
    Ok(Exit::DONE)
}

fn row(name: &str, figures: &Line) -> Vec<String> {
    let days = |days: Option<f64>| days.map(|days| format!("{days:.1}")).unwrap_or_default();
    let mut row = vec![name.to_owned()];
    row.extend(
        [
            figures.received,
            figures.complied,
            figures.partly,
            figures.denied,
            figures.withdrawn,
            figures.open,
            figures.overdue,
        ]
        .map(|count| count.to_string()),
    );
    row.push(figures.on_time_share.map(|share| format!("{:.1} %", share * 100.0)).unwrap_or_default());
    row.push(days(figures.median_days));
    row.push(days(figures.mean_days));
    row
}

/// A table that can be pasted into a privacy policy. It holds our own words and numbers only.
fn html(report: &Told) -> String {
    let mut rows = String::new();
    for (right, one) in &report.by_right.0 {
        let days = |days: Option<f64>| days.map_or_else(|| String::from("none"), |days| format!("{days:.1}"));
        rows.push_str(&format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            right.as_str(),
            one.received,
            one.complied + one.partly,
            one.denied,
            days(one.median_days),
            days(one.mean_days),
        ));
    }
    format!(
        "<table>\n<caption>Privacy requests received from {} to {}</caption>\n<thead><tr><th scope=\"col\">Request to</th>\
         <th scope=\"col\">Received</th><th scope=\"col\">Complied with in whole or in part</th><th scope=\"col\">Denied</th>\
         <th scope=\"col\">Median days to answer</th><th scope=\"col\">Mean days to answer</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n",
        report.from, report.to
    )
}

fn day(text: &str) -> Result<Day, String> {
    text.parse().map_err(|_| String::from("a day is written 2026-01-31"))
}
