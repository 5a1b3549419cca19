//! `exeunt complaint …`.

mod answer;
mod list;
mod read;
mod stops;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Complaints, and requests that were stopped by the link in a letter.
#[derive(Debug, Subcommand)]
pub(crate) enum Complaint {
    /// Complaints that nobody answered yet, oldest first; never what they say
    List,
    /// What a complaint says; each look is written down
    Read(read::Args),
    /// Answer a complaint by a letter, or write down that it was answered in another way
    Answer(answer::Args),
    /// Requests that were stopped by the link in a letter, and that nobody looked at yet
    Stops,
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, complaint: &Complaint) -> Result<Exit, Failure> {
    match complaint {
        Complaint::List => list::run(door).await,
        Complaint::Read(args) => read::run(door, args).await,
        Complaint::Answer(args) => answer::run(door, args).await,
        Complaint::Stops => stops::run(door).await,
    }
}
