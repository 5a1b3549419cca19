//! The contract, on files with a write-ahead log and on files without.

use exeunt_source_sqlite::{Settings, SqliteSource};
use exeunt_testkit::contract::{Engine, Fixture, SqliteFile};

fn fixture(journal_mode: &str) -> Fixture {
    let file = SqliteFile::create(journal_mode).unwrap_or_else(|error| panic!("{error:#}"));
    let settings = Settings { lock_timeout_seconds: 1, ..Settings::for_file(file.path()) };
    Fixture {
        source: Box::new(SqliteSource::new(settings)),
        engine: Engine::Sqlite,
        schema: "main",
        readers_block_writers: journal_mode != "wal",
        behind: Box::new(file),
    }
}

mod with_log {
    async fn fixture() -> super::Fixture {
        super::fixture("wal")
    }

    exeunt_testkit::source_contract!(fixture);
}

mod with_journal {
    async fn fixture() -> super::Fixture {
        super::fixture("delete")
    }

    exeunt_testkit::source_contract!(fixture);
}
