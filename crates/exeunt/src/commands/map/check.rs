//! `exeunt map check`: for engineers and their CI.

use std::path::PathBuf;

use exeunt_app::maps;
use exeunt_base::Name;
use exeunt_plan::map::joins::{Join, Rate};
use exeunt_plan::map::{Finding, Severity};
use serde_json::{Value, json};

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::{out, sources};

/// What to check.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files or folders of the map [default: those in the settings]
    files: Vec<PathBuf>,
    /// Look at this database instead of the one in the settings: shop=sqlite:copy.db
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = sources::address)]
    at: Vec<(Name, String)>,
    /// Fail on warnings too
    #[arg(long)]
    strict: bool,
}

/// Checks.
pub(crate) async fn run(door: Door, args: &Args) -> Result<Exit, Failure> {
    let read = maps::read::read(&super::files(&door, &args.files)?)?;
    let settings = door.settings_if_any()?;
    let sources = sources::connect(settings.as_ref(), &args.at).await?;
    let residency = settings.as_ref().map(|settings| settings.residency(settings)).transpose()?;
    let (findings, joins) = maps::check::look(&read.map, &sources, door.today(), residency.as_ref()).await?;
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let models = read.map.models().count();
    if door.json {
        out::json(&json!({
            "models": models,
            "errors": errors,
            "warnings": warnings,
            "findings": findings.iter().map(one).collect::<Vec<_>>(),
            "joins": joins.rates.iter().map(rate).collect::<Vec<_>>(),
        }))?;
    } else {
        let mut text = String::new();
        for finding in &findings {
            text.push_str(&format!("{finding}\n"));
        }
        for (join, rate) in &joins.rates {
            if let Some(percent) = rate.percent() {
                let by = names(&join.by);
                let of = out::plural(rate.followed, "reference", "references");
                text.push_str(&format!("{}.{by} -> {}: {percent} % of {of} sampled\n", join.model, join.to));
            }
        }
        let models = out::plural(models as u64, "model", "models");
        text.push_str(&match (errors, warnings) {
            (0, 0) => format!("{models}: the map and the live schema agree\n"),
            _ => format!(
                "{models}: {}, {}\n",
                out::plural(errors as u64, "error", "errors"),
                out::plural(warnings as u64, "warning", "warnings")
            ),
        });
        out::text(&text)?;
    }
    Ok(if errors > 0 || args.strict && warnings > 0 { Exit::FINDINGS } else { Exit::DONE })
}

fn rate((join, rate): (&Join, &Rate)) -> Value {
    json!({
        "model": join.model.to_string(),
        "by": join.by.iter().map(Name::as_str).collect::<Vec<_>>(),
        "to": join.to.to_string(),
        "on": join.on.iter().map(Name::as_str).collect::<Vec<_>>(),
        "sampled": rate.followed,
        "found": rate.found,
    })
}

fn names(columns: &[Name]) -> String {
    columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

fn one(finding: &Finding) -> Value {
    let span = finding.span.as_ref().filter(|span| span.line > 0);
    json!({
        "severity": finding.severity.word(),
        "code": finding.code,
        "place": finding.place,
        "file": span.map(|span| span.file.to_string()),
        "line": span.map(|span| span.line),
        "column": span.map(|span| span.column),
        "what": finding.what,
        "fix": finding.fix,
    })
}
