//! `exeunt delta …`.

mod push;
mod status;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

pub(crate) use crate::commands::delta::push::Pushed;
pub(crate) use crate::commands::delta::status::Table;

/// Delta tables.
#[derive(Debug, Subcommand)]
pub(crate) enum Delta {
    /// Push what waits now, instead of at the next hour
    Push(push::Args),
    /// How far each table is, and what waits for it
    Status(status::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, delta: &Delta) -> Result<Exit, Failure> {
    match delta {
        Delta::Push(args) => push::run(door, args).await,
        Delta::Status(args) => status::run(door, args).await,
    }
}
