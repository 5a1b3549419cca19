//! `exeunt report processing`.

use exeunt_app::reports::processing::{Activity, Record};
use exeunt_app::subprocessors::list::Stands;
use serde_json::json;

use crate::commands::subprocessor::list;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Columns of the record, and what stands in each.
const COLUMNS: [&str; 13] = [
    "model",
    "table",
    "controller",
    "contact",
    "purposes",
    "legal_basis",
    "people",
    "categories",
    "special_categories",
    "recipients",
    "transfers",
    "time_limits",
    "region",
];

/// Prints it as CSV, or as JSON.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let record = office.record_of_processing(&actor).await?;
    if door.json {
        out::json(&json!({
            "organization": record.organization,
            "map": format!("sha256:{}", record.map_digest),
            "regions": record.regions,
            "subprocessors": record.subprocessors.iter().map(list::value).collect::<Vec<_>>(),
            "activities": record.activities.iter().map(value).collect::<Vec<_>>(),
            "gaps": record.gaps.iter().map(|(model, what)| json!({ "model": model, "missing": what })).collect::<Vec<_>>(),
        }))?;
        return Ok(Exit::DONE);
    }
    out::raw(csv_of(&record).as_bytes())?;
    for one in &record.subprocessors {
        let state = Stands::of(one).as_str();
        out::remark(&format!("sub-processor {} ({}): {}, {state}", one.name, one.region, one.purpose));
    }
    for (model, what) in &record.gaps {
        out::remark(&format!("{model}: the map does not say `{what}`"));
    }
    Ok(Exit::DONE)
}

fn value(activity: &Activity) -> serde_json::Value {
    json!({
        "model": activity.model,
        "table": activity.table,
        "controller": activity.controller,
        "contact": activity.contact,
        "purposes": activity.purposes,
        "legal_basis": activity.legal_basis,
        "people": activity.people,
        "categories": activity.categories,
        "special_categories": activity.special,
        "recipients": activity.recipients,
        "transfers": activity.transfers,
        "time_limits": activity.time_limits,
        "region": activity.region,
    })
}

fn csv_of(record: &Record) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for activity in &record.activities {
        let special = if activity.special { "yes" } else { "no" };
        let fields = [
            activity.model.as_str(),
            &activity.table,
            &activity.controller,
            &activity.contact,
            &activity.purposes.join("; "),
            &activity.legal_basis.join("; "),
            &activity.people,
            &activity.categories.join("; "),
            special,
            &activity.recipients.join("; "),
            &activity.transfers,
            &activity.time_limits.join("; "),
            &activity.region,
        ];
        let line: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        text.push_str(&line.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A field of the file. What a spreadsheet would take for a formula is kept from being one.
fn quoted(field: &str) -> String {
    let harmless = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    format!("\"{}\"", harmless.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_formula_is_kept_from_being_one() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("say \"so\""), "\"say \"\"so\"\"\"");
    }
}
