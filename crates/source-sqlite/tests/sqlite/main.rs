//! The connector against real files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod contract;
mod files;
mod schema;
mod scrubs;
mod strikes;

use std::path::{Path, PathBuf};

use exeunt_base::{Cell, Name, Row, TableRef};
use exeunt_source::KeyBy;
use exeunt_source_sqlite::{Settings, SqliteSource};
use rusqlite::Connection;

/// A file made by a script, in a directory of its own.
struct File {
    dir: tempfile::TempDir,
}

impl File {
    fn new(script: &str) -> Self {
        let made = Self { dir: tempfile::tempdir().unwrap() };
        made.open().execute_batch(script).unwrap();
        made
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("source.db")
    }

    fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// As another program would.
    fn open(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn ask(&self, query: &str) -> i64 {
        self.open().query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn source(&self) -> SqliteSource {
        SqliteSource::new(Settings { lock_timeout_seconds: 1, ..Settings::for_file(self.path()) })
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn names(text: &str) -> Vec<Name> {
    text.split_whitespace().map(name).collect()
}

fn table(text: &str) -> TableRef {
    TableRef { schema: name("main"), name: name(text) }
}

fn key(text: &str) -> KeyBy {
    KeyBy::Columns(names(text))
}

fn ints(numbers: impl IntoIterator<Item = i64>) -> Vec<Row> {
    numbers.into_iter().map(|number| vec![Cell::Int(number)]).collect()
}
