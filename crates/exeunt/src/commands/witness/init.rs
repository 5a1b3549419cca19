//! `exeunt witness init`.

use exeunt_engine::world::secret_bytes;
use exeunt_witness::Folder;
use serde_json::json;

use crate::commands::witness::Place;
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Where, and called what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// What it is called: like an address without https://, and without white space or plus
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Makes a witness.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let key = Folder::create(&args.place.folder, &args.name, secret_bytes(&*door.world))?;
    if door.json {
        out::json(&json!({ "key": key.to_string() }))?;
    } else {
        out::text(&key.to_string())?;
        out::remark(
            "that is its public key, for the settings of those it watches (`audit: witnesses:`); now `exeunt witness watch`.\n\
             Its folder must never be put back from a copy: it would sign what it refused before",
        );
    }
    Ok(Exit::DONE)
}
