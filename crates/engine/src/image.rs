//! What stands in a vault segment: rows as they were, in the source's own lossless form, with their column list.

use exeunt_base::{Cell, Name, Row, TableRef, codec};
use exeunt_source::KeyBy;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What kind of change the rows tell of. Undone in reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The row was deleted: key, image.
    Deleted,
    /// The row was changed: key, image before, image after.
    Updated,
    /// The row was added (a ghost): key, image.
    Inserted,
}

/// The column list of a segment; kept in the clear beside it, so it holds names and types only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Version of this form; 1.
    pub v: u32,
    /// The source.
    pub source: Name,
    /// The table.
    pub table: TableRef,
    /// How rows are told apart.
    pub key: KeyBy,
    /// Columns of an image.
    pub columns: Vec<Name>,
    /// Types of those columns, as the source spelled them then.
    pub types: Vec<String>,
    /// What happened.
    pub change: Change,
    /// Why: `delete`, `anonymize`, `veil`, …
    pub because: String,
    /// Columns that were set, whether that changed them or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Name>,
}

/// One row of a segment.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// Its key.
    pub key: Row,
    /// What it was (for an added row: what was added).
    pub before: Row,
    /// What it became, when it was changed.
    pub after: Option<Row>,
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({} columns)", self.before.len())
    }
}

impl Shape {
    /// Bytes for the segment's column list.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names and words always make JSON")
    }

    /// An image's value in a column, if it has one.
    pub fn cell<'a>(&self, image: &'a [Cell], column: &Name) -> Option<&'a Cell> {
        self.columns.iter().position(|name| name == column).and_then(|at| image.get(at))
    }

    /// Reads them back.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes)
            .map_err(|error| Error::Damaged { what: "a column list in the vault", why: error.to_string() })
    }
}

/// Appends a row's image.
pub fn put(out: &mut Vec<u8>, key: &[Cell], before: &[Cell], after: Option<&Row>) {
    codec::put_row(out, key);
    codec::put_row(out, before);
    if let Some(after) = after {
        codec::put_row(out, after);
    }
}

/// Reads all images of a segment.
pub fn take_all(change: Change, mut bytes: &[u8]) -> Result<Vec<Image>, Error> {
    let damaged = |error: codec::Error| Error::Damaged { what: "a vault segment", why: error.to_string() };
    let mut images = Vec::new();
    while !bytes.is_empty() {
        let key = codec::take_row(&mut bytes).map_err(damaged)?;
        let before = codec::take_row(&mut bytes).map_err(damaged)?;
        let after = match change {
            Change::Updated => Some(codec::take_row(&mut bytes).map_err(damaged)?),
            Change::Deleted | Change::Inserted => None,
        };
        images.push(Image { key, before, after });
    }
    Ok(images)
}
