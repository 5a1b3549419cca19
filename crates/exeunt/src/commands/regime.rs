//! `exeunt regime …`: laws as data.

mod key;
mod list;
mod show;
mod sign;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Regimes.
#[derive(Debug, Subcommand)]
pub(crate) enum Regime {
    /// The regimes there are: those that came with the program, and those of the settings
    List(list::Args),
    /// One regime: its clock, levels and grounds; or its whole pack
    Show(show::Args),
    /// Make a key that signs packs; prints the public half for `law.keys` of the settings
    Key(key::Args),
    /// Check a pack against its own test vectors, and sign it
    Sign(sign::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, regime: &Regime) -> Result<Exit, Failure> {
    match regime {
        Regime::List(args) => list::run(door, args).await,
        Regime::Show(args) => show::run(door, args).await,
        Regime::Key(args) => key::run(door, args),
        Regime::Sign(args) => sign::run(door, args),
    }
}
