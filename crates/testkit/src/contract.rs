//! The contract every source of rows is held to: one suite, stamped on each connector on a real database.
//!
//! A connector's test gives a function that makes a [`Fixture`] on an empty database, and stamps the suite:
//!
//! ```text
//! async fn fixture() -> Fixture { … }
//! exeunt_testkit::source_contract!(fixture);
//! ```

pub mod big;
pub mod catalog;
pub mod faults;
pub mod finds;
pub mod journals;
pub mod many;
pub mod reads;
pub mod restores;
pub mod strikes;
mod tools;

use std::path::PathBuf;

use anyhow::{Context, Result};
use exeunt_source::{Catalog, Source};

use crate::postgres::Database;
use crate::snapshot::Snapshot;

/// Whose SQL a fixture speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// The database behind a source, as another program works on it.
pub trait Behind: Send + Sync {
    /// Runs a script.
    fn run(&self, script: &str) -> Result<()>;

    /// The state of it all.
    fn snapshot(&self) -> Result<Snapshot>;
}

/// A source on an empty database of its own. Its connector waits a second for a lock, no longer.
pub struct Fixture {
    /// The source.
    pub source: Box<dyn Source>,
    /// Whose SQL.
    pub engine: Engine,
    /// The schema a bare table name means.
    pub schema: &'static str,
    /// Whether nobody can write while a reader is open (SQLite without a write-ahead log).
    pub readers_block_writers: bool,
    /// The database itself.
    pub behind: Box<dyn Behind>,
}

impl std::fmt::Debug for Fixture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fixture").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Fixture {
    /// Makes tables and rows, and reads the catalog. `{time}`, `{bytes}` and `{real}` stand for the engine's types.
    ///
    /// # Panics
    /// When the script fails.
    pub async fn set_up(&self, script: &str) -> Catalog {
        self.run(script);
        self.source.describe().await.expect("the catalog of a database just made")
    }

    /// Runs a script beside the source.
    ///
    /// # Panics
    /// When the script fails.
    pub fn run(&self, script: &str) {
        let types = match self.engine {
            Engine::Sqlite => [("{time}", "TEXT"), ("{bytes}", "BLOB"), ("{real}", "REAL")],
            Engine::Postgres => {
                [("{time}", "timestamptz"), ("{bytes}", "bytea"), ("{real}", "double precision")]
            }
        };
        let script = types.iter().fold(script.to_owned(), |text, (word, kind)| text.replace(word, kind));
        self.behind.run(&script).unwrap_or_else(|error| panic!("the fixture's script failed: {error:#}"));
    }

    /// The state of it all.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn snapshot(&self) -> Snapshot {
        self.behind.snapshot().unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// One of two texts, by engine.
    pub fn either<'a>(&self, sqlite: &'a str, postgres: &'a str) -> &'a str {
        match self.engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }
}

/// A SQLite file in a directory that goes with it.
#[derive(Debug)]
pub struct SqliteFile {
    dir: tempfile::TempDir,
}

impl SqliteFile {
    /// An empty database with some journal mode.
    pub fn create(journal_mode: &str) -> Result<Self> {
        let made = Self { dir: tempfile::tempdir().context("could not make a directory")? };
        let connection = rusqlite::Connection::open(made.path()).context("could not make the file")?;
        connection.pragma_update(None, "journal_mode", journal_mode)?;
        // An empty file has no page yet: this makes the first, so that the mode is written down.
        connection.execute_batch("PRAGMA user_version = 1")?;
        Ok(made)
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("source.db")
    }

    /// The directory with the file, its log and its journal.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }
}

impl Behind for SqliteFile {
    fn run(&self, script: &str) -> Result<()> {
        let connection = rusqlite::Connection::open(self.path())?;
        connection.execute_batch("PRAGMA foreign_keys = ON")?;
        Ok(connection.execute_batch(script)?)
    }

    fn snapshot(&self) -> Result<Snapshot> {
        Snapshot::of_sqlite(&self.path())
    }
}

impl Behind for Database<'static> {
    fn run(&self, script: &str) -> Result<()> {
        Database::run(self, script).map(drop)
    }

    fn snapshot(&self) -> Result<Snapshot> {
        Snapshot::of_postgres(self.url())
    }
}

/// Stamps the whole suite as tests, each on a fixture of its own.
#[macro_export]
macro_rules! source_contract {
    ($fixture:ident) => {
        $crate::source_contract! { $fixture =>
            catalog: tables_keys_and_references_are_told, triggers_checks_and_views_are_told;
            finds: rows_are_found_along_joins_in_key_order, several_ways_give_each_row_once,
                shared_rows_name_every_claimant, an_owner_that_stays_keeps_the_row, filters_hold,
                tokens_are_told_from_other_texts, moments_are_compared_as_points_in_time, identities_are_compared_folded_and_by_digits,
                composite_keys_and_carried_columns_come_along, nothing_given_finds_nothing;
            reads: whole_rows_are_read_by_selection_and_by_key, texts_are_found_literally_and_in_any_case,
                references_are_followed_as_far_as_asked, a_reader_sees_one_state, dropped_pages_do_no_harm;
            strikes: deleted_rows_come_back_the_same, a_transaction_given_up_changes_nothing,
                keys_that_are_gone_are_left_out, changed_rows_are_told_as_they_became,
                triggers_can_be_kept_quiet, rows_that_collide_are_left_out, what_still_refers_is_told,
                rows_that_refer_to_each_other_go_and_come_together, a_changed_row_without_a_key_is_not_struck,
                a_strike_not_listened_to_is_whole_or_refused, a_locked_row_is_as_it_was;
            many: each_of_many_keys_answers_for_its_place, few_rows_that_refer_to_each_other_go_together,
                rows_go_by_the_way_they_were_found, rows_of_a_composite_key_go_by_the_way_they_were_found,
                thousands_of_rows_go_by_the_way_of_many;
            restores: hostile_values_come_back_the_same, hostile_names_are_only_names,
                equal_rows_without_a_key_are_struck_one_by_one;
            faults: a_lock_held_elsewhere_is_contended, what_was_dropped_is_missing, bad_rows_are_refused_silently,
                no_fault_quotes_a_value, a_failed_transaction_cannot_be_committed,
                what_is_checked_at_the_end_can_be_rehearsed;
            journals: a_journal_is_made_once, a_row_is_added_once_and_never_below_the_last,
                several_may_add_at_once, old_rows_are_forgotten;
            big: ten_megabyte_cells_come_back_the_same, a_hundred_thousand_rows_pass_through_little_memory;
        }
    };
    ($fixture:ident => $($module:ident: $($case:ident),*;)*) => {$(
        mod $module {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::contract::$module::$case(&super::$fixture().await).await;
            }
        )*}
    )*};
}
