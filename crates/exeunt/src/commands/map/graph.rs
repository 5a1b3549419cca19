//! `exeunt map graph`: the map as a picture.

use std::path::PathBuf;

use exeunt_app::maps::{self, draw::Picture};
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// What to draw.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files or folders of the map [default: those in the settings]
    files: Vec<PathBuf>,
    /// The form
    #[arg(long, value_enum, default_value = "svg")]
    form: Form,
}

/// Forms of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// SVG
    Svg,
    /// Mermaid text
    Mermaid,
}

/// Draws.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let read = maps::read::read(&super::files(door, &args.files)?)?;
    let picture = match args.form {
        Form::Svg => Picture::Svg,
        Form::Mermaid => Picture::Mermaid,
    };
    let drawn = maps::draw::draw(&read.map, picture);
    if door.json {
        out::json(&json!({ "picture": drawn }))?
    } else {
        out::raw(drawn.as_bytes())?
    }
    Ok(Exit::DONE)
}
