//! The databases of a case: made, read back, thrown away.

use std::path::PathBuf;
use std::sync::Arc;

use exeunt_source::Source;
use exeunt_testkit::postgres::Database;
use exeunt_testkit::{Postgres, Snapshot};
use rusqlite::types::ValueRef;

use crate::check::Actual;
use crate::house;
use crate::render::{self, Dialect};
use crate::world::{Record, SOURCES, Table, Type, Value, World};

/// Databases with a case's rows in them.
pub(crate) enum Databases {
    Sqlite { _dir: tempfile::TempDir, files: Vec<PathBuf> },
    Postgres { database: Database<'static> },
}

impl Databases {
    pub(crate) fn sqlite(world: &World) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let make = |source: usize| {
            let file = dir.path().join(format!("{}.db", SOURCES[source]));
            let script = render::script(world, source, Dialect::Sqlite);
            let db = rusqlite::Connection::open(&file).unwrap();
            db.execute_batch(
                "pragma journal_mode = wal; pragma synchronous = off; pragma foreign_keys = off;",
            )
            .unwrap();
            db.execute_batch(&format!("begin; {script} commit;"))
                .unwrap_or_else(|error| panic!("{error}\n{script}"));
            file
        };
        let files = (0..world.sources()).map(make).collect();
        let databases = Self::Sqlite { _dir: dir, files };
        assert_eq!(databases.dangling(), 0, "the case itself dangles");
        databases
    }

    pub(crate) fn postgres(world: &World) -> Self {
        let database = Postgres::shared().create_database().unwrap();
        let script = render::script(world, 0, Dialect::Postgres);
        database.run(&format!("begin; {script} commit;")).unwrap_or_else(|error| panic!("{error}\n{script}"));
        Self::Postgres { database }
    }

    pub(crate) async fn sources(&self) -> Vec<(&'static str, Arc<dyn Source>)> {
        match self {
            Self::Sqlite { files, .. } => {
                SOURCES.iter().copied().zip(files.iter().map(|file| house::sqlite(file))).collect()
            }
            Self::Postgres { database } => vec![(SOURCES[0], house::postgres(database.url()).await)],
        }
    }

    pub(crate) fn snapshots(&self) -> Vec<Snapshot> {
        match self {
            Self::Sqlite { files, .. } => {
                files.iter().map(|file| Snapshot::of_sqlite(file).unwrap()).collect()
            }
            Self::Postgres { database } => vec![Snapshot::of_postgres(database.url()).unwrap()],
        }
    }

    /// Takes the triggers away that put old values back, or brings them again.
    pub(crate) fn hold(&self, world: &World, again: bool) {
        let (dialect, sources) = match self {
            Self::Sqlite { .. } => (Dialect::Sqlite, world.sources()),
            Self::Postgres { .. } => (Dialect::Postgres, 1),
        };
        for source in 0..sources {
            let held = |(_, table): &(usize, &Table)| table.hold.is_some() && table.source == source;
            let drops = world.tables.iter().enumerate().filter(held).map(|(at, _)| match self {
                Self::Sqlite { .. } => format!("drop trigger h{at};"),
                Self::Postgres { .. } => format!("drop trigger h{at} on t{at};"),
            });
            let script = if again { render::holds(world, source, dialect) } else { drops.collect() };
            match self {
                Self::Sqlite { files, .. } => {
                    rusqlite::Connection::open(&files[source]).unwrap().execute_batch(&script).unwrap();
                }
                Self::Postgres { database } => {
                    database.run(&script).unwrap();
                }
            }
        }
    }

    /// Enforced references that lead nowhere. PostgreSQL would not have let them come about.
    pub(crate) fn dangling(&self) -> i64 {
        match self {
            Self::Sqlite { files, .. } => files
                .iter()
                .map(|file| {
                    let db = rusqlite::Connection::open(file).unwrap();
                    let query = "select count(*) from pragma_foreign_key_check";
                    db.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap()
                })
                .sum(),
            Self::Postgres { .. } => 0,
        }
    }

    pub(crate) fn read(&self, world: &World) -> Actual {
        let read = |(at, table): (usize, &Table)| match self {
            Self::Sqlite { files, .. } => {
                sqlite_rows(&rusqlite::Connection::open(&files[table.source]).unwrap(), at, table)
            }
            Self::Postgres { database } => postgres_rows(database, at, table),
        };
        world.tables.iter().enumerate().map(read).collect()
    }
}

fn columns(table: &Table) -> String {
    table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn sqlite_rows(db: &rusqlite::Connection, at: usize, table: &Table) -> Vec<Record> {
    let mut statement = db.prepare(&format!("select {} from t{at}", columns(table))).unwrap();
    let read = |row: &rusqlite::Row<'_>| {
        let mut record = Record::new();
        for (place, column) in table.columns.iter().enumerate() {
            let value = match row.get_ref(place)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                other => panic!("{other:?} in t{at}.{}", column.name),
            };
            record.insert(column.name.clone(), value);
        }
        Ok(record)
    };
    statement.query_map([], read).unwrap().map(Result::unwrap).collect()
}

fn postgres_rows(database: &Database<'_>, at: usize, table: &Table) -> Vec<Record> {
    let cells: Vec<String> =
        table.columns.iter().map(|column| format!("coalesce('=' || {}::text, '')", column.name)).collect();
    let answer = database.ask(&format!("select {} from t{at}", cells.join(" || chr(31) || "))).unwrap();
    let value = |text: &str, kind: Type| match (text.strip_prefix('='), kind) {
        (None, _) => Value::Null,
        (Some(number), Type::Int) => Value::Int(number.parse().unwrap()),
        (Some(text), _) => Value::text(text),
    };
    let row = |line: &str| -> Record {
        let cells = line.split('\u{1f}').zip(&table.columns);
        cells.map(|(cell, column)| (column.name.clone(), value(cell, column.kind))).collect()
    };
    answer.lines().map(row).collect()
}
