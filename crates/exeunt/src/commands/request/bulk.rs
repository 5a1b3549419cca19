//! `exeunt request bulk …`: one act on many requests, looked at first, then done exactly as it was seen.

mod commit;
mod preview;
mod record;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

pub(crate) use crate::commands::request::bulk::record::{Done, Line, Record, Said};

/// Looking, and doing.
#[derive(Debug, Subcommand)]
pub(crate) enum Bulk {
    /// What an act on many requests would come to, one by one; nothing is done
    Preview(preview::Args),
    /// Do what a preview showed, to each request that still is as it was seen
    Commit(commit::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, bulk: &Bulk) -> Result<Exit, Failure> {
    match bulk {
        Bulk::Preview(args) => preview::run(door, args).await,
        Bulk::Commit(args) => commit::run(door, args).await,
    }
}
