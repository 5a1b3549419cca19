//! `exeunt delta status`.

use exeunt_app::deltas::Status;
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Tells.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let all = office.delta_status(&actor).await?;
    if door.json {
        let one = |status: &Status| {
            let mark = status.mark.as_ref();
            json!({
                "source": status.source,
                "table": status.target.table.to_string(),
                "waiting": status.waiting.events,
                "oldest": status.waiting.oldest,
                "next_at": status.next_at,
                "pushed_at": mark.and_then(|mark| mark.pushed_at),
                "tried_at": mark.map(|mark| mark.tried_at),
                "up_to": mark.map_or(0, |mark| mark.sequence),
                "rows": mark.map_or(0, |mark| mark.rows),
                "given_up": mark.map_or(0, |mark| mark.given_up),
                "trouble": mark.and_then(|mark| mark.trouble.clone()),
            })
        };
        out::json(&json!({ "deltas": all.iter().map(one).collect::<Vec<_>>() }))?;
    } else if all.is_empty() {
        out::text("no source has a delta table; add `delta: {}` to one of them in the settings")?;
    } else {
        let rows: Vec<Vec<String>> = all.iter().map(line).collect();
        let mut text = table(&["source", "table", "rows", "pushed", "waiting", "since", "given up"], &rows);
        for status in &all {
            if let Some(trouble) = status.mark.as_ref().and_then(|mark| mark.trouble.as_ref()) {
                text.push_str(&format!("\n{}: {trouble}", status.source));
            }
        }
        out::text(&text)?;
    }
    Ok(Exit::DONE)
}

fn line(status: &Status) -> Vec<String> {
    let mark = status.mark.as_ref();
    vec![
        status.source.to_string(),
        status.target.table.to_string(),
        mark.map_or(0, |mark| mark.rows).to_string(),
        mark.and_then(|mark| mark.pushed_at).map_or_else(|| String::from("never"), out::time),
        status.waiting.events.to_string(),
        status.waiting.oldest.map_or_else(String::new, out::time),
        mark.map_or(0, |mark| mark.given_up).to_string(),
    ]
}
