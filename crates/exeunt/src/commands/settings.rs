//! `exeunt settings`: what there is to choose, and whether what was chosen can work.

mod check;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::{out, settings};

/// What about them.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Settings {
    /// Read the settings, and look for the files and variables they name
    Check(check::Args),
    /// Print the reference of all settings, as Markdown
    Reference,
    /// Print the JSON Schema of the settings, for editors
    Schema,
}

/// Does it.
pub(crate) fn run(door: &Door, settings: &Settings) -> Result<Exit, Failure> {
    match settings {
        Settings::Check(args) => return check::run(door, args),
        Settings::Reference => out::raw(settings::reference().as_bytes())?,
        Settings::Schema => {
            let text = serde_json::to_string_pretty(&settings::schema()).map_err(std::io::Error::other)?;
            out::raw(format!("{text}\n").as_bytes())?;
        }
    }
    Ok(Exit::DONE)
}
