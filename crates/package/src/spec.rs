//! What a package is to hold: said by the caller, once for the package and once for each model.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use exeunt_base::{Kind, ModelRef, PackageId, Personal, Secret, Timestamp};

use crate::about::About;

/// A form the data is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// The canonical, lossless copy, with a JSON Schema beside it.
    Json,
    /// RFC 4180, safe to open in a spreadsheet.
    Csv,
    /// Always well-formed, with a fixed vocabulary.
    Xml,
    /// For a word processor.
    Docx,
    /// For a browser, without script.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Xml, Self::Docx, Self::Html];

    /// The word for it, which is also the ending of its files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xml => "xml",
            Self::Docx => "docx",
            Self::Html => "html",
        }
    }
}

/// A word that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a format; use json, csv, xml, docx or html")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let word = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| UnknownFormat(text.chars().filter(|c| !c.is_control()).take(20).collect()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The right the package answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Everything held, inferred data included and labelled (Art. 15 GDPR).
    Access,
    /// What the person provided or what was observed; computed fields are left out (Art. 20 GDPR).
    Portability,
}

impl Right {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
        }
    }
}

/// What is said once for the whole package.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The package's id.
    pub package: PackageId,
    /// The right it answers.
    pub right: Right,
    /// The forms wanted; at least one.
    pub formats: BTreeSet<Format>,
    /// When it was made.
    pub made_at: Timestamp,
    /// How the person is addressed on the pages, such as a name or the identifier they asked with.
    pub subject: Personal,
    /// The answer in plain words; paragraphs are parted by an empty line.
    pub answer: Personal,
    /// The information about the processing. Nothing may be left unsaid when the right is access.
    pub about: About,
    /// One consistent point in time for each source that was read.
    pub snapshots: Vec<TakenAt>,
    /// Which systems were searched with which kinds of identifier; listed above all when nothing was found.
    pub searched: Vec<Searched>,
    /// The version of the program that makes the package.
    pub tool_version: String,
}

/// When one source was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenAt {
    /// The source's name in the map.
    pub source: String,
    /// The point in time its rows were consistent at.
    pub at: Timestamp,
}

/// A system that was searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// The system's name.
    pub system: String,
    /// The kinds of identifier it was searched with, such as `email`; never the identifiers.
    pub identifiers: Vec<String>,
}

/// Where data waits that cannot be streamed straight into the archive: needed when several formats are written at
/// once, because rows pass only once and a ZIP is written entry by entry.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// A directory for files without a name, encrypted with a key that never leaves memory.
    pub dir: PathBuf,
    /// 32 bytes of chance, used once: that key.
    pub chance: Secret<[u8; 32]>,
}

/// One model of the map about to be written.
#[derive(Debug, Clone)]
pub struct ModelSpec {
    /// The source and the model.
    pub model: ModelRef,
    /// What people call it.
    pub title: String,
    /// One sentence about it, if the map has one.
    pub description: Option<String>,
    /// The columns of the rows that follow, in order.
    pub fields: Vec<Field>,
    /// Why these rows are part of the answer.
    pub reason: Reason,
    /// Columns that are hidden throughout, for the sake of others.
    pub redactions: Vec<Redaction>,
    /// Everyday data or technical logs.
    pub layer: Layer,
    /// Set when these rows are already erased and wait in the recovery window: when they will be gone for ever.
    pub erasure_due: Option<Timestamp>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the source.
    pub name: String,
    /// What it can hold.
    pub kind: Kind,
    /// What people call it; the name when absent.
    pub title: Option<String>,
    /// One sentence about it.
    pub description: Option<String>,
    /// Its data category in Fideslang. Some categories are never shown: see [`crate::withheld_kind`].
    pub category: Option<String>,
    /// Whether it was inferred or computed rather than provided or observed.
    pub computed: bool,
    /// What raw values stand for, as pairs of raw value and label; shown on readable pages.
    pub codes: Vec<(String, String)>,
}

impl Field {
    /// A field of which only name and kind are known.
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            title: None,
            description: None,
            category: None,
            computed: false,
            codes: Vec::new(),
        }
    }
}

/// Why rows are part of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// They are the person's own.
    Owned,
    /// They are somebody else's, but the person has access to them or is mentioned in them.
    Accessed,
}

impl Reason {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owned => "owned",
            Self::Accessed => "accessed",
        }
    }
}

/// How close to the person's daily life the data is: large answers are read layer by layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// What people expect: profile, orders, messages.
    Everyday,
    /// Logs, events, identifiers of machines.
    Technical,
}

impl Layer {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyday => "everyday",
            Self::Technical => "technical",
        }
    }
}

/// A column hidden in every row of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// The column, as an index into the fields.
    pub column: usize,
    /// Why, in words the person may read.
    pub ground: Arc<str>,
}

/// One cell hidden for the sake of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The row, as an index into the rows given in the same call.
    pub row: usize,
    /// The column, as an index into the fields.
    pub column: usize,
    /// Why, in words the person may read.
    pub ground: Arc<str>,
}
