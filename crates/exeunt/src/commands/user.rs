//! `exeunt user …`.

mod disable;
mod invite;
mod list;
mod reset;
mod role;

use clap::Subcommand;
use exeunt_app::access::Role;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Users.
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Ask somebody to work here; prints the token that lets them choose a password, once
    Invite(invite::Args),
    /// Everybody who works here or did
    List(list::Args),
    /// Give a user other roles; their sessions end
    Role(role::Args),
    /// Let a user choose another password; prints the token for it, once
    Reset(reset::Args),
    /// End a user's account for good, with their sessions and API keys
    Disable(disable::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, user: &User) -> Result<Exit, Failure> {
    match user {
        User::Invite(args) => invite::run(door, args).await,
        User::List(args) => list::run(door, args).await,
        User::Role(args) => role::run(door, args).await,
        User::Reset(args) => reset::run(door, args).await,
        User::Disable(args) => disable::run(door, args).await,
    }
}

/// Reads a role for clap.
fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("a role is one of {}", known.join(", "))
    })
}

/// Roles as their words.
fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}
