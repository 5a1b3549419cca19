//! `exeunt demo`.

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Tells.
pub(crate) async fn run(_: &Door, _: &Args) -> Result<Exit, Failure> {
    Ok(Exit::DONE)
}
