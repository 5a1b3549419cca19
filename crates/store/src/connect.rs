//! Opening the control store: a file, or a schema on a server; one writer at a time, every commit on disk before it is
//! believed.

use std::sync::Arc;

use tokio::sync::MutexGuard;

use crate::audit::Notary;
use crate::database::{Connection, Lanes, Place};
use crate::error::Error;
use crate::migrate;
use crate::versions::Seen;

/// The control store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) notary: Arc<dyn Notary>,
    /// What the next change must find as somebody saw it.
    pub(crate) seen: Option<Arc<Seen>>,
    /// Whether every change is undone where it would be committed.
    pub(crate) rehearsing: bool,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens a store and brings its schema up to date. An empty place becomes one when `create` says so; a place that
    /// holds something else is left alone.
    pub async fn open(place: &Place, create: bool, notary: Arc<dyn Notary>) -> Result<Self, Error> {
        let lanes = Lanes::open(place, create).await.map_err(Error::while_doing("be opened"))?;
        migrate::run(&mut *lanes.writer().await, place, create).await?;
        Ok(Self { lanes: Arc::new(lanes), notary, seen: None, rehearsing: false })
    }

    /// Refuses a place that cannot become a new store: one that is another home's, or holds something else.
    pub async fn must_be_vacant(place: &Place) -> Result<(), Error> {
        if matches!(place, Place::File(path) if !path.exists()) {
            return Ok(());
        }
        let lanes = Lanes::open(place, false).await.map_err(Error::while_doing("be opened"))?;
        migrate::must_be_vacant(&mut *lanes.writer().await, place).await
    }

    /// A connection to read on.
    pub(crate) async fn reader(&self) -> MutexGuard<'_, Connection> {
        self.lanes.changing.must_be_anothers();
        self.lanes.reader().await
    }

    /// Clears destroyed salts and keys out of what the database keeps beside its rows: SQLite's write-ahead log is
    /// emptied; PostgreSQL gives up the room they took, and keeps its own log as long as it is set to.
    pub async fn flush_destroyed(&self) -> Result<(), Error> {
        let mut connection = self.reader().await;
        connection.flush_destroyed().await.map_err(Error::while_doing("clear away what was destroyed"))
    }

    /// Closes it properly; a store that is only dropped recovers by itself at the next start.
    pub async fn close(self) -> Result<(), Error> {
        match Arc::into_inner(self.lanes) {
            Some(lanes) => lanes.close().await.map_err(Error::while_doing("be closed")),
            None => Ok(()),
        }
    }
}
