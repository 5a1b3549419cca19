//! The plan as a document: what will be done, in which order, to which rows, and why. No identifiers, no cells of
//! people: it says how rows are reached, never whose they are. Its digest is what gets approved.

use std::collections::BTreeSet;

use exeunt_base::{Cell, ModelRef, Name, TableRef};
use exeunt_source::selection::{Filter, KeyBy, Selection};
use exeunt_source::strike::Referrer;
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// All data about the person, with the information on processing.
    Access,
    /// What the person provided, machine-readable.
    Portability,
    /// Delete, and anonymize or keep where the map says so.
    Erasure,
    /// Anonymize where the map says how, and delete elsewhere.
    Anonymization,
}

impl Right {
    /// Whether carrying it out changes rows.
    pub const fn changes_rows(self) -> bool {
        matches!(self, Self::Erasure | Self::Anonymization)
    }
}

/// The body of a plan: everything its digest covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Version of this form; 1.
    pub v: u32,
    /// What is asked for.
    pub right: Right,
    /// The day retention was reckoned from, `2026-11-21`.
    pub today: String,
    /// Digest of the data map.
    pub map: String,
    /// Digest of each source's catalog, as far as the plan depends on it.
    pub catalogs: Vec<(Name, String)>,
    /// The triggers of each source that has some, by which rows that one of them stood against can be tried again once it
    /// is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Triggers>,
    /// Where the sources are that it touches, as far as the map says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Residence>,
    /// Days that struck rows can be restored.
    pub window_days: u32,
    /// Most rows one person may have before somebody must confirm.
    pub row_cap: u64,
    /// Sets of rows, in the order they are found; a set uses only sets of its own or an earlier group.
    pub sets: Vec<RowSet>,
    /// Steps of an erasure, in the order they are taken.
    pub steps: Vec<Step>,
    /// Sets whose rows stay as they are, and why.
    pub kept: Vec<Kept>,
    /// What an access or portability answer holds, in the order shown.
    pub reads: Vec<ReadModel>,
    /// Rows that references are pointed to.
    pub ghosts: Vec<Ghost>,
    /// Where identifiers are looked for after the purge.
    pub places: Vec<Place>,
    /// Findings, for people.
    pub notes: Vec<Note>,
}

/// Where a source's data is, and where else it may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Residence {
    /// The source.
    pub source: Name,
    /// Where it is: `eu-de`.
    pub region: String,
    /// Where its data has to stay, beside what the organization allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stays_in: Vec<String>,
}

/// The triggers of a source, as the plan found them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triggers {
    /// The source.
    pub source: Name,
    /// Digest of its catalog but for triggers.
    pub without: String,
    /// Digests of those that were switched on, in ascending order.
    pub enabled: Vec<String>,
}

impl Document {
    /// The sources whose rows it finds, or in which it looks again after the purge.
    pub fn sources(&self) -> BTreeSet<&Name> {
        let found = self.sets.iter().map(|set| &set.model.source);
        found.chain(self.places.iter().map(|place| &place.source)).collect()
    }
}

/// Rows of one model, found once in the census.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSet {
    /// Its place in [`Document::sets`].
    pub number: usize,
    /// Sets of one group reach each other (cycles, self-references) and are found together, in rounds, until
    /// nothing new comes. Groups are found in ascending order.
    pub group: usize,
    /// The model.
    pub model: ModelRef,
    /// How the rows are reached. A branch's `anchor` is a place in `anchors`.
    pub selection: Selection,
    /// Where the branches start.
    pub anchors: Vec<AnchorFrom>,
    /// Columns found along with the key, because other sets, veils or identities need them.
    pub carried: Vec<Name>,
    /// Identifiers that rows of a subject model tell of their person: kind and carried column.
    pub identities: Vec<(String, Name)>,
    /// Whether this set is looked up by identifiers: an empty find or too many of them is worth a word.
    pub subject: bool,
    /// When a row belongs to several claimants: may it come back for all of them only, or for any.
    pub claims: Claims,
    /// Sets of the same table whose step goes before: a row found there too is theirs and not counted here. Taking it
    /// in all the same changes nothing in the end, for their steps come later and are stronger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yields_to: Vec<usize>,
    /// Why these rows, in words: `orders by customer_id, owned by customers`.
    pub why: String,
}

/// When a row belongs to several claimants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claims {
    /// It was struck because any of them went: it comes back when all of them do.
    All,
    /// It was struck because all of them went: it comes back when any of them does.
    Any,
}

/// Where a branch starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorFrom {
    /// The claimant's identifiers of that kind: those given, and those learned from the subject sets listed.
    Identity {
        /// The kind: `email`.
        kind: String,
        /// Subject sets whose `identities` are used too (never a set of the same model).
        learned_from: Vec<usize>,
    },
    /// Columns (key or carried) of rows of another set, or of this set's own earlier rounds.
    Set {
        /// The set.
        set: usize,
        /// Its columns, in the order of the branch's columns.
        columns: Vec<Name>,
    },
}

/// One step of an erasure on one set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its place, from 1.
    pub number: usize,
    /// Whose rows.
    pub set: usize,
    /// What is done.
    pub action: Action,
    /// All rows of the set must go in one transaction and one statement (a reference cycle nobody can cut). Steps that
    /// follow each other and all are `together` share one transaction, its deferrable constraints checked at its end.
    pub together: bool,
    /// For a subject row: what hides it at once when it cannot be struck first. Empty when nothing refers to it.
    pub veil: Vec<Assign>,
    /// Why, in words, one reason each.
    pub because: Vec<String>,
}

/// What is done to the rows of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The rows go.
    Delete {
        /// Foreign keys by which the source itself would take or change other rows: those must find nobody.
        guards: Vec<Referrer>,
    },
    /// Columns of the rows change.
    Update {
        /// What for.
        purpose: Purpose,
        /// Which columns, to what.
        assign: Vec<Assign>,
    },
}

/// What an update is for; also the column under which people see its count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Personal fields are masked, the row stays.
    Anonymize,
    /// The link to the person is cut, the row stays.
    Detach,
    /// A reference to a row that goes is cleared.
    Clear,
    /// A reference to a row that goes is pointed to a ghost.
    Repoint,
}

/// One column and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    /// The column.
    pub column: Name,
    /// Its category in the map, empty when it has none: tokens take their shape from it.
    pub category: String,
    /// What it becomes.
    pub to: Value,
}

/// What a column becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// What the method makes of it.
    Mask(exeunt_mask::Method),
    /// A column of a ghost.
    Ghost {
        /// Which ghost.
        ghost: usize,
        /// Its column.
        column: Name,
    },
}

/// Rows that stay untouched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose rows.
    pub set: usize,
    /// The law or reason.
    pub because: String,
    /// Until when, in words: `10y from paid_at, counted from the end of the year`; empty when the map gives no end.
    pub until: String,
    /// What happens then.
    pub then: String,
    /// Whether the rows stay verbatim or (by a step of this plan) minimized.
    pub minimized: bool,
}

/// A model in an access or portability answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadModel {
    /// Whose rows.
    pub set: usize,
    /// Owned, or shown because the person has access to it.
    pub accessed: bool,
    /// Fields in the order shown.
    pub fields: Vec<ReadField>,
}

/// A field in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadField {
    /// The column.
    pub column: Name,
    /// Its category, `user.contact.email`.
    pub category: String,
    /// Its title for people; empty for the column's name.
    pub title: String,
    /// Whether it was inferred or computed.
    pub computed: bool,
    /// Withheld for another person's sake.
    pub redacted: bool,
}

/// A row that references are pointed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ghost {
    /// The source.
    pub source: Name,
    /// The table.
    pub table: TableRef,
    /// Its key.
    pub key: Vec<Name>,
    /// Whether each person gets their own; else one is shared by all.
    pub per_person: bool,
    /// The row: column and value.
    pub row: Vec<(Name, Cell)>,
    /// What holds of a shared one, and of no row of anybody's: by this it is found again. Empty where the values of `row`
    /// (but for NULL) say it all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_by: Vec<Filter>,
}

/// A place to look again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The source.
    pub source: Name,
    /// The table.
    pub table: TableRef,
    /// Columns looked at as text.
    pub columns: Vec<Name>,
    /// Whether the map knows the table; an unmapped find is a find all the same.
    pub mapped: bool,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// How grave it is.
    pub severity: Severity,
    /// Its code, with a page in `docs/errors/`.
    pub code: String,
    /// Where: `shop.orders.customer_id`.
    pub at: String,
    /// What, and what to do.
    pub text: String,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look before you approve.
    Warning,
    /// Cannot be approved.
    Error,
}

impl Document {
    /// Whether it is about rows whose time to be kept is over, and not about what a person is known by.
    pub fn follows_up(&self) -> bool {
        let mut kinds = self.sets.iter().filter(|set| set.subject).flat_map(|set| &set.identities);
        kinds.any(|(kind, _)| kind.starts_with(exeunt_datamap::kept::PREFIX))
    }
}

impl RowSet {
    /// How its rows are told apart.
    pub fn key(&self) -> &KeyBy {
        &self.selection.key
    }

    /// Its table.
    pub fn table(&self) -> &TableRef {
        &self.selection.table
    }
}
