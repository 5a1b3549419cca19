//! `exeunt storage check`.

use exeunt_app::home::open::Kept;
use exeunt_base::hex;
use exeunt_engine::World;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Tries it out. Needs no key: what is put there is five bytes that anybody may see.
pub(crate) fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let settings = door.settings()?;
    let layout = door.layout(&settings);
    let kept = door.kept(&settings)?.map_or_else(|| Kept::in_home(&layout), Ok)?;
    let (mut places, mut notes) = (Vec::new(), Vec::new());
    for storage in [&kept.vault, &kept.packages] {
        let mut attempt = [0; 8];
        door.world.chance(&mut attempt);
        for note in storage.prove(&hex::encode(&attempt)).map_err(exeunt_app::Error::from)? {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        places.push(storage.place(""));
    }
    if door.json {
        out::json(&json!({ "vault": places[0], "packages": places[1], "notes": notes }))?;
    } else {
        out::text(&format!(
            "vault     {}\npackages  {}\nboth keep what must be promised",
            places[0], places[1]
        ))?;
        notes.iter().for_each(|note| out::remark(note));
    }
    Ok(Exit::DONE)
}
