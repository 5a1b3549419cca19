//! `exeunt source …`.

mod check;
mod grants;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Sources.
#[derive(Debug, Subcommand)]
pub(crate) enum Source {
    /// Reach each source and say what is worth knowing of its connection
    Check(check::Args),
    /// A script for the administrator: roles with the rights needed and no more (PostgreSQL)
    Grants(grants::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: Door, source: &Source) -> Result<Exit, Failure> {
    match source {
        Source::Check(args) => check::run(door, args).await,
        Source::Grants(args) => grants::run(&door, args),
    }
}
