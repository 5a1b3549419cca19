//! `exeunt map export --to fides`: the map for another tool, or in one spelling of our own.

use std::path::PathBuf;

use exeunt_app::maps;
use exeunt_datamap::fides;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// What to write.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files or folders of the map [default: those in the settings]
    files: Vec<PathBuf>,
    /// For whom
    #[arg(long, value_enum, default_value = "exeunt")]
    to: Tool,
}

/// Tools a map can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Tool {
    /// Ours, all files as one, in one spelling
    Exeunt,
    /// Fides datasets
    Fides,
}

/// Exports.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let read = maps::read::read(&super::files(door, &args.files)?)?;
    let text = match args.to {
        Tool::Exeunt => maps::draw::render(&read.map),
        Tool::Fides => fides::export(&read.map),
    };
    out::raw(text.as_bytes())?;
    Ok(Exit::DONE)
}
