//! `exeunt witness logs`.

use exeunt_witness::{Folder, Seen};
use serde_json::json;

use crate::commands::witness::Place;
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Of which witness.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

/// Lists.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let logs = Folder::watched(&args.place.folder)?;
    if door.json {
        let one = |seen: &Seen| {
            json!({
                "log": seen.key.name(),
                "key": seen.key.to_string(),
                "entries": seen.last.as_ref().map(|last| last.size),
                "root": seen.last.as_ref().map(|last| last.root.to_string()),
            })
        };
        out::json(&json!({ "logs": logs.iter().map(one).collect::<Vec<_>>() }))?;
    } else if logs.is_empty() {
        out::text("it watches no log yet; `exeunt witness watch` takes a log's public key")?;
    } else {
        let line = |seen: &Seen| {
            let last = seen.last.as_ref().map_or_else(|| String::from("-"), |last| last.size.to_string());
            vec![seen.key.name().to_owned(), last]
        };
        out::text(&table(&["log", "entries"], &logs.iter().map(line).collect::<Vec<_>>()))?;
    }
    Ok(Exit::DONE)
}
