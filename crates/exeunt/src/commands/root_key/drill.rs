//! `exeunt root-key drill`.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::root_key::read;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// With which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file with shares, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    shares: PathBuf,
}

/// Tries.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let shares = read(&args.shares)?;
    let (office, actor) = door.office(Needs::Home).await?;
    office.drill_shares(&actor, &shares).await?;
    if door.json {
        out::json(&json!({ "works": true }))?;
    } else {
        out::text("these shares would open this home")?;
    }
    Ok(Exit::DONE)
}
