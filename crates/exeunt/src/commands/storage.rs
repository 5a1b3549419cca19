//! `exeunt storage`: where blobs of the vault and packages are kept.

mod check;
mod moving;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// What about it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Storage {
    /// Try out whether it keeps what must be promised; nothing is left of it
    Check(check::Args),
    /// Take what the home's folders hold to the storage that the settings name; every process must be stopped
    Move(moving::Args),
}

/// Does it.
pub(crate) fn run(door: &Door, storage: &Storage) -> Result<Exit, Failure> {
    match storage {
        Storage::Check(args) => check::run(door, args),
        Storage::Move(args) => moving::run(door, args),
    }
}
