//! SQLite: one file, one connection, every commit on disk before it is believed.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use exeunt_base::FaultKind;
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Sqlite};

use crate::database::{Row, Trouble, Value};

/// The tables there are.
pub(super) const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// Every column of every table.
pub(super) const COLUMNS: &str = "SELECT m.name AS table_name, c.name AS name, c.type AS kind, c.pk AS key
     FROM sqlite_schema m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.rowid, c.cid";

/// Begins to read; the first look decides about the moment.
pub(super) const READ: &str = "BEGIN; SELECT count(*) FROM sqlite_schema";

/// Overwritten pages are zeroed (`secure_delete`); what is left is the log they went through.
pub(super) const FLUSH: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// How often a file is tried to be opened that others are opening.
const OPENED_AT_ONCE: u32 = 20;

/// Between the first two tries; longer between later ones.
const PAUSE: Duration = Duration::from_millis(5);

/// The connection to the file.
pub(super) struct File(SqliteConnection);

impl File {
    /// Opens the file, making it when `create` says so.
    pub(super) async fn open(path: &Path, create: bool) -> Result<Self, Trouble> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            // what is destroyed here (salts, keys) must not survive in free pages
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "MEMORY")
            // a wave writes the same pages again and again: they need not go to the file each time
            .pragma("wal_autocheckpoint", "8000")
            .disable_statement_logging();
        let mut tries = 0;
        loop {
            match options.connect().await.map_err(Trouble::from) {
                Ok(connection) => return Ok(Self(connection)),
                // SQLite does not wait where two processes turn the write-ahead log of a new file on at once
                Err(trouble) if trouble.kind() == FaultKind::Contended && tries < OPENED_AT_ONCE => {
                    tries += 1;
                    tokio::time::sleep(PAUSE * tries).await;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    pub(super) async fn script(&mut self, text: &str) -> Result<(), Trouble> {
        sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut self.0).await?;
        Ok(())
    }

    pub(super) async fn execute(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<u64, Trouble> {
        Ok(bound(text, values).execute(&mut self.0).await?.rows_affected())
    }

    pub(super) async fn fetch_all(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Trouble> {
        Ok(bound(text, values).fetch_all(&mut self.0).await?.into_iter().map(Row::Sqlite).collect())
    }

    pub(super) async fn fetch_optional(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Option<Row>, Trouble> {
        Ok(bound(text, values).fetch_optional(&mut self.0).await?.map(Row::Sqlite))
    }

    pub(super) async fn close(self) -> Result<(), Trouble> {
        Ok(self.0.close().await?)
    }
}

fn bound(text: Cow<'static, str>, values: Vec<Value>) -> Query<'static, Sqlite, SqliteArguments> {
    let query = match text {
        Cow::Borrowed(text) => sqlx::query(text),
        Cow::Owned(text) => sqlx::query(AssertSqlSafe(text)),
    };
    values.into_iter().fold(query, |query, value| match value {
        Value::Text(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}
