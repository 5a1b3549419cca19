//! `exeunt evidence …`.

mod make;
mod verify;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Evidence packs.
#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// Make the pack of a request or of a period: what was done, and the proof that it stands in the log
    Make(make::Args),
    /// Check a pack; needs no home and no connection
    Verify(verify::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, evidence: &Evidence) -> Result<Exit, Failure> {
    match evidence {
        Evidence::Make(args) => make::run(door, args).await,
        Evidence::Verify(args) => verify::run(door, args),
    }
}
