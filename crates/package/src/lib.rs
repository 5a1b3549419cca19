//! The file handed over when a person asks for their data: formats, archive, encryption.
//!
//! A package is one ZIP inside one age file. Rows pass once, from a blocking thread, in bounded memory. There is no
//! way to write a package without a key: [`Encryption`] cannot be empty. The layout is told in
//! `docs/specs/package.md`.
//!
//! This room knows rows and words for people; it never hears of databases, requests or clocks. Time and chance are
//! arguments (age draws its own file key and nonces).

mod about;
mod archive;
mod bech32;
mod digest;
mod document;
mod envelope;
mod error;
mod formats;
mod key;
mod manifest;
mod open;
mod pad;
mod path;
mod pieces;
mod portion;
mod reveal;
mod spec;
mod spool;
mod start;
mod view;
mod withhold;
mod write;

pub use crate::about::About;
pub use crate::digest::Digest;
pub use crate::envelope::{Sealing, Unsealing};
pub use crate::error::{Error, OpenError};
pub use crate::key::{BadKey, Encryption, Identity, Key, Recipient};
pub use crate::manifest::{
    Escapes, FailedSource, FileEntry, Manifest, ModelEntry, RedactedColumn, SearchedSystem, Snapshot, Tool,
    WithheldColumn,
};
pub use crate::open::{Limits, Opened, Opening, open, verify};
pub use crate::portion::{Extent, Portion, portions, write_portion};
pub use crate::reveal::{Revealed, reveal};
pub use crate::spec::{
    Field, Format, Layer, Mark, ModelSpec, Reason, Redaction, Right, Scratch, Searched, Spec, TakenAt,
};
pub use crate::withhold::withheld_kind;
pub use crate::write::{ModelCount, Summary, Writer};
