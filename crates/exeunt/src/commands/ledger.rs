//! `exeunt ledger …`.

mod check;
mod replay;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

pub(crate) use crate::commands::ledger::check::told;

/// The ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Look for erased people who are back; exit code 4 when somebody is
    Check(check::Args),
    /// Erase again whoever is back
    Replay(replay::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: Door, ledger: &Ledger) -> Result<Exit, Failure> {
    match ledger {
        Ledger::Check(args) => check::run(door, args).await,
        Ledger::Replay(args) => replay::run(door, args).await,
    }
}
