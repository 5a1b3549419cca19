//! After a crash: which sealed batches happened? Asked of the source, by the transaction's name or by the rows themselves.

use std::time::Duration;

use exeunt_base::{Cell, FaultKind, Row};
use exeunt_source::{Fate, KeyBy, Marker, Read, Rows};
use exeunt_store::batches::Batch;

use crate::batch::protocol::Outcome;
use crate::error::Error;
use crate::image::{self, Change, Shape};
use crate::job::Work;

/// How often a transaction that still runs is asked about, and how long in between.
const ASK: u32 = 240;
const PAUSE: Duration = Duration::from_millis(250);

impl Work<'_> {
    /// Closes or voids what an earlier process left sealed. Says how many batches it closed.
    pub async fn recover(&mut self) -> Result<u64, Error> {
        let mut closed = 0;
        for batch in self.engine.store.batches(self.job.id, "sealed").await? {
            if self.happened(&batch).await? {
                let outcome: Outcome = serde_json::from_str(&batch.outcome)
                    .map_err(|error| Error::Damaged { what: "a batch", why: error.to_string() })?;
                self.close(Some(&batch), &outcome).await?;
                closed += 1;
            } else {
                self.void(&batch).await?;
            }
        }
        Ok(closed)
    }

    /// Whether the transaction of a sealed batch was committed.
    pub async fn happened(&self, batch: &Batch) -> Result<bool, Error> {
        let source = self.engine.source(&batch.source)?;
        if let Some(marker) = &batch.marker {
            for _ in 0..ASK {
                match source.fate(&Marker(marker.clone())).await {
                    Ok(Fate::Committed) => return Ok(true),
                    Ok(Fate::RolledBack) => return Ok(false),
                    Ok(Fate::Unknown) => return self.rows_changed(batch).await,
                    Ok(Fate::Running) => {}
                    Err(fault) if fault.kind.is_passing() => {}
                    Err(fault) => return Err(Error::at(&batch.source)(fault)),
                }
                self.engine.world.wait(PAUSE).await;
            }
            return Err(Error::Refused(format!(
                "source `{}` does not tell how the last transaction ended; try again when it answers",
                batch.source
            )));
        }
        self.rows_changed(batch).await
    }

    /// Looks at the rows themselves, under the source's write lock, so that no earlier transaction can still be open.
    /// A transaction happens as a whole: one row still as it was before tells that it did not.
    async fn rows_changed(&self, batch: &Batch) -> Result<bool, Error> {
        let source = self.engine.source(&batch.source)?;
        let mut tries = 0;
        let mut tx = loop {
            match source.begin().await {
                Ok(tx) => break tx,
                Err(fault) if fault.kind.is_passing() && tries < ASK => {
                    tries += 1;
                    self.engine.world.wait(PAUSE).await;
                }
                Err(fault) => return Err(Error::at(&batch.source)(fault)),
            }
        };
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
