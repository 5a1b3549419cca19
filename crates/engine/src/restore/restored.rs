//! What came of a restore, counted in rows: several images may tell of one row (a reference cleared, then the row deleted),
//! and it stands once, under what finally became of it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{Cell, Name};

use crate::image::Shape;
use crate::restore::pointing::digest;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Rows brought back.
    pub back: u64,
    /// Rows that were back already.
    pub already: u64,
    /// Rows that were back without some of their values, and have them now.
    pub filled: u64,
    /// Rows that belong to another erased person too, and come back when that request is restored.
    pub waiting: u64,
    /// Rows that belonged to another erased person too, and went for ever with that request's purge.
    pub lost: u64,
    /// Rows that did not come back, with the reason.
    pub refused: Vec<Refusal>,
    /// Values that did not come back though their rows are there; they wait in the vault.
    pub without: Vec<Without>,
    /// What else is worth a word: columns renamed, rows waiting for another request.
    pub notes: Vec<String>,
    /// Whether the whole request is back.
    pub whole: bool,
    /// Which rows were counted.
    rows: Rows,
}

/// Why rows of a model did not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The model.
    pub model: String,
    /// Why, without values.
    pub words: String,
    /// How many rows.
    pub rows: u64,
}

/// Values of a column that did not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Without {
    /// The model.
    pub model: String,
    /// The column, by the name it had.
    pub column: Name,
    /// How many rows are without it.
    pub rows: u64,
    /// Why.
    pub words: String,
}

/// Rows that were counted, by short digests of their keys, which nobody sees.
#[derive(Clone, Default, PartialEq, Eq)]
struct Rows {
    back: HashSet<u64>,
    already: HashSet<u64>,
    filled: HashSet<u64>,
    refused: HashSet<u64>,
    without: HashSet<u64>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rows")
    }
}

/// A row, by a short digest: two that meet in it are counted as one, which nobody will ever see happen.
pub(super) fn row(shape: &Shape, key: &[Cell]) -> u64 {
    mixed((&shape.source, &shape.table, digest(key.iter())))
}

fn mixed(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What an attempt to bring rows back came to; believed only once it is committed.
pub(super) enum News {
    /// A row is back.
    Back(u64),
    /// A row was as it should be already.
    Already(u64),
    /// A row that lacked values has them again.
    Filled(u64),
    /// A row did not come back.
    Refused { model: String, words: String, row: u64 },
    /// A row went with somebody else's purge.
    Lost { model: String, row: u64 },
    /// Rows are back without their value in a column.
    Without { model: String, column: Name, words: String, rows: Vec<u64> },
    /// Ghosts that others still need.
    Waiting(u64),
    /// Something else that is worth a word.
    Note(String),
}

impl Restored {
    /// Believes what an attempt came to.
    pub(super) fn take(&mut self, news: Vec<News>) {
        for news in news {
            match news {
                News::Back(row) => self.came_back(row),
                News::Already(row) => self.was_back(row),
                News::Filled(row) => self.filled += u64::from(self.rows.filled.insert(row)),
                News::Refused { model, words, row } => self.refuse(&model, words, row),
                // why it is not there is known already
                News::Lost { row, .. } if self.rows.refused.contains(&row) => {}
                News::Lost { model, .. } => self.lose_with_others(&model, 1),
                News::Without { model, column, words, rows } => self.lack(&model, column, words, &rows),
                News::Waiting(rows) => self.waiting += rows,
                News::Note(words) => self.note(words),
            }
        }
    }

    fn came_back(&mut self, row: u64) {
        self.back += u64::from(self.rows.back.insert(row));
        if self.rows.already.remove(&row) {
            self.already -= 1;
        }
    }

    fn was_back(&mut self, row: u64) {
        if !self.rows.back.contains(&row) {
            self.already += u64::from(self.rows.already.insert(row));
        }
    }

    fn lack(&mut self, model: &str, column: Name, words: String, rows: &[u64]) {
        let seen = &mut self.rows.without;
        let more = rows.iter().filter(|row| seen.insert(mixed((model, &column, row)))).count() as u64;
        match self.without.iter_mut().find(|one| one.model == model && one.column == column) {
            Some(one) => one.rows += more,
            None if more > 0 => {
                self.without.push(Without { model: model.to_owned(), column, rows: more, words });
            }
            None => {}
        }
    }

    /// A row did not come back. What else was done to it is not told again.
    pub(super) fn refuse(&mut self, model: &str, words: String, row: u64) {
        if !self.rows.refused.insert(row) {
            return;
        }
        match self.refused.iter_mut().find(|refusal| refusal.model == model && refusal.words == words) {
            Some(refusal) => refusal.rows += 1,
            None => self.refused.push(Refusal { model: model.to_owned(), words, rows: 1 }),
        }
    }

    pub(super) fn wait_for_others(&mut self, model: &str, rows: u64) {
        self.waiting += rows;
        self.note(format!(
            "rows of {model} belong to another erased person too, or refer to rows that do, and come back when that \
             request is restored"
        ));
    }

    pub(super) fn lose_with_others(&mut self, model: &str, rows: u64) {
        self.lost += rows;
        self.note(format!(
            "rows of {model} belonged to another person too and went for ever with their purge"
        ));
    }

    fn note(&mut self, words: String) {
        if !self.notes.contains(&words) {
            self.notes.push(words);
        }
    }
}
