//! Audit exports: the whole log in one file that can be checked offline, and a view of it for spreadsheets.
//!
//! JSON Lines, every line canonical JSON: first the header, then one line an entry in order, last the signed
//! checkpoint. The oldest entries may be pruned: their line keeps the leaf hash, so the proofs still hold.

mod table;
#[cfg(test)]
mod tests;
mod verify;
mod write;

use std::io;

use exeunt_base::canonical;
use serde_json::{Value, json};

use crate::checkpoint::{self, Checkpoint};
use crate::merkle::Hash;
use crate::note::{self, VerifyingKey};

pub use crate::export::table::Table;
pub use crate::export::verify::{Failure, Reason, Report, Signed, verify_export};
pub use crate::export::write::Writer;

/// The name that opens an export.
pub const FORMAT: &str = "exeunt-audit-export";

/// The version of the form.
pub const VERSION: u8 = 1;

/// Why an export cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file, pipe or disk gave up.
    #[error("could not write the audit export")]
    Io(#[from] io::Error),
    /// The checkpoint is not signed by the log's key.
    #[error("could not open the checkpoint of the audit export")]
    Checkpoint(#[from] checkpoint::Error),
    /// The checkpoint is not a note.
    #[error("could not read the checkpoint of the audit export")]
    Note(#[from] note::Error),
    /// An entry that is too long or not canonical JSON.
    #[error("entry {index} of the audit log is not canonical JSON of at most 65535 bytes")]
    BadEntry {
        /// Its place.
        index: u64,
    },
    /// A pruned entry after one that is still there.
    #[error("entry {index} of the audit log is missing though an older one is there")]
    Gap {
        /// Its place.
        index: u64,
    },
    /// The entries written do not make the tree that the checkpoint signs.
    #[error("the {count} entries written are not the log that the checkpoint signs")]
    NotTheLog {
        /// How many were written.
        count: u64,
    },
}

fn header_line(checkpoint: &Checkpoint, key: &VerifyingKey) -> String {
    canonical::to_string(&json!({
        "format": FORMAT,
        "v": VERSION,
        "origin": checkpoint.origin,
        "vkey": key.to_string(),
        "size": checkpoint.size,
        "root": checkpoint.root.to_string(),
    }))
}

fn entry_line(index: u64, entry: Option<&str>, leaf: Hash) -> String {
    match entry {
        // already canonical, and these three keys are in order
        Some(entry) => format!("{{\"entry\":{entry},\"index\":{index},\"leaf\":\"{leaf}\"}}"),
        None => format!("{{\"index\":{index},\"leaf\":\"{leaf}\"}}"),
    }
}

fn checkpoint_line(note: &str) -> String {
    canonical::to_string(&json!({ "checkpoint": note }))
}

/// A line as an object, when it is canonical JSON.
fn read_line(line: &[u8]) -> Option<serde_json::Map<String, Value>> {
    match canonical::read(std::str::from_utf8(line).ok()?)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
