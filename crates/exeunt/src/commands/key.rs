//! `exeunt key …`.

mod list;
mod make;
mod revoke;

use clap::Subcommand;
use exeunt_app::access::Permission;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a key for a program; prints it, once
    Make(make::Args),
    /// All keys, with those that count no more
    List(list::Args),
    /// Make a key count no more, from now on
    Revoke(revoke::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, key: &Key) -> Result<Exit, Failure> {
    match key {
        Key::Make(args) => make::run(door, args).await,
        Key::List(args) => list::run(door, args).await,
        Key::Revoke(args) => revoke::run(door, args).await,
    }
}

/// Scopes as their words.
fn words(scopes: &[Permission]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.as_str()).collect()
}
