//! The traits, put onto threads.

use std::sync::Arc;

use async_trait::async_trait;
use exeunt_base::{Fault, FaultKind, Name, Row, TableRef, Timestamp};
use exeunt_source::{
    Abilities, Anchor, Catalog, Delete, Fate, Insert, Journals, Lock, Marker, Pages, Read, Reader, Referrer,
    Residue, Sample, Sampled, Search, SearchHit, Selection, Source, Transaction, Update,
};

use crate::error::fault;
use crate::settings::Settings;
use crate::worker::{Held, Lease, Pool};
use crate::{apply, confirm, describe, ending, page, scrub};

/// A SQLite database as a source. Cheap to clone; connections are opened when first needed.
#[derive(Clone)]
pub struct SqliteSource {
    pub(crate) pool: Arc<Pool>,
}

impl SqliteSource {
    /// A source for a file. Touches nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self { pool: Pool::new(settings) }
    }
}

impl std::fmt::Debug for SqliteSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteSource").field("path", &self.pool.settings().path).finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for SqliteSource {
    fn abilities(&self) -> Abilities {
        Abilities {
            kind: "sqlite",
            whole_row_identity: true,
            remembers_transactions: false,
            rolls_back: true,
            quiet_triggers: true,
            images_are_final: true,
            deletes_along_ways: false,
            snapshots: true,
            rows_per_strike: 250_000,
        }
    }

    async fn describe(&self) -> Result<Catalog, Fault> {
        let lease = self.pool.lease().await?;
        lease
            .call(|held| {
                begin(held, "BEGIN")?;
                let catalog = describe::describe(&held.connection);
                ending::rollback(held)?;
                catalog
            })
            .await
    }

    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault> {
        let lease = self.pool.lease().await?;
        lease.call(|held| begin(held, "BEGIN")).await?;
        Ok(Box::new(Open { lease }))
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        let lease = self.pool.lease().await?;
        lease
            .call(|held| {
                let read_only = held.connection.is_readonly("main");
                if read_only.map_err(|error| fault(BEGINNING, &error))? {
                    return Err(Fault::new(FaultKind::Denied, "the database is read-only for us")
                        .while_doing(BEGINNING));
                }
                begin(held, "BEGIN IMMEDIATE")
            })
            .await?;
        Ok(Box::new(Open { lease }))
    }

    async fn fate(&self, _marker: &Marker) -> Result<Fate, Fault> {
        Ok(confirm::fate())
    }

    async fn scrub(&self, _tables: &[TableRef], _now: Timestamp) -> Result<Residue, Fault> {
        self.pool.close_resting();
        let lease = self.pool.lease().await?;
        let settings = self.pool.settings().clone();
        lease.call(move |held| scrub::scrub(held, &settings)).await
    }

    async fn advise(&self) -> Result<Vec<String>, Fault> {
        let lease = self.pool.lease().await?;
        lease.call(scrub::advise).await
    }

    fn journals(&self) -> Option<&dyn Journals> {
        Some(self)
    }
}

/// A connection with an open transaction, of either sort. What was not committed when it goes is rolled back.
struct Open {
    lease: Lease,
}

#[async_trait]
impl Reader for Open {
    async fn find(&mut self, what: &Selection, anchors: &[Anchor], carried: &[Name]) -> Result<Pages, Fault> {
        let (what, anchors, carried) = (what.clone(), anchors.to_vec(), carried.to_vec());
        self.lease.stream(move |held, sender| {
            whole(held)?;
            page::find(held, sender, &what, &anchors, &carried)
        })
    }

    async fn read(&mut self, what: &Read) -> Result<Pages, Fault> {
        let what = what.clone();
        self.lease.stream(move |held, sender| {
            whole(held)?;
            page::read(held, sender, &what)
        })
    }

    async fn search(&mut self, what: &Search) -> Result<Vec<SearchHit>, Fault> {
        let what = what.clone();
        self.lease
            .call(move |held| {
                whole(held)?;
                page::search(held, &what)
            })
            .await
    }

    async fn sample(&mut self, what: &Sample) -> Result<Sampled, Fault> {
        let what = what.clone();
        self.lease
            .call(move |held| {
                whole(held)?;
                page::sample(held, &what)
            })
            .await
    }
}

#[async_trait]
impl Transaction for Open {
    async fn marker(&mut self) -> Result<Option<Marker>, Fault> {
        Ok(None)
    }

    async fn lock(&mut self, what: &Lock, keys: Vec<Row>) -> Result<Pages, Fault> {
        let what = what.clone();
        self.lease.stream(move |held, sender| strike(held, |held| apply::lock(held, sender, &what, &keys)))
    }

    async fn referred(&mut self, table: &Lock, by: &Referrer, keys: &[Row]) -> Result<Vec<u32>, Fault> {
        let (table, by, keys) = (table.clone(), by.clone(), keys.to_vec());
        self.lease
            .call(move |held| {
                strike(held, |held| apply::referred(held, &table.table, &table.key, &by, &keys))
            })
            .await
    }

    async fn delete(&mut self, what: &Delete, keys: Vec<Row>) -> Result<Pages, Fault> {
        let what = what.clone();
        self.lease.stream(move |held, sender| strike(held, |held| apply::delete(held, sender, &what, &keys)))
    }

    async fn update(&mut self, what: &Update, rows: Vec<Row>) -> Result<Pages, Fault> {
        let what = what.clone();
        self.lease.stream(move |held, sender| strike(held, |held| apply::update(held, sender, &what, &rows)))
    }

    async fn insert(&mut self, what: &Insert, rows: Vec<Row>) -> Result<Pages, Fault> {
        let what = what.clone();
        self.lease.stream(move |held, sender| strike(held, |held| apply::insert(held, sender, &what, &rows)))
    }

    async fn commit(self: Box<Self>) -> Result<(), Fault> {
        self.lease
            .call(|held| {
                whole(held)?;
                ending::commit(held)
            })
            .await
    }

    async fn rollback(self: Box<Self>) -> Result<(), Fault> {
        self.lease
            .call(|held| if held.connection.is_autocommit() { Ok(()) } else { ending::rollback(held) })
            .await
    }

    async fn rehearse(self: Box<Self>) -> Result<(), Fault> {
        self.lease
            .call(|held| {
                whole(held)?;
                ending::rehearse(held)
            })
            .await
    }
}

const BEGINNING: &str = "begin a transaction";

pub(crate) fn begin(held: &mut Held, how: &'static str) -> Result<(), Fault> {
    held.broken = None;
    held.connection.execute_batch(how).map_err(|error| fault(BEGINNING, &error))?;
    // Reading the schema's version is also what fixes the state that a reader sees.
    held.shapes.refresh(&held.connection)
}

/// Refuses to go on in a transaction that has failed. SQLite itself would: some errors end the transaction, and the
/// next statement would stand for itself.
fn whole(held: &Held) -> Result<(), Fault> {
    match &held.broken {
        Some(fault) => Err(fault.clone().while_doing("go on after a failure")),
        None if held.connection.is_autocommit() => {
            Err(Fault::new(FaultKind::Internal, "the transaction has already ended"))
        }
        None => Ok(()),
    }
}

/// Makes a change; one that fails leaves nothing but to roll back.
fn strike<R>(held: &mut Held, change: impl FnOnce(&mut Held) -> Result<R, Fault>) -> Result<R, Fault> {
    whole(held)?;
    let done = change(held);
    held.broken = done.as_ref().err().cloned();
    done
}
