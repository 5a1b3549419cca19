//! `exeunt audit policy`: whom an auditor has to trust.

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Writes the policy out.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    out::raw(office.trust_policy(&actor)?.to_string().as_bytes())?;
    Ok(Exit::DONE)
}
