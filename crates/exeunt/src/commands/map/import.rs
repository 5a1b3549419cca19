//! `exeunt map import --from fides`: another tool's map as ours.

use std::path::PathBuf;

use exeunt_datamap::fides;

use crate::failure::{Exit, Failure};
use crate::out;

/// What to read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// Whose map it is
    #[arg(long, value_enum)]
    from: Tool,
}

/// Tools whose maps are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Tool {
    /// Fides datasets
    Fides,
}

/// Imports.
pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let Tool::Fides = args.from;
    let text =
        std::fs::read_to_string(&args.file).map_err(|source| Failure::file("read", &args.file, source))?;
    let imported = fides::import(&args.file.display().to_string(), &text).map_err(exeunt_app::Error::from)?;
    out::raw(imported.text().as_bytes())?;
    out::remark("read every comment it wrote, then run `exeunt map check`");
    Ok(Exit::DONE)
}
