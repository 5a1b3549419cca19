//! Which rows: reached from anchors along joins, or named by key. Structure, not SQL; each source renders it.

use exeunt_base::{Cell, Name, Row, TableRef};
use serde::{Deserialize, Serialize};

/// A set of rows of one table, as the union of its branches.
///
/// A row is in the set when at least one branch reaches it, all `filters` hold, and no `unless` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The table the rows are of.
    pub table: TableRef,
    /// How its rows are told apart.
    pub key: KeyBy,
    /// Ways to the rows; an empty list selects nothing.
    pub branches: Vec<Branch>,
    /// What must also hold of the row itself.
    pub filters: Vec<Filter>,
    /// What must not hold: owners that stay.
    pub unless: Vec<Unless>,
}

/// How rows of a table are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyBy {
    /// By these columns, which are unique together.
    Columns(Vec<Name>),
    /// By the whole row, in a form of the source's own (rowid; ctid and digest), good while the row is not changed.
    WholeRow,
}

/// One way to the rows: from the table over joins to an anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// What must hold of the row itself on this way (`when:`).
    pub filters: Vec<Filter>,
    /// Tables between the row and the anchor, nearest first; often none.
    pub joins: Vec<Join>,
    /// Columns of the last table (the row itself without joins) that equal the anchor's values, in order.
    pub columns: Vec<Name>,
    /// Which anchor, by its place in the list given along.
    pub anchor: usize,
    /// How values are compared.
    pub compare: Compare,
}

/// A step from one table to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The next table.
    pub table: TableRef,
    /// Column of the table before = column of this table.
    pub on: Vec<(Name, Name)>,
    /// What must hold of rows of this table.
    pub filters: Vec<Filter>,
}

/// How an anchor's values are compared with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// As the column's own type compares.
    Exact,
    /// Text without surrounding blanks, in lower case (e-mail addresses). Anchor values come so normalized.
    Folded,
    /// Only the digits of the text (telephone numbers). Anchor values come so normalized.
    Digits,
}

/// A condition on one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// The column.
    pub column: Name,
    /// The condition.
    pub test: Test,
}

/// What a column is tested for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Equals this value.
    Equals(Cell),
    /// Is NULL.
    IsNull,
    /// Is not NULL.
    IsNotNull,
    /// Is before this point in time (RFC 3339 date or time text); NULL is not.
    Before(String),
    /// Is not before this point in time, or is NULL.
    NotBefore(String),
    /// Is text of these parts in turn, with a token of sixteen hexadecimal digits in small letters between each two.
    Tokens(Vec<String>),
    /// At least one of these does not hold of the row. The filter's own column is but the first of theirs.
    NotAll(Vec<Filter>),
}

/// Another owner that stays: a row of `table` joined to ours that none of `reached` reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unless {
    /// The owners' table.
    pub table: TableRef,
    /// Column of our row = column of the owner.
    pub on: Vec<(Name, Name)>,
    /// What must hold of our row for this owner to count (`when:` on our side).
    pub row_filters: Vec<Filter>,
    /// What must hold of the owner for it to count.
    pub filters: Vec<Filter>,
    /// Ways by which an owner is itself in the set that goes; such an owner does not keep the row.
    pub reached: Vec<Branch>,
}

/// Values that a branch starts from: claimant numbers and the cells compared with the branch's columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Anchor {
    /// One entry for each claimant and value; a claimant may have many.
    pub rows: Vec<(u32, Row)>,
}

/// Where rows that are named by key are found together: a selection they were found by, and what it starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The selection.
    pub selection: Selection,
    /// Its anchors.
    pub anchors: Vec<Anchor>,
}

/// Whole rows to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The table.
    pub table: TableRef,
    /// Columns, in the order wanted.
    pub columns: Vec<Name>,
    /// Which rows.
    pub rows: Rows,
}

/// Which rows to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Those a selection reaches, each once, in key order; answers are the columns alone.
    Selected(Selection, Vec<Anchor>),
    /// All of them, in key order; answers are the columns alone.
    Every(KeyBy),
    /// Those with these keys; each answer starts with `Int(n)`, the key's place in the list. Missing ones are left out.
    Keyed(KeyBy, Vec<Row>),
}

/// A look for texts in columns of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// The table.
    pub table: TableRef,
    /// Columns to look in; each is looked at as text.
    pub columns: Vec<Name>,
    /// What to look for, each as a part of the text, letter case aside.
    pub needles: Vec<String>,
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The column.
    pub column: Name,
    /// Which needle, by its place in the list.
    pub needle: usize,
    /// In how many rows.
    pub rows: u64,
}

/// A look whether references of a table find the rows they should lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The table with the references.
    pub table: TableRef,
    /// Their columns; a row counts when none of them is NULL.
    pub by: Vec<Name>,
    /// What must also hold of the row.
    pub filters: Vec<Filter>,
    /// The table they should lead to.
    pub to: TableRef,
    /// Its columns, in the order of `by`.
    pub on: Vec<Name>,
    /// Most references that are followed.
    pub at_most: usize,
}

/// What a sample of references came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sampled {
    /// References that were followed.
    pub followed: u64,
    /// Those that found a row.
    pub found: u64,
}
