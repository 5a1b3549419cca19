//! Changes inside one transaction of a source, named by key, with the rows' images given back as they were.

use exeunt_base::{Name, TableRef, Timestamp};
use serde::{Deserialize, Serialize};

use crate::selection::KeyBy;

/// Deletes rows by key and answers with what they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// The table.
    pub table: TableRef,
    /// How its rows are told apart.
    pub key: KeyBy,
    /// Columns of the image.
    pub columns: Vec<Name>,
}

/// Locks rows by key against change until the transaction ends, and answers with what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The table.
    pub table: TableRef,
    /// How its rows are told apart.
    pub key: KeyBy,
    /// Columns of the image.
    pub columns: Vec<Name>,
}

/// Changes rows by key and answers with what they have become (triggers may have had their say).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The table.
    pub table: TableRef,
    /// How its rows are told apart.
    pub key: KeyBy,
    /// Columns that are written; each row given holds the key's cells and then these.
    pub set: Vec<Name>,
    /// Columns of the image after.
    pub columns: Vec<Name>,
    /// Whether triggers fire.
    pub triggers: Triggers,
}

/// Adds rows. Those whose key or unique columns are taken are left out of the answer and change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// The table.
    pub table: TableRef,
    /// Columns given; identity columns take the given values, all others their defaults.
    pub columns: Vec<Name>,
    /// Columns answered for each row added, after its place in the list.
    pub answer: Vec<Name>,
}

/// A foreign key that would quietly take rows along (ON DELETE CASCADE, SET NULL, SET DEFAULT): asked before a delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referrer {
    /// The table that refers.
    pub table: TableRef,
    /// Column there = key or unique column of ours.
    pub on: Vec<(Name, Name)>,
}

/// Whether triggers fire on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Triggers {
    /// As for any application.
    Fire,
    /// Not, where the source and our rights allow; else as for any application.
    Quiet,
}

/// A name a source gives a transaction, by which it can later say how that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker(pub String);

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It happened.
    Committed,
    /// It did not happen and never will.
    RolledBack,
    /// It still runs: ask again.
    Running,
    /// The source does not know: look at the rows themselves.
    Unknown,
}

/// What a scrub left behind, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Residue {
    /// What was done, in short sentences without personal data.
    pub done: Vec<String>,
    /// What only time or an operator removes.
    pub left: Vec<Leftover>,
}

/// One place where old bytes stay for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// Where: `write-ahead log`, `replication slot …`, `page cache of another process`.
    pub place: String,
    /// What that means and what ends it.
    pub note: String,
    /// When it ends by itself, where that is known.
    pub until: Option<Timestamp>,
}
