//! Opening the control store: one file, one writer, every commit on disk before it is believed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, MutexGuard};

use crate::audit::Notary;
use crate::error::Error;
use crate::migrate;

/// The control store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<SqliteConnection>>,
    pub(crate) notary: Arc<dyn Notary>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the file, making it when `create` says so, and brings its schema up to date.
    pub async fn open(file: &Path, create: bool, notary: Arc<dyn Notary>) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
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
        let mut connection = options.connect().await.map_err(Error::while_doing("be opened"))?;
        migrate::run(&mut connection).await?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), notary })
    }

    /// The one connection.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, SqliteConnection> {
        self.connection.lock().await
    }

    /// Empties the write-ahead log, so that destroyed salts and keys are gone from it too.
    pub async fn flush_destroyed(&self) -> Result<(), Error> {
        let mut connection = self.lock().await;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut *connection)
            .await
            .map_err(Error::while_doing("empty its write-ahead log"))?;
        Ok(())
    }

    /// Closes it properly; a store that is only dropped recovers by itself at the next start.
    pub async fn close(self) -> Result<(), Error> {
        if let Some(connection) = Arc::into_inner(self.connection) {
            connection.into_inner().close().await.map_err(Error::while_doing("be closed"))?;
        }
        Ok(())
    }
}
