//! What a connection knows of its tables, for building statements: columns, affinities, how a row is named.

use std::collections::HashMap;

use exeunt_base::{Fault, FaultKind, Name, TableRef};
use exeunt_source::sql::{Alias, Dialect, Form, Forms, Sql};
use exeunt_source::{Branch, Selection};
use rusqlite::Connection;

use crate::error::fault;

/// What SQLite does to a value on its way into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Affinity {
    /// `INTEGER`.
    Integer,
    /// `TEXT`.
    Text,
    /// `BLOB`, also called none: nothing is changed.
    Blob,
    /// `REAL`.
    Real,
    /// `NUMERIC`.
    Numeric,
}

/// A table as statements need it.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    columns: Vec<Column>,
    /// Its primary key's columns, in key order.
    pub(crate) primary_key: Vec<Name>,
    /// A name by which the row id can be read and written beside the columns; `None` for tables without one.
    pub(crate) rowid: Option<Name>,
}

#[derive(Debug, Clone)]
struct Column {
    name: Name,
    affinity: Affinity,
    computed: bool,
}

/// The tables seen so far, as of one version of the schema.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    version: i64,
    known: HashMap<TableRef, Shape>,
    in_parts: HashMap<TableRef, bool>,
}

/// SQLite's names of the row id, unless a column has taken them.
const ROWIDS: [&str; 3] = ["rowid", "_rowid_", "oid"];

impl Affinity {
    /// By SQLite's own rules, section 3.1 of its page on datatypes.
    pub(crate) fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["INT"]) {
            Self::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if declared.is_empty() || has(&["BLOB"]) {
            Self::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Self::Real
        } else {
            Self::Numeric
        }
    }

    /// Its name, which as a declared type gives that affinity.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
            Self::Real => "REAL",
            Self::Numeric => "NUMERIC",
        }
    }
}

impl Shapes {
    /// Forgets what may be outdated. To be called at the start of each transaction.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), Fault> {
        let version = connection
            .query_row("PRAGMA main.schema_version", [], |row| row.get(0))
            .map_err(|error| fault("read the schema's version", &error))?;
        if version != self.version {
            self.known.clear();
            self.in_parts.clear();
            self.version = version;
        }
        Ok(())
    }

    /// Gets to know tables.
    pub(crate) fn learn<'a>(
        &mut self,
        connection: &Connection,
        tables: impl IntoIterator<Item = &'a TableRef>,
    ) -> Result<(), Fault> {
        for table in tables {
            if !self.known.contains_key(table) {
                self.known.insert(table.clone(), load(connection, table)?);
            }
        }
        Ok(())
    }

    /// Gets to know all tables a selection names.
    pub(crate) fn learn_selection(&mut self, connection: &Connection, what: &Selection) -> Result<(), Fault> {
        let of_branch =
            |branch: &'_ Branch| branch.joins.iter().map(|join| join.table.clone()).collect::<Vec<_>>();
        let mut tables = vec![what.table.clone()];
        tables.extend(what.branches.iter().flat_map(of_branch));
        for unless in &what.unless {
            tables.push(unless.table.clone());
            tables.extend(unless.reached.iter().flat_map(of_branch));
        }
        self.learn(connection, &tables)
    }

    /// Whether rows of a table may be deleted by several statements as well as by one. Not so when a row that goes can
    /// be referred to by one that goes later: from the table itself, or by way of others that go along.
    pub(crate) fn goes_in_parts(&mut self, connection: &Connection, table: &TableRef) -> Result<bool, Fault> {
        if let Some(known) = self.in_parts.get(table) {
            return Ok(*known);
        }
        let bound: bool = connection
            .query_row(
                "SELECT EXISTS (
                     SELECT 1 FROM pragma_table_list AS l, pragma_foreign_key_list(l.name, 'main') AS f
                     WHERE l.schema = 'main' AND l.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE
                     AND (l.name = ?1 COLLATE NOCASE OR f.on_delete NOT IN ('NO ACTION', 'RESTRICT')))",
                [table.name.as_str()],
                |row| row.get(0),
            )
            .map_err(|error| fault("read the foreign keys that lead to a table", &error))?;
        self.in_parts.insert(table.clone(), !bound);
        Ok(!bound)
    }

    /// The shape of a table that was learned.
    pub(crate) fn shape(&self, table: &TableRef) -> Result<&Shape, Fault> {
        self.known.get(table).ok_or_else(|| no_table(table))
    }

    /// The name of a table's row id.
    pub(crate) fn rowid(&self, table: &TableRef) -> Result<&Name, Fault> {
        self.shape(table)?.rowid.as_ref().ok_or_else(|| {
            Fault::new(
                FaultKind::Unsupported,
                format!("rows of {table} have no row id to tell them apart by"),
            )
        })
    }

    /// A column's affinity.
    pub(crate) fn affinity(&self, table: &TableRef, column: &Name) -> Result<Affinity, Fault> {
        let shape = self.shape(table)?;
        match shape.column(column) {
            Some(column) => Ok(column.affinity),
            None if shape.is_rowid(column) => Ok(Affinity::Integer),
            None => Err(Fault::new(FaultKind::Missing, format!("table {table} has no column `{column}`"))),
        }
    }
}

impl Shape {
    fn column(&self, name: &Name) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.as_str().eq_ignore_ascii_case(name.as_str()))
    }

    fn is_rowid(&self, name: &Name) -> bool {
        self.rowid.as_ref() == Some(name)
    }
}

impl Forms for Shapes {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn form(&self, table: &TableRef, column: &Name) -> Result<Form, Fault> {
        self.affinity(table, column).map(|_| Form::default())
    }

    fn whole_row(&self, table: &TableRef) -> Result<Vec<Form>, Fault> {
        self.rowid(table).map(|_| vec![Form::default(), Form::default()])
    }

    /// The row id, and a digest of the row: a row id may be given to another row.
    fn whole_row_part(&self, sql: &mut Sql, table: &TableRef, row: Alias, part: usize) -> Result<(), Fault> {
        if part == 0 {
            sql.column(row, self.rowid(table)?);
            return Ok(());
        }
        let shape = self.shape(table)?;
        let stored: Vec<&Column> = shape.columns.iter().filter(|column| !column.computed).collect();
        // A function takes a limited number of arguments: digests of digests.
        let groups = stored.chunks(64).collect::<Vec<_>>();
        let nested = groups.len() > 1;
        if nested {
            sql.put("exeunt_digest(");
        }
        sql.list(", ", groups, |sql, group| {
            sql.put("exeunt_digest(");
            sql.list(", ", group, |sql, column| {
                sql.column(row, &column.name);
                Ok::<_, Fault>(())
            })?;
            sql.put(")");
            Ok::<_, Fault>(())
        })?;
        if nested {
            sql.put(")");
        }
        Ok(())
    }

    /// What cannot be read as a time is never past: it must not end a duty to keep a row. Text has to begin with a
    /// whole date. Numbers are seconds or milliseconds since 1970, or julian days since 1900; smaller ones could be
    /// anything, a bare year for one.
    fn moment(&self, sql: &mut Sql, _table: &TableRef, row: Alias, column: &Name) -> Result<(), Fault> {
        sql.put("coalesce(CASE typeof(").column(row, column).put(") WHEN 'text' THEN CASE WHEN ");
        sql.column(row, column).put(" LIKE '____-__-__%' THEN julianday(").column(row, column).put(") END ");
        sql.put("WHEN 'blob' THEN NULL ELSE CASE WHEN ")
            .column(row, column)
            .put(" < 2415020.5 THEN NULL WHEN ");
        sql.column(row, column).put(" > 253402300799 THEN julianday(").column(row, column);
        sql.put(" / 1000.0, 'unixepoch') ELSE julianday(")
            .column(row, column)
            .put(", 'auto') END END, 1e308)");
        Ok(())
    }
}

fn load(connection: &Connection, table: &TableRef) -> Result<Shape, Fault> {
    let doing = "read a table's columns";
    if table.schema.as_str() != "main" {
        return Err(no_table(table));
    }
    let list = |error: rusqlite::Error| fault(doing, &error);
    let mut statement = connection
        .prepare("SELECT name, type, hidden, pk FROM pragma_table_xinfo(?1, 'main') ORDER BY cid")
        .map_err(list)?;
    let mut columns = Vec::new();
    let mut primary_key = Vec::new();
    let mut rows = statement.query([table.name.as_str()]).map_err(list)?;
    while let Some(row) = rows.next().map_err(list)? {
        let name: String = row.get(0).map_err(list)?;
        let declared: String = row.get(1).map_err(list)?;
        let (hidden, place): (i64, i64) = (row.get(2).map_err(list)?, row.get(3).map_err(list)?);
        let name = Name::new(&name).map_err(|_| {
            Fault::new(FaultKind::Unsupported, format!("{table} has a column without a name"))
        })?;
        if place > 0 {
            primary_key.push((place, name.clone()));
        }
        columns.push(Column { name, affinity: Affinity::of(&declared), computed: hidden > 1 });
    }
    if columns.is_empty() {
        return Err(no_table(table));
    }
    primary_key.sort();
    let kept_by_key: bool = connection
        .query_row(
            "SELECT wr FROM pragma_table_list(?1) WHERE schema = 'main'",
            [table.name.as_str()],
            |row| row.get(0),
        )
        .map_err(list)?;
    let is_free =
        |name: &&str| !columns.iter().any(|column: &Column| column.name.as_str().eq_ignore_ascii_case(name));
    let rowid = ROWIDS.into_iter().find(is_free).filter(|_| !kept_by_key);
    let rowid =
        rowid.map(|name| Name::new(name).expect("the names of the row id are neither empty nor hold a NUL"));
    let primary_key = primary_key.into_iter().map(|(_, name)| name).collect();
    Ok(Shape { columns, primary_key, rowid })
}

fn no_table(table: &TableRef) -> Fault {
    Fault::new(FaultKind::Missing, format!("there is no table {table}"))
}
