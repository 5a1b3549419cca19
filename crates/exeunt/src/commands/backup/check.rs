//! `exeunt backup check`.

use std::path::PathBuf;

use exeunt_app::backups::check::check;

use crate::commands::backup::{Opener, file, told, value};
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    #[command(flatten)]
    opener: Opener,
}

/// Reads it.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let checked = check(file(&args.file)?, &args.opener.key()?)?;
    if door.json {
        out::json(&value(&checked.head, &checked.end))?;
    } else {
        out::text(&format!("whole: {}", told(&checked.head, &checked.end)))?;
    }
    Ok(Exit::DONE)
}
