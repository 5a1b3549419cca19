//! `exeunt witness watch`.

use exeunt_witness::Folder;
use serde_json::json;

use crate::commands::witness::{Place, key_or_file};
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Which log.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The log's public key, as text or as the file that holds it; the organization's home has it in `checkpoints/…/log.vkey`
    #[arg(value_name = "KEY|FILE")]
    key: String,
}

/// Watches it.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let key = key_or_file(&args.key)?;
    Folder::watch(&args.place.folder, &key)?;
    if door.json {
        out::json(&json!({ "watches": key.name() }))?;
    } else {
        out::text(&format!("watches {}", key.name()))?;
    }
    Ok(Exit::DONE)
}
