//! `exeunt delta status`.

use exeunt_app::deltas::Status;
use exeunt_base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// A table, and how far it is: here and at a service in the same words.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Table {
    source: String,
    table: String,
    waiting: u64,
    oldest: Option<Timestamp>,
    next_at: Timestamp,
    pushed_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    up_to: u64,
    rows: u64,
    given_up: u64,
    trouble: Option<String>,
}

impl From<&Status> for Table {
    fn from(status: &Status) -> Self {
        let mark = status.mark.as_ref();
        Self {
            source: status.source.to_string(),
            table: status.target.table.to_string(),
            waiting: status.waiting.events,
            oldest: status.waiting.oldest,
            next_at: status.next_at,
            pushed_at: mark.and_then(|mark| mark.pushed_at),
            tried_at: mark.map(|mark| mark.tried_at),
            up_to: mark.map_or(0, |mark| mark.sequence),
            rows: mark.map_or(0, |mark| mark.rows),
            given_up: mark.map_or(0, |mark| mark.given_up),
            trouble: mark.and_then(|mark| mark.trouble.clone()),
        }
    }
}

/// Tells.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let all: Vec<Table> = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.delta_status(&actor).await?.iter().map(Table::from).collect(),
        Way::There(remote) => remote.list_deltas().await?,
    };
    if door.json {
        out::json(&json!({ "deltas": all }))?;
    } else if all.is_empty() {
        out::text("no source has a delta table; add `delta: {}` to one of them in the settings")?;
    } else {
        let rows: Vec<Vec<String>> = all.iter().map(line).collect();
        let mut text = table(&["source", "table", "rows", "pushed", "waiting", "since", "given up"], &rows);
        for one in &all {
            if let Some(trouble) = &one.trouble {
                text.push_str(&format!("\n{}: {trouble}", one.source));
            }
        }
        out::text(&text)?;
    }
    Ok(Exit::DONE)
}

fn line(one: &Table) -> Vec<String> {
    vec![
        one.source.clone(),
        one.table.clone(),
        one.rows.to_string(),
        one.pushed_at.map_or_else(|| String::from("never"), out::time),
        one.waiting.to_string(),
        one.oldest.map_or_else(String::new, out::time),
        one.given_up.to_string(),
    ]
}
