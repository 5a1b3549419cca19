//! `exeunt organization`: tenants of this home, each with keys, a log and people of its own.

mod add;
mod list;
mod rotate_key;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// What about them.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Organization {
    /// Add one: keys and a log of its own
    Add(add::Args),
    /// List them
    List,
    /// Take another key of one into use while everybody works; what it wraps is wrapped anew, nothing is encrypted again
    RotateKey,
}

/// Does it.
pub(crate) async fn run(door: &Door, organization: &Organization) -> Result<Exit, Failure> {
    match organization {
        Organization::Add(args) => add::run(door, args).await,
        Organization::List => list::run(door).await,
        Organization::RotateKey => rotate_key::run(door).await,
    }
}
