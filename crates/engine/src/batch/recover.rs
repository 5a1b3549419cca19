//! After a crash: which sealed batches happened? Asked of the source, by the transaction's name or by the rows themselves.

use std::collections::HashSet;
use std::time::Duration;

use exeunt_base::{BlobId, Cell, FaultKind, Name, Row};
use exeunt_source::{Fate, KeyBy, Marker, Read, Rows, Transaction};
use exeunt_store::batches::Batch;

use crate::batch::protocol::Outcome;
use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{self, Change, Shape};
use crate::job::Work;

/// How often a transaction that still runs is asked about, and how long in between.
const ASK: u32 = 240;
const PAUSE: Duration = Duration::from_millis(250);

impl Work<'_> {
    /// Closes or voids what an earlier process left sealed.
    pub async fn recover(&mut self) -> Result<(), Error> {
        for batch in self.engine.store.batches(self.job.id, "sealed").await? {
            if self.happened(&batch).await? {
                let outcome: Outcome = serde_json::from_str(&batch.outcome)
                    .map_err(|error| Error::Damaged { what: "a batch", why: error.to_string() })?;
                self.close(Some(&batch), &outcome).await?;
            } else {
                self.void(&batch).await?;
            }
        }
        Ok(())
    }

    /// Takes away blobs of this job that a process which is gone sealed and never recorded. Who holds the lease is the
    /// only one who may record any, so nobody is going to.
    pub async fn sweep(&self) -> Result<(), Error> {
        if self.lease.fence < 2 {
            return Ok(());
        }
        let mut known: HashSet<BlobId> = self.job.census_blob.into_iter().collect();
        for state in ["sealed", "closed"] {
            let batches = self.engine.store.batches(self.job.id, state).await?;
            known.extend(batches.iter().map(|batch| batch.blob));
        }
        for stored in self.engine.shelf.list()? {
            if known.contains(&stored.blob) {
                continue;
            }
            // one that cannot be read is left for people to look at
            let ours = self.engine.shelf.take(stored.blob).is_ok_and(|blob| blob.meta().job == self.job.id);
            if ours {
                self.engine.drop_blob(stored.blob)?;
            }
        }
        // unfinished files do not tell whose they are; nobody writes one for a day
        let day_ago = self.engine.world.now().plus_days(-1);
        self.engine.shelf.sweep(&|part| part.modified < day_ago)?;
        Ok(())
    }

    /// Whether the transaction of a sealed batch was committed.
    pub async fn happened(&self, batch: &Batch) -> Result<bool, Error> {
        match self.engine.fate(&batch.source, batch.marker.as_deref()).await? {
            Some(happened) => Ok(happened),
            None => self.rows_changed(batch).await,
        }
    }

    /// Looks at the rows themselves, under the source's write lock, so that no earlier transaction can still be open.
    /// A transaction happens as a whole: one row still as it was before tells that it did not.
    async fn rows_changed(&self, batch: &Batch) -> Result<bool, Error> {
        let mut tx = self.engine.begin_patiently(&batch.source).await?;
        let blob = self.engine.shelf.take(batch.blob)?;
        let salts = |request| {
            self.claimants
                .iter()
                .find(|claimant| claimant.request == request)
                .map(|claimant| claimant.salt.clone())
        };
        let mut verdict = None;
        let segments: Vec<_> = blob.segments().cloned().collect();
        for segment in segments {
            let shape = Shape::from_bytes(&segment.columns)?;
            let plain = blob.open_segment(segment.number, &self.epoch_key, &salts)?;
            let images = image::take_all(shape.change, &plain)?;
            for some in images.chunks(500) {
                let keys: Vec<Row> = some.iter().map(|image| image.key.clone()).collect();
                let keyed = Rows::Keyed(shape.key.clone(), keys);
                let read = Read { table: shape.table.clone(), columns: shape.columns.clone(), rows: keyed };
                let here = match tx.read(&read).await {
                    Ok(pages) => pages.collect().await.map_err(Error::at(&batch.source))?,
                    Err(fault) if fault.kind == FaultKind::Missing => Vec::new(),
                    Err(fault) => return Err(Error::at(&batch.source)(fault)),
                };
                match judge(shape.change, &shape.key, some, &here) {
                    // a row still as it was: the transaction did not happen, whatever others did to other rows
                    Some(false) => verdict = Some(false),
                    Some(true) if verdict.is_none() => verdict = Some(true),
                    _ => {}
                }
                if verdict == Some(false) {
                    break;
                }
            }
            if verdict == Some(false) {
                break;
            }
        }
        tx.rollback().await.map_err(Error::at(&batch.source))?;
        // every row looks the same before and after: either answer is true, and doing it again changes nothing
        Ok(verdict.unwrap_or(false))
    }
}

impl Engine {
    /// How a transaction ended, by its name; `None` when only the rows themselves can tell.
    pub(crate) async fn fate(&self, name: &Name, marker: Option<&str>) -> Result<Option<bool>, Error> {
        let Some(marker) = marker else { return Ok(None) };
        let source = self.source(name)?;
        for _ in 0..ASK {
            match source.fate(&Marker(marker.to_owned())).await {
                Ok(Fate::Committed) => return Ok(Some(true)),
                Ok(Fate::RolledBack) => return Ok(Some(false)),
                Ok(Fate::Unknown) => return Ok(None),
                Ok(Fate::Running) => {}
                Err(fault) if fault.kind.is_passing() => {}
                Err(fault) => return Err(Error::at(name)(fault)),
            }
            self.world.wait(PAUSE).await;
        }
        Err(Error::Refused(
            "E0405",
            format!(
                "source `{name}` does not tell how the last transaction ended; try again when it answers"
            ),
        ))
    }

    /// A transaction on a source that may still be locked by one that a dead process left.
    pub(crate) async fn begin_patiently(&self, name: &Name) -> Result<Box<dyn Transaction>, Error> {
        let source = self.source(name)?;
        let mut tries = 0;
        loop {
            match source.begin().await {
                Ok(tx) => return Ok(tx),
                Err(fault) if fault.kind.is_passing() && tries < ASK => {
                    tries += 1;
                    self.world.wait(PAUSE).await;
                }
                Err(fault) => return Err(Error::at(name)(fault)),
            }
        }
    }
}

/// What rows that are (still) there say about the transaction; `None` when they cannot tell.
fn judge(change: Change, key: &KeyBy, images: &[image::Image], here: &[Row]) -> Option<bool> {
    let here: std::collections::HashMap<i64, &[Cell]> =
        here.iter().filter_map(|row| Some((row.first()?.as_int()?, row.get(1..)?))).collect();
    let mut verdict = None;
    for (place, image) in (0..).zip(images) {
        let row = here.get(&place).copied();
        let before = row == Some(image.before.as_slice());
        let says = match change {
            Change::Deleted => row.map_or(Some(true), |_| before.then_some(false)),
            Change::Inserted => Some(row.is_some()),
            Change::Updated => {
                let after = image.after.as_deref().unwrap_or_default();
                match row {
                    _ if image.before.as_slice() == after => None,
                    Some(_) if before => Some(false),
                    Some(row) if row == after => Some(true),
                    Some(_) => None,
                    // found by its old digest no more: the row was changed
                    None => (*key == KeyBy::WholeRow).then_some(true),
                }
            }
        };
        match says {
            Some(false) => return Some(false),
            Some(true) => verdict = Some(true),
            None => {}
        }
    }
    verdict
}
