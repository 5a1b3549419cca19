//! `exeunt organization add`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its name, for letters; its settings name it the same way
    name: String,
}

/// Adds it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let id = office.add_organization(&actor, &args.name).await?;
    if door.json {
        out::json(&json!({ "organization": id, "name": args.name.trim() }))?;
    } else {
        out::text(&format!("{id}\n"))?;
        out::remark(
            "next: a settings file with its name, map and sources, listed under `organizations:` of this home's",
        );
    }
    Ok(Exit::DONE)
}
