//! `exeunt root-key`: the key above all keys of a home, and the way back to it when the unseal secret is lost.

mod drill;
mod moving;
mod recover;
mod rotate;
mod shares;
mod status;

use std::path::Path;

use exeunt_base::Secret;
use exeunt_vault::Share;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// What about it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum RootKey {
    /// Take another root key into use while everybody works; what it wraps is wrapped anew, nothing is encrypted again
    Rotate,
    /// Make shares that several people keep; some of them together bring the root key back. Prints them, once
    Shares(shares::Args),
    /// Try whether shares would open this home; shows nothing of any key
    Drill(drill::Args),
    /// Give this home a new unseal secret, by shares, when the old one is lost
    Recover(recover::Args),
    /// Take a root key into use that is in the token the settings name, and never leaves it; while no process has the home open
    Move(moving::Args),
    /// When shares were made and last tried
    Status,
}

/// Does it.
pub(crate) async fn run(door: &Door, root_key: &RootKey) -> Result<Exit, Failure> {
    match root_key {
        RootKey::Rotate => rotate::run(door).await,
        RootKey::Shares(args) => shares::run(door, args).await,
        RootKey::Drill(args) => drill::run(door, args).await,
        RootKey::Recover(args) => recover::run(door, args).await,
        RootKey::Move(args) => moving::run(door, args).await,
        RootKey::Status => status::run(door).await,
    }
}

/// Reads shares, one a line; `-` is standard input. Never from the command line.
fn read(path: &Path) -> Result<Vec<Share>, Failure> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).map_err(Failure::Out)
    } else {
        std::fs::read_to_string(path).map_err(|source| Failure::file("read the shares", path, source))
    };
    let text = Secret::new(text?);
    let lines =
        text.expose().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| Ok(Share::parse(&Secret::new(line.to_owned()))?)).collect()
}
