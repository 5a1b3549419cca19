//! `exeunt report retention`.

use exeunt_app::reports::retention::Retained;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists the classes. What has been there for too long is a finding.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let classes = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.report_retention(&actor).await?,
        Way::There(remote) => remote.report_retention().await?,
    };
    if door.json {
        let one = |class: &Retained| {
            json!({
                "class": class.kept.class.as_str(),
                "items": class.kept.items,
                "oldest": class.kept.oldest,
                "limit_seconds": class.limit,
                "overdue": class.overdue,
            })
        };
        out::json(&json!({ "classes": classes.iter().map(one).collect::<Vec<_>>() }))?;
    } else {
        let rows: Vec<_> = classes.iter().map(line).collect();
        out::text(&table(&["class", "items", "oldest", "at most", ""], &rows))?;
    }
    let overdue = classes.iter().any(|class| class.overdue);
    Ok(if overdue { Exit::FINDINGS } else { Exit::DONE })
}

fn line(class: &Retained) -> Vec<String> {
    let limit = match class.limit {
        None => String::from("no time set"),
        Some(seconds) if seconds % 86_400 == 0 => {
            out::plural((seconds / 86_400).unsigned_abs(), "day", "days")
        }
        Some(seconds) => out::plural((seconds / 3_600).unsigned_abs(), "hour", "hours"),
    };
    vec![
        class.kept.class.as_str().to_owned(),
        class.kept.items.to_string(),
        class.kept.oldest.map(out::time).unwrap_or_default(),
        limit,
        if class.overdue { String::from("too old") } else { String::new() },
    ]
}
