//! `exeunt provider …`.

mod add;
mod change;
mod list;
mod remove;
mod unbind;

use std::path::Path;

use clap::Subcommand;
use exeunt_app::people::providers::Listed;
use exeunt_base::Secret;
use serde_json::{Value, json};

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Identity providers.
#[derive(Debug, Subcommand)]
pub(crate) enum Provider {
    /// Add one, and ask it about itself; prints where it is to send people back
    Add(add::Args),
    /// All of them
    List(list::Args),
    /// Change what it knows us by, what we show it, or what it may vouch for
    Change(change::Args),
    /// Have it know a user no more, so that it gets to know them anew
    Unbind(unbind::Args),
    /// Remove one; sessions that began by it go on
    Remove(remove::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, provider: &Provider) -> Result<Exit, Failure> {
    match provider {
        Provider::Add(args) => add::run(door, args).await,
        Provider::List(args) => list::run(door, args).await,
        Provider::Change(args) => change::run(door, args).await,
        Provider::Unbind(args) => unbind::run(door, args).await,
        Provider::Remove(args) => remove::run(door, args).await,
    }
}

/// A provider in JSON.
fn told(provider: &Listed) -> Value {
    json!({
        "provider": provider.id,
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client,
        "second_factor": provider.factors,
        "redirect": provider.redirect,
        "made_at": provider.made_at,
    })
}

/// Reads a secret: the first line of a file, so that it stays out of the shell's history.
fn secret(path: &Path) -> Result<Secret<String>, Failure> {
    let text = std::fs::read_to_string(path)
        .map(Secret::new)
        .map_err(|source| Failure::file("read the client's secret in", path, source))?;
    Ok(Secret::new(text.expose().trim_end_matches(['\r', '\n']).to_owned()))
}
