//! `exeunt package …`.

mod list;
mod make;
mod open;
mod remove;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

pub(crate) use crate::commands::package::make::told as made;
pub(crate) use crate::commands::package::open::told as opened;

/// Packages.
#[derive(Debug, Subcommand)]
pub(crate) enum Package {
    /// Answer an access or portability request
    Make(make::Args),
    /// Decrypt a package into a folder, checked whole
    Open(open::Args),
    /// All packages
    List(list::Args),
    /// Destroy a package: its key first, then its file
    Remove(remove::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, package: &Package) -> Result<Exit, Failure> {
    match package {
        Package::Make(args) => make::run(door, args).await,
        Package::Open(args) => open::run(door, args).await,
        Package::List(args) => list::run(door, args).await,
        Package::Remove(args) => remove::run(door, args).await,
    }
}
