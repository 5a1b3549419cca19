//! The connections of a store. The first one writes; where there are others, they read beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::changing::Changing;
use crate::database::postgres::{Host, Session};
use crate::database::sqlite::File;
use crate::database::{Connection, Place, Trouble};

/// The connections. A SQLite file has one for everything: its writers exclude each other anyway, and what was written is
/// in its cache.
pub(crate) struct Lanes {
    writer: Mutex<Connection>,
    readers: Vec<Mutex<Connection>>,
    next: AtomicUsize,
    pub(crate) changing: Changing,
}

impl Lanes {
    /// Those of a place. PostgreSQL is reached when somebody asks for something.
    pub(crate) async fn open(place: &Place, create: bool) -> Result<Self, Trouble> {
        let (writer, readers) = match place {
            Place::File(path) => (Connection::sqlite(File::open(path, create).await?), Vec::new()),
            Place::Postgres(server) => {
                let host = Arc::new(Host::new(server)?);
                let lane = || Connection::postgres(Session::new(&host));
                (lane(), (1..server.connections).map(|_| Mutex::new(lane())).collect())
            }
        };
        Ok(Self {
            writer: Mutex::new(writer),
            readers,
            next: AtomicUsize::new(0),
            changing: Changing::default(),
        })
    }

    /// The one that writes.
    pub(crate) async fn writer(&self) -> MutexGuard<'_, Connection> {
        let mut writer = self.writer.lock().await;
        writer.settle().await;
        writer
    }

    /// The one that writes, for whoever has the lanes to themselves.
    pub(crate) fn writer_mut(&mut self) -> &mut Connection {
        self.writer.get_mut()
    }

    /// One that reads: an idle one, or whichever's turn it is.
    pub(crate) async fn reader(&self) -> MutexGuard<'_, Connection> {
        if self.readers.is_empty() {
            return self.writer().await;
        }
        for reader in &self.readers {
            if let Ok(mut idle) = reader.try_lock() {
                idle.settle().await;
                return idle;
            }
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.readers.len();
        let mut reader = self.readers[turn].lock().await;
        reader.settle().await;
        reader
    }

    /// Closes them properly.
    pub(crate) async fn close(self) -> Result<(), Trouble> {
        for reader in self.readers {
            reader.into_inner().close().await?;
        }
        self.writer.into_inner().close().await
    }
}
