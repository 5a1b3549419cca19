//! `exeunt audit …`.

mod acknowledge;
mod export;
mod policy;
mod proof;
mod verify;
mod witnesses;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// The log.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Verify the store's log, or offline an export or a receipt with nothing but the public key
    Verify(verify::Args),
    /// Write the log to standard output, as JSON Lines that can be verified, or as CSV
    Export(export::Args),
    /// The proof that an entry is in the log, or a request's receipts with theirs
    Proof(proof::Args),
    /// How the log's witnesses stand
    Witnesses(witnesses::Args),
    /// The trust policy: the log's key, its witnesses, and how many of them must have signed
    Policy(policy::Args),
    /// Accept a control store that was rolled back, with a reason
    AcknowledgeRollback(acknowledge::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, audit: &Audit) -> Result<Exit, Failure> {
    match audit {
        Audit::Verify(args) => verify::run(door, args).await,
        Audit::Export(args) => export::run(door, args).await,
        Audit::Proof(args) => proof::run(door, args).await,
        Audit::Witnesses(args) => witnesses::run(door, args).await,
        Audit::Policy(args) => policy::run(door, args).await,
        Audit::AcknowledgeRollback(args) => acknowledge::run(door, args).await,
    }
}
