//! What came of a restore, counted in rows: several images may tell of one row (a reference cleared, then the row deleted),
//! and it stands once, under what finally became of it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{BlobId, Cell, Name, RequestId};
use exeunt_store::requests::Request;
use exeunt_store::waits::Wait;

use crate::image::Shape;
use crate::restore::pointing::digest;
use crate::restore::standing::Held;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Rows brought back.
    pub back: u64,
    /// Rows that were back already.
    pub already: u64,
    /// Rows that were back without some of their values, and have them now.
    pub filled: u64,
    /// Rows that wait for other requests: see `waits`.
    pub waiting: u64,
    /// For whom they wait; a row that waits for two stands under both.
    pub waits: Vec<Wait>,
    /// Rows that belonged to another erased person too, and went for ever with that request's purge.
    pub lost: u64,
    /// Rows that did not come back, with the reason.
    pub refused: Vec<Refusal>,
    /// Values that did not come back though their rows are there; they wait in the vault.
    pub without: Vec<Without>,
    /// Other requests that were asked back before and got rows now that had waited.
    pub owed: Vec<Paid>,
    /// What else is worth a word, such as columns renamed.
    pub notes: Vec<String>,
    /// Whether the whole request is back.
    pub whole: bool,
    /// Images that wait, ghosts among them: the vault has to keep them.
    pub(super) held: u64,
    /// Images among those that were to be undone that wait all the same, or went with somebody else.
    pub(super) excused: u64,
    /// Rows of chosen ones that were asked for, by blob, segment and place.
    pub(super) asked: Vec<(BlobId, u32, Vec<u32>)>,
    /// Which rows were counted.
    rows: Rows,
}

/// What came of rows that had waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// Whose rows.
    pub request: RequestId,
    /// Rows that are back now.
    pub back: u64,
    /// Rows that wait no longer and did not come back all the same.
    pub refused: Vec<Refusal>,
    /// Rows among them that were destroyed, because the window of their request has ended.
    pub destroyed: u64,
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
    waiting: HashSet<u64>,
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
    Ghosts(u64),
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
                News::Lost { model, .. } => {
                    self.excused += 1;
                    self.lose_with_others(&model, 1);
                }
                News::Without { model, column, words, rows } => self.lack(&model, column, words, &rows),
                News::Ghosts(ghosts) => {
                    self.excused += ghosts;
                    self.held += ghosts;
                }
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

    pub(super) fn was_back(&mut self, row: u64) {
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

    /// Rows that others stand against; says how many images that is. Where nobody in particular is named they are ghosts,
    /// which are nobody's rows.
    pub(super) fn wait_for(&mut self, request: &Request, model: &str, held: Held) -> u64 {
        let mut all = 0;
        for (who, rows) in held {
            all += rows.len() as u64;
            if who.is_empty() {
                continue;
            }
            let more = rows.into_iter().filter(|row| self.rows.waiting.insert(*row)).count() as u64;
            self.wait_for_all(request, model, &who, more);
        }
        all
    }

    /// Rows that belong to all of these.
    pub(super) fn wait_for_all(&mut self, request: &Request, model: &str, who: &[RequestId], rows: u64) {
        self.waiting += rows;
        for awaited in who {
            match self.waits.iter_mut().find(|wait| wait.awaited == *awaited && wait.model == model) {
                Some(wait) => wait.rows += rows,
                None if rows > 0 => self.waits.push(Wait {
                    request: request.id,
                    awaited: *awaited,
                    awaited_state: String::new(),
                    model: model.to_owned(),
                    rows,
                }),
                None => {}
            }
        }
    }

    /// The lines for the store.
    pub(super) fn lines(&self) -> Vec<(RequestId, String, u64)> {
        self.waits.iter().map(|wait| (wait.awaited, wait.model.clone(), wait.rows)).collect()
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
