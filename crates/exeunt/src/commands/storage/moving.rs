//! `exeunt storage move`.

use exeunt_app::storage::moving::move_all;
use exeunt_engine::World;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Moves. Needs no key: what is moved stays sealed.
pub(crate) fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let settings = door.settings()?;
    let kept = door.kept(&settings)?.ok_or_else(|| {
        Failure::Settings(String::from(
            "the settings name no `storage` beside the home's folders: there is nowhere to move to",
        ))
    })?;
    let moved = move_all(&door.layout(&settings), &kept, &|bytes| door.world.chance(bytes))?;
    if door.json {
        out::json(&json!({ "things": moved.things, "bytes": moved.bytes }))?;
    } else {
        out::text(&format!(
            "moved {}, {} bytes, to {}",
            out::plural(moved.things, "thing", "things"),
            out::grouped(moved.bytes),
            kept.vault.place("")
        ))?;
    }
    Ok(Exit::DONE)
}
