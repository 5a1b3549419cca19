//! `exeunt subprocessor …`.

pub(crate) mod list;
mod register;
mod subscribers;

use std::io::Read;
use std::path::Path;

use clap::Subcommand;
use exeunt_base::Personal;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};

/// Sub-processors.
#[derive(Debug, Subcommand)]
pub(crate) enum Subprocessor {
    /// The register, those that ended too
    List,
    /// Write one down; nobody is told yet
    Add(register::Add),
    /// Tell everybody who wants to know; it may be engaged when the notice is over
    Announce(register::Announce),
    /// Write down that it is engaged from now on; refused before its day
    Engage(register::Engage),
    /// Write down that it is let go, or was never engaged
    End(register::End),
    /// Write an objection down: who has what against it
    Object(register::Object),
    /// Read the objections to one
    Objections(register::Objections),
    /// Ask at an address whether notices are wanted there; whoever gets mail there confirms it
    Subscribe(subscribers::Subscribe),
    /// Who is told, and who was asked; never where they get mail
    Subscribers,
    /// Tell somebody nothing any more, and forget their address
    Unsubscribe(subscribers::Unsubscribe),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, command: &Subprocessor) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let at = (&way, door.json);
    match command {
        Subprocessor::List => list::list(at).await,
        Subprocessor::Add(args) => register::add(at, args).await,
        Subprocessor::Announce(args) => register::announce(at, args).await,
        Subprocessor::Engage(args) => register::engage(at, args).await,
        Subprocessor::End(args) => register::end(at, args).await,
        Subprocessor::Object(args) => register::object(at, args).await,
        Subprocessor::Objections(args) => register::objections(at, args).await,
        Subprocessor::Subscribe(args) => subscribers::subscribe(at, args).await,
        Subprocessor::Subscribers => list::subscribers(at).await,
        Subprocessor::Unsubscribe(args) => subscribers::unsubscribe(at, args).await,
    }?;
    Ok(Exit::DONE)
}

/// Whom to ask, and whether to answer in JSON.
type At<'a> = (&'a Way, bool);

/// Most bytes of a file with words.
const MOST: u64 = 64 * 1024;

/// What a file says, or standard input: words about people do not stand in a shell's history.
fn words(doing: &'static str, path: &Path) -> Result<Personal, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MOST).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text))
    };
    read.map_err(|source| Failure::file(doing, path, source))?;
    Ok(Personal::new(text.trim().to_owned()))
}
