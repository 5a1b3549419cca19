//! The state of a whole database, for comparing: every table, every row, sequences, and the schema.
//!
//! Two databases with equal snapshots hold the same rows under the same schema, whatever the order on disk. Rows stand
//! by primary key; rows of a table without one by their content, so a keyless row is the same row wherever it lies.

mod changes;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use aws_lc_rs::digest::{Context, SHA256};

pub use crate::snapshot::changes::{Change, What};

/// What a database holds. Cells are kept as digests only, keys as text: this is for fixtures, not for people's data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    tables: BTreeMap<String, Table>,
    /// Definitions by what they define: `table public.orders`, `trigger …`, `sequence …`.
    schema: BTreeMap<String, String>,
}

/// One table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Table {
    columns: Vec<String>,
    /// Sorted by key, then content.
    rows: Vec<Stored>,
}

/// One row: its key as text, its content as digests, one a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stored {
    key: String,
    cells: Vec<[u8; 16]>,
}

impl Snapshot {
    /// Of a SQLite file; opened for reading only.
    pub fn of_sqlite(path: &Path) -> Result<Self> {
        sqlite::read(path)
    }

    /// Of a PostgreSQL database, in one repeatable-read transaction.
    pub fn of_postgres(url: &str) -> Result<Self> {
        postgres::read(url)
    }

    /// The same without some tables, named as in [`Self::tables`]; their definitions go too.
    #[must_use]
    pub fn without(mut self, leave_out: impl Fn(&str) -> bool) -> Self {
        self.tables.retain(|name, _| !leave_out(name));
        self.schema.retain(|what, _| !what.split_once(' ').is_some_and(|(_, name)| leave_out(name)));
        self
    }

    /// The tables' names, `schema.table`, and how many rows each has.
    pub fn tables(&self) -> BTreeMap<&str, usize> {
        self.tables.iter().map(|(name, table)| (name.as_str(), table.rows.len())).collect()
    }

    /// One digest over all of it, in hexadecimal.
    pub fn digest(&self) -> String {
        let mut all = Context::new(&SHA256);
        let mut put = |bytes: &[u8]| {
            all.update(&(bytes.len() as u64).to_be_bytes());
            all.update(bytes);
        };
        for (what, definition) in &self.schema {
            put(what.as_bytes());
            put(definition.as_bytes());
        }
        for (name, table) in &self.tables {
            put(name.as_bytes());
            table.columns.iter().for_each(|column| put(column.as_bytes()));
            for row in &table.rows {
                put(row.key.as_bytes());
                row.cells.iter().for_each(|cell| put(cell));
            }
        }
        exeunt_base::hex::encode(all.finish().as_ref())
    }

    /// What is different in `after`, in table and key order.
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        changes::between(self, after)
    }

    /// Fails a test, with the first differences in its message, when `after` is not the same state.
    ///
    /// # Panics
    /// When the two differ.
    #[track_caller]
    pub fn assert_same(&self, after: &Self) {
        let changes = self.changes(after);
        assert!(changes.is_empty(), "the databases differ:\n{}", changes::list(&changes, 40));
    }

    fn add_table(&mut self, name: String, columns: Vec<String>, mut rows: Vec<Stored>) {
        rows.sort();
        self.tables.insert(name, Table { columns, rows });
    }
}

/// A digest of a whole SQLite database: equal means the same state.
pub fn sqlite_hash(path: &Path) -> Result<String> {
    Ok(Snapshot::of_sqlite(path)?.digest())
}

/// A digest of a whole PostgreSQL database: equal means the same state.
pub fn postgres_hash(url: &str) -> Result<String> {
    Ok(Snapshot::of_postgres(url)?.digest())
}

/// Digests one cell. `kind` keeps NULL, 1, 1.0, '1' and x'31' apart.
fn digest(kind: u8, bytes: &[u8]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    context.update(&[kind]);
    context.update(bytes);
    let mut short = [0; 16];
    short.copy_from_slice(&context.finish().as_ref()[..16]);
    short
}

/// The key of a row of a table without a key: its content.
fn by_content(cells: &[[u8; 16]]) -> String {
    let mut context = Context::new(&SHA256);
    cells.iter().for_each(|cell| context.update(cell));
    format!("#{}", exeunt_base::hex::encode(&context.finish().as_ref()[..6]))
}
