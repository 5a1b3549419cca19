//! A source's live schema, as the map check and the planner read it. Plain data, in name order, serializable,
//! so that a digest over it tells drift.

use exeunt_base::{Kind, Name, TableRef};

/// Everything a source says about its schema. Views, foreign tables and virtual tables are listed, never erased from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Kind and version of the server, for people: `PostgreSQL 15.18`.
    pub product: String,
    /// The schema a bare table name means: `public`, `main`.
    pub default_schema: Option<Name>,
    /// Tables, by name.
    pub tables: Vec<Table>,
    /// Views, by name.
    pub views: Vec<View>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: TableRef,
    /// What it is.
    pub sort: TableSort,
    /// Columns, in their own order.
    pub columns: Vec<Column>,
    /// The primary key's columns, in key order; empty when there is none.
    pub primary_key: Vec<Name>,
    /// Further unique constraints and unique indexes.
    pub uniques: Vec<Unique>,
    /// Foreign keys that start here.
    pub foreign_keys: Vec<ForeignKey>,
    /// CHECK constraints, as the source spells them.
    pub checks: Vec<Check>,
    /// Triggers on it that are not the source's own.
    pub triggers: Vec<Trigger>,
    /// Rewrite rules or row security that could make a statement touch other rows than it names.
    pub hazards: Vec<Hazard>,
    /// Rows, as the source estimates them.
    pub estimated_rows: Option<u64>,
}

/// What a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableSort {
    /// An ordinary table.
    Ordinary,
    /// The parent of partitions; statements on it reach them all.
    Partitioned,
    /// A partition of another table: erased through its parent.
    PartitionOf(TableRef),
    /// A table that inherits from another one.
    InheritsFrom(TableRef),
    /// Virtual (SQLite) or foreign (PostgreSQL), with its module or server.
    Remote(String),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// The type as the source spells it: `character varying(40)`, `public.mood`, `VARCHAR(40)`.
    pub type_name: String,
    /// What it can hold.
    pub kind: Kind,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// The default's expression.
    pub default: Option<String>,
    /// Whether the source computes it.
    pub generated: Generated,
}

/// How a source fills a column by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// It does not.
    No,
    /// Always computed from other columns: never written, only compared.
    Computed,
    /// An identity that refuses explicit values unless overridden.
    IdentityAlways,
    /// An identity or sequence default that takes explicit values.
    IdentityByDefault,
}

/// A unique constraint or unique index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// Its name.
    pub name: String,
    /// Its plain columns; empty when it is over an expression.
    pub columns: Vec<Name>,
    /// Whether it covers all rows with all its columns plain; a partial or expression index does not make a key.
    pub whole: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its name, or a made-up one where the source has none.
    pub name: String,
    /// Columns here.
    pub columns: Vec<Name>,
    /// The table referred to.
    pub to: TableRef,
    /// Columns there, in the same order.
    pub to_columns: Vec<Name>,
    /// What the source does to rows here when the row there is deleted.
    pub on_delete: Rule,
    /// Whether it can be checked at commit.
    pub deferrable: bool,
    /// Whether the source enforces it (SQLite without `PRAGMA foreign_keys`, NOT VALID and disabled ones are listed, not enforced).
    pub enforced: bool,
}

/// What a foreign key does when its target goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Refuse, at once or at commit.
    Refuse,
    /// Delete the row here too.
    Cascade,
    /// Clear the columns.
    SetNull,
    /// Set the columns to their defaults.
    SetDefault,
}

/// A CHECK constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name, when it has one.
    pub name: String,
    /// Its expression, without the word CHECK.
    pub expression: String,
    /// Columns it reads, as far as known.
    pub columns: Vec<Name>,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: Name,
    /// Fires on these.
    pub on: Events,
    /// Whether it may change the very row before it is written.
    pub before: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// What its body was seen to write.
    pub writes: Writes,
    /// A digest of its definition, so a changed trigger is drift.
    pub digest: String,
}

/// Which statements a trigger fires on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Events {
    /// INSERT.
    pub insert: bool,
    /// UPDATE.
    pub update: bool,
    /// DELETE.
    pub delete: bool,
}

/// What a trigger writes, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writes {
    /// Exactly these tables (none: it only looks, raises or changes its own row).
    Known(Vec<TriggerWrite>),
    /// Its text could not be read with certainty; why.
    Unknown(String),
}

/// One write of a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerWrite {
    /// The table.
    pub table: TableRef,
    /// What it does there.
    pub verb: Verb,
}

/// A statement's verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// UPDATE that only adds to or takes from a number (a counter).
    Count,
    /// DELETE.
    Delete,
}

/// Something that could make a statement touch other rows than it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hazard {
    /// A rewrite rule, by name.
    Rule(String),
    /// Row security is on and applies to us: rows may be hidden from statements.
    RowSecurity,
}

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: TableRef,
    /// Whether it keeps a copy of its rows.
    pub materialized: bool,
    /// Tables it reads, as far as known.
    pub reads: Vec<TableRef>,
}

impl Catalog {
    /// The table of that name.
    pub fn table(&self, name: &TableRef) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &Name) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// Columns a statement may write, in order.
    pub fn written_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.generated != Generated::Computed)
    }

    /// Whether these columns together name at most one row.
    pub fn is_unique(&self, columns: &[Name]) -> bool {
        let covers = |unique: &[Name]| !unique.is_empty() && unique.iter().all(|name| columns.contains(name));
        covers(&self.primary_key) || self.uniques.iter().any(|unique| unique.whole && covers(&unique.columns))
    }
}
