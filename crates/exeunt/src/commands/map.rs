//! `exeunt map …`.

mod check;
mod discover;
mod export;
mod graph;
mod import;

use std::path::PathBuf;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// The data map.
#[derive(Debug, Subcommand)]
pub(crate) enum Map {
    /// Compare the map with the live schema; exit code 4 when something must be mended
    Check(check::Args),
    /// Write a first map from the live schema, to standard output
    Discover(discover::Args),
    /// Draw the map as SVG or Mermaid, to standard output
    Graph(graph::Args),
    /// Read another tool's map and write it as ours, to standard output
    Import(import::Args),
    /// Write the map for another tool, to standard output
    Export(export::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: Door, map: &Map) -> Result<Exit, Failure> {
    match map {
        Map::Check(args) => check::run(door, args).await,
        Map::Discover(args) => discover::run(door, args).await,
        Map::Graph(args) => graph::run(&door, args),
        Map::Import(args) => import::run(args),
        Map::Export(args) => export::run(&door, args),
    }
}

/// The map's files: those named, else those of the settings.
fn files(door: &Door, named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let settings = door.settings()?;
    Ok(settings.map.0.iter().map(|path| settings.path(path)).collect())
}
