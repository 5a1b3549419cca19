//! `exeunt letter …`.

mod list;
mod resend;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Letters.
#[derive(Debug, Subcommand)]
pub(crate) enum Letter {
    /// Letters, newest first: which, about which request, and what became of them; never to whom
    List(list::Args),
    /// Let a letter that was given up be sent again by the service
    Resend(resend::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, letter: &Letter) -> Result<Exit, Failure> {
    match letter {
        Letter::List(args) => list::run(door, args).await,
        Letter::Resend(args) => resend::run(door, args).await,
    }
}
