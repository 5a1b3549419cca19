//! The shop's dump in a database of either kind.

use std::path::{Path, PathBuf};
use std::process::Command;

use exeunt_testkit::{Database, Postgres, Snapshot};

use crate::oracle::{self, Oracle};

/// A shop in a database of its own.
pub(crate) enum Shop<'a> {
    /// In a file.
    Sqlite(tempfile::TempDir),
    /// On the tests' server.
    Postgres(Database<'a>),
}

impl Shop<'_> {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let file = rusqlite::Connection::open(dir.path().join("shop.db")).expect("a new file");
        file.execute_batch(&dump("sqlite")).expect("the dump loads");
        Self::Sqlite(dir)
    }

    pub(crate) fn postgres() -> Self {
        let database = Postgres::shared().create_database().expect("a database");
        database.run(&dump("postgres")).expect("the dump loads");
        Self::Postgres(database)
    }

    /// Another one of the same kind, as it was in the beginning.
    pub(crate) fn fresh(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(_) => Self::postgres(),
        }
    }

    /// How settings name it.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Sqlite(dir) => format!("sqlite:{}", file(dir).display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        match self {
            Self::Sqlite(dir) => Snapshot::of_sqlite(&file(dir)),
            Self::Postgres(database) => Snapshot::of_postgres(database.url()),
        }
        .expect("the shop can be read")
    }

    /// What is to become of the shop as it is now, when these people ask.
    pub(crate) fn oracle(&self, emails: &[&str]) -> Oracle {
        let script = oracle::script(emails);
        match self {
            Self::Sqlite(dir) => {
                let shop = rusqlite::Connection::open(file(dir)).expect("the shop opens");
                shop.execute_batch(&script.asked).expect("the people are written down");
                let mut query = shop.prepare(&script.question).expect("SQLite understands the oracle");
                let row = |row: &rusqlite::Row<'_>| {
                    Ok([row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.to_string(), row.get(3)?])
                };
                let rows = query.query_map([], row).expect("the oracle answers");
                Oracle::read(rows.map(|row| row.expect("a row of the oracle")))
            }
            Self::Postgres(database) => {
                let script = format!("SET timezone = 'UTC';\n{}{}", script.asked, script.question);
                let answer = database.ask(&script).expect("the oracle answers");
                Oracle::read(answer.lines().map(|line| {
                    let mut cells = line.splitn(4, '|').map(str::to_owned);
                    std::array::from_fn(|_| cells.next().expect("four columns"))
                }))
            }
        }
    }
}

/// A file of `examples/oscar/`.
pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/oscar").join(name)
}

fn file(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("shop.db")
}

fn dump(kind: &str) -> String {
    let packed = example(&format!("dump/{kind}.sql.gz"));
    let unpacked = Command::new("gzip").arg("-dc").arg(&packed).output().expect("gzip runs");
    assert!(unpacked.status.success(), "could not unpack {}", packed.display());
    String::from_utf8(unpacked.stdout).expect("a dump is text")
}
