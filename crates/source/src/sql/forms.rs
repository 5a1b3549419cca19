//! What the builder asks of a connector: the types and spellings only it knows.

use exeunt_base::{Fault, Name, TableRef};

use crate::sql::builder::{Alias, Dialect, Slot, Sql, TypeName};

/// How a column's values travel. The default is: as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// Cast on the way out, when the bare value would not arrive without loss.
    pub out: Option<TypeName>,
    /// Type of the parameter on the way in; empty where parameters have none (SQLite).
    pub wire: &'static str,
    /// Cast on the way in, to what is compared or stored. Without length or scale: a value must be refused, not cut.
    pub into: Option<TypeName>,
}

/// A connector's knowledge of its tables.
pub trait Forms: Sync {
    /// Whose SQL.
    fn dialect(&self) -> Dialect;

    /// How a column's values travel; a fault (`Missing`) when there is no such column.
    fn form(&self, table: &TableRef, column: &Name) -> Result<Form, Fault>;

    /// How many cells a whole-row key has, and how each travels.
    fn whole_row(&self, table: &TableRef) -> Result<Vec<Form>, Fault>;

    /// Writes one cell of a row's whole-row key, before any cast.
    fn whole_row_part(&self, sql: &mut Sql, table: &TableRef, row: Alias, part: usize) -> Result<(), Fault>;

    /// Writes the comparison of two columns in a join.
    fn columns_equal(
        &self,
        sql: &mut Sql,
        left: (&TableRef, Alias, &Name),
        right: (&TableRef, Alias, &Name),
    ) -> Result<(), Fault> {
        sql.column(left.1, left.2).put(" = ").column(right.1, right.2);
        Ok(())
    }

    /// Whether an insert can leave out, by itself, rows that collide with one already there.
    fn steps_aside(&self, _table: &TableRef) -> bool {
        true
    }

    /// Writes a column as [`Compare::Folded`](crate::Compare::Folded) sees it. SQLite's connector registers the
    /// function: SQLite's own `lower` knows ASCII only.
    fn folded(&self, sql: &mut Sql, _table: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        match self.dialect() {
            Dialect::Sqlite => sql.put("exeunt_fold(").column(row, column).put(")"),
            Dialect::Postgres => sql.put("lower(btrim(").column(row, column).put("::text, E' \\t\\n\\r'))"),
        };
        Ok(())
    }

    /// Writes a column as [`Compare::Digits`](crate::Compare::Digits) sees it. SQLite's connector registers the function.
    fn digits(&self, sql: &mut Sql, _table: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        match self.dialect() {
            Dialect::Sqlite => sql.put("exeunt_digits(").column(row, column).put(")"),
            Dialect::Postgres => {
                sql.put("regexp_replace(").column(row, column).put("::text, '[^0-9]', '', 'g')")
            }
        };
        Ok(())
    }

    /// Writes a column as a point in time, to be compared with one the filter gives.
    fn moment(&self, sql: &mut Sql, _table: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        match self.dialect() {
            // `auto`: numbers are julian days or seconds since 1970, as their size tells.
            Dialect::Sqlite => sql.put("julianday(").column(row, column).put(", 'auto')"),
            Dialect::Postgres => sql.column(row, column),
        };
        Ok(())
    }

    /// Writes a column as text in which needles are looked for, letter case aside.
    fn searched(&self, sql: &mut Sql, _table: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        match self.dialect() {
            Dialect::Sqlite => sql.put("exeunt_lower(").column(row, column).put(")"),
            Dialect::Postgres => sql.put("lower(").column(row, column).put("::text)"),
        };
        Ok(())
    }

    /// Writes a needle as [`Self::searched`] would write a column that holds it.
    fn needle(&self, sql: &mut Sql, needle: Slot) {
        match self.dialect() {
            Dialect::Sqlite => sql.put("exeunt_lower(").slot(needle).put(")"),
            Dialect::Postgres => sql.put("lower(").slot(needle).put(")"),
        };
    }
}

/// Where anchors come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchors {
    /// Arrays bound to the statement ([`Slot::Claimants`], [`Slot::Anchor`]).
    Arrays,
    /// Tables that the connector filled, one for each anchor, with the columns `claimant, c0, c1, …`.
    Tables(Vec<TableRef>),
}

/// Where given keys or rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Arrays bound to the statement ([`Slot::Rows`]).
    Arrays,
    /// One array of keys of a single column (PostgreSQL). The server reads it in its own order and answers with the key
    /// itself in front: cheaper for it than keeping count, where the connector can find the place by the key.
    Any,
    /// A table that the connector filled, with the columns `n, c0, c1, …`; `n` is the place in the list.
    Table(TableRef),
    /// One row bound to the statement ([`Slot::Row`]); answers then have no place in front.
    One,
    /// So many keys of a single column, bound to the statement one by one ([`Slot::Row`], SQLite). Answers have the key
    /// itself in front.
    Several(usize),
}
