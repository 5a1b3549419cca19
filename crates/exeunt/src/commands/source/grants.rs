//! `exeunt source grants`: what an administrator must allow, and no more; for the delta table too, where the settings want one.

use std::path::PathBuf;

use exeunt_app::maps;
use exeunt_base::{Name, TableRef};

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;
use crate::settings::SourceKind;

/// For which source.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The source, as the map names it
    #[arg(value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    source: Name,
    /// Files or folders of the map [default: those in the settings]
    #[arg(long = "map", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// The role that reads
    #[arg(long, default_value = "exeunt_reader", value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    reader: Name,
    /// The role that erases as well
    #[arg(long, default_value = "exeunt_eraser", value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    eraser: Name,
}

/// Writes the script.
pub(crate) fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let files = if args.files.is_empty() {
        let settings = door.settings()?;
        settings.map.0.iter().map(|path| settings.path(path)).collect()
    } else {
        args.files.clone()
    };
    let read = maps::read::read(&files)?;
    let Some(source) = read.map.sources.get(&args.source) else {
        return Err(exeunt_app::Error::Usage(
            "E0211",
            format!("the map describes no source `{}`", args.source),
        )
        .into());
    };
    let public = Name::new("public").map_err(|error| Failure::Usage(error.to_string()))?;
    let tables: Vec<TableRef> = source
        .models
        .values()
        .map(|model| TableRef {
            schema: model.table.schema.clone().unwrap_or_else(|| public.clone()),
            name: model.table.name.clone(),
        })
        .collect();
    let settings = door.settings_if_any()?;
    let source = settings.as_ref().and_then(|settings| settings.sources.get(args.source.as_str()));
    let target =
        source.filter(|source| source.kind == SourceKind::Postgres).and_then(|source| source.target());
    let journal = target.map(|target| target.journal());
    let script = exeunt_source_postgres::grant_script(&args.reader, &args.eraser, &tables, journal.as_ref());
    out::raw(script.as_bytes())?;
    Ok(Exit::DONE)
}
