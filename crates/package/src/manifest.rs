//! The manifest: what the package holds, exactly, and what was left out or changed and why. Its digest names the
//! package in audit and receipts.

use exeunt_base::{PackageId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The layout's version; a reader refuses what it does not know.
pub(crate) const VERSION: u32 = 1;

/// The manifest of a package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `exeunt-package`.
    pub format: String,
    /// The layout's version.
    pub version: u32,
    /// The package's id.
    pub package: String,
    /// `access` or `portability`.
    pub right: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// What made it.
    pub tool: Tool,
    /// Whether every source could be read. A package that is not complete says so on its first page.
    pub complete: bool,
    /// The point in time each source was read at.
    pub snapshots: Vec<Snapshot>,
    /// The systems searched, and with which kinds of identifier.
    pub searched: Vec<SearchedSystem>,
    /// The sources that could not be read, and why.
    pub failed: Vec<FailedSource>,
    /// The models, in the order they were written.
    pub models: Vec<ModelEntry>,
    /// What was changed so that files are safe and well-formed, over all models.
    pub escapes: Escapes,
    /// Every file but the manifest itself.
    pub files: Vec<FileEntry>,
}

/// The program that made the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// When a source was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The source.
    pub source: String,
    /// The point in time, RFC 3339.
    pub at: String,
}

/// A system that was searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchedSystem {
    /// Its name.
    pub system: String,
    /// The kinds of identifier.
    pub identifiers: Vec<String>,
}

/// A source that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSource {
    /// The source.
    pub source: String,
    /// Why, without any value.
    pub why: String,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// The source.
    pub source: String,
    /// The model.
    pub model: String,
    /// What people call it.
    pub title: String,
    /// `owned` or `accessed`.
    pub reason: String,
    /// `everyday` or `technical`.
    pub layer: String,
    /// How many rows.
    pub rows: u64,
    /// Set when the rows wait in the recovery window: when they will be destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure_due: Option<String>,
    /// Columns that were inferred or computed and are included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inferred: Vec<String>,
    /// Columns left out of a portability answer because they were inferred or computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Columns that are never shown; what kind of data they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldColumn>,
    /// Cells hidden for the sake of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redactions: Vec<RedactedColumn>,
    /// The files that hold the rows, in order.
    pub files: Vec<String>,
}

/// A column that is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithheldColumn {
    /// The column.
    pub column: String,
    /// What kind of data it holds.
    pub kind: String,
    /// How many values are held.
    pub values: u64,
}

/// Cells of one column hidden for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactedColumn {
    /// The column.
    pub column: String,
    /// What people call it.
    pub title: String,
    /// Why.
    pub ground: String,
    /// How many cells.
    pub cells: u64,
}

/// What was changed, and why it had to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escapes {
    /// CSV cells given a leading single quote, so that a spreadsheet does not run them as formulas.
    pub csv_formulas: u64,
    /// Characters or bytes that CSV, XML, HTML or DOCX cannot hold, replaced by a visible sign. JSON keeps them.
    pub replaced_characters: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path in the package.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
    /// How many rows it holds, if it holds rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

impl Manifest {
    /// Spells the manifest; the digest is over these bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("text, numbers and lists are always JSON");
        bytes.push(b'\n');
        bytes
    }

    /// An empty manifest of this version.
    pub(crate) fn new(package: PackageId, right: &str, made_at: Timestamp, tool_version: &str) -> Self {
        Self {
            format: "exeunt-package".to_owned(),
            version: VERSION,
            package: package.to_string(),
            right: right.to_owned(),
            made_at: made_at.to_string(),
            tool: Tool { name: "exeunt".to_owned(), version: tool_version.to_owned() },
            complete: true,
            snapshots: Vec::new(),
            searched: Vec::new(),
            failed: Vec::new(),
            models: Vec::new(),
            escapes: Escapes::default(),
            files: Vec::new(),
        }
    }

    /// How many rows in all.
    pub fn rows(&self) -> u64 {
        self.models.iter().map(|model| model.rows).sum()
    }

    /// Whether nothing at all was found about the person.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }
}
