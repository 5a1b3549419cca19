//! `exeunt report metrics`.

use exeunt_app::reports::Report;
use exeunt_rights::Day;
use exeunt_rights::metrics::Figures;
use serde_json::{Value, json};

use crate::door::{Door, Needs};
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

/// Adds them up.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let report = office.report_metrics(&actor, args.from, args.to).await?;
    if args.html {
        out::raw(html(&report).as_bytes())?;
    } else if door.json {
        out::json(&value(&report))?;
    } else {
        let mut rows = vec![row("all", &report.metrics.all)];
        rows.extend(report.metrics.by_right.iter().map(|(right, figures)| row(right.as_str(), figures)));
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

fn row(name: &str, figures: &Figures) -> Vec<String> {
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
    row.push(figures.on_time_share().map(|share| format!("{:.1} %", share * 100.0)).unwrap_or_default());
    row.push(days(figures.median_days()));
    row.push(days(figures.mean_days()));
    row
}

fn value(report: &Report) -> Value {
    let by_right: serde_json::Map<String, Value> = report
        .metrics
        .by_right
        .iter()
        .map(|(right, one)| (right.as_str().to_owned(), figures(one)))
        .collect();
    json!({
        "from": report.from,
        "to": report.to,
        "as_of": report.as_of,
        "all": figures(&report.metrics.all),
        "by_right": by_right,
    })
}

fn figures(figures: &Figures) -> Value {
    json!({
        "received": figures.received,
        "complied": figures.complied,
        "partly": figures.partly,
        "denied": figures.denied,
        "withdrawn": figures.withdrawn,
        "open": figures.open,
        "overdue": figures.overdue,
        "on_time": figures.on_time,
        "late": figures.late,
        "extended": figures.extended,
        "mean_days": figures.mean_days(),
        "median_days": figures.median_days(),
        "ninetieth_days": figures.ninetieth_days(),
        "on_time_share": figures.on_time_share(),
        "denials_by_ground": figures.grounds,
    })
}

/// A table that can be pasted into a privacy policy. It holds our own words and numbers only.
fn html(report: &Report) -> String {
    let mut rows = String::new();
    for (right, one) in &report.metrics.by_right {
        let days = |days: Option<f64>| days.map_or_else(|| String::from("none"), |days| format!("{days:.1}"));
        rows.push_str(&format!(
            "<tr><th scope=\"row\">{right}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            one.received,
            one.complied + one.partly,
            one.denied,
            days(one.median_days()),
            days(one.mean_days()),
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
