//! `exeunt request …`.

pub(crate) mod bulk;
mod deadline;
mod decide;
mod hold;
mod import;
mod list;
mod show;
pub(crate) mod submit;

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
    /// Take many requests in from a CSV file, all of them or none
    Import(import::Args),
    /// What the person said when they asked; each look is written down in the log
    Statement(decide::Statement),
    /// Write down how surely it is known who asks
    Identify(decide::Identify),
    /// Write down that the person was told that their request is here
    Acknowledge(deadline::Acknowledge),
    /// Stop the clock, where the law allows that
    Pause(deadline::Pause),
    /// Let the clock run on; the deadline moves by the days waited
    Resume(deadline::Resume),
    /// Extend the deadline, once and in time
    Extend(deadline::Extend),
    /// Correct when a request was received, and with it its days
    Received(deadline::Received),
    /// Refuse a request on grounds its law knows
    Refuse(decide::Refuse),
    /// Write down that the person took their request back
    Withdraw(decide::Withdraw),
    /// End a request because nobody can tell who asks
    CannotIdentify(decide::CannotIdentify),
    /// Take one up again that ended because nobody could tell who asked
    Reopen(decide::Reopen),
    /// Keep anything of a request from being purged
    Hold(hold::Args),
    /// Lift a hold
    Release(hold::Release),
    /// One act on many requests: look at what would come of it, then do exactly that
    #[command(subcommand)]
    Bulk(bulk::Bulk),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, request: &Request) -> Result<Exit, Failure> {
    match request {
        Request::Submit(args) => submit::run(door, args).await,
        Request::List(args) => list::run(door, args).await,
        Request::Show(args) => show::run(door, args).await,
        Request::Import(args) => import::run(door, args).await,
        Request::Statement(args) => decide::statement(door, args).await,
        Request::Identify(args) => decide::identify(door, args).await,
        Request::Acknowledge(args) => deadline::acknowledge(door, args).await,
        Request::Pause(args) => deadline::pause(door, args).await,
        Request::Resume(args) => deadline::resume(door, args).await,
        Request::Extend(args) => deadline::extend(door, args).await,
        Request::Received(args) => deadline::received(door, args).await,
        Request::CannotIdentify(args) => decide::cannot_identify(door, args).await,
        Request::Reopen(args) => decide::reopen(door, args).await,
        Request::Refuse(args) => decide::refuse(door, args).await,
        Request::Withdraw(args) => decide::withdraw(door, args).await,
        Request::Hold(args) => hold::run(door, args).await,
        Request::Release(args) => hold::release(door, args).await,
        Request::Bulk(bulk) => bulk::run(door, bulk).await,
    }
}
