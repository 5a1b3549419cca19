//! `exeunt request …`.

mod hold;
mod list;
mod show;
mod submit;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Requests.
#[derive(Debug, Subcommand)]
pub(crate) enum Request {
    /// Take a request in; prints its id
    Submit(submit::Args),
    /// The latest requests
    List(list::Args),
    /// One request: where it stands and what comes next
    Show(show::Args),
    /// Keep anything of a request from being purged
    Hold(hold::Args),
    /// Lift a hold
    Release(hold::Release),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, request: &Request) -> Result<Exit, Failure> {
    match request {
        Request::Submit(args) => submit::run(door, args).await,
        Request::List(args) => list::run(door, args).await,
        Request::Show(args) => show::run(door, args).await,
        Request::Hold(args) => hold::run(door, args).await,
        Request::Release(args) => hold::release(door, args).await,
    }
}
