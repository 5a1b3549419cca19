//! `exeunt letter …`.

mod list;
pub(crate) mod places;
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
    /// The letters about a request that may still come, one of them as it will go, and what is written into it
    Places(places::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, letter: &Letter) -> Result<Exit, Failure> {
    match letter {
        Letter::List(args) => list::run(door, args).await,
        Letter::Resend(args) => resend::run(door, args).await,
        Letter::Places(args) => places::run(door, args).await,
    }
}
