//! A restore's transaction is written down before it is committed. Whoever finds one after a crash asks the source, or
//! the rows themselves, whether it happened: doing it twice would meet rows that triggers have changed since, and take
//! them for somebody else's.

use std::collections::HashMap;

use exeunt_base::{Cell, Name, Row};
use exeunt_source::{Read, Rows, Transaction};
use exeunt_store::batches::Batch;
use exeunt_store::jobs::Lease;
use exeunt_store::requests::Request;
use exeunt_store::returns::Return;
use serde::{Deserialize, Serialize};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{self, Change, Image, Shape};
use crate::restore::plan::{Item, WHOLE};

/// Rows of each item that are remembered as witnesses: one would do, unless somebody touches it meanwhile.
const WITNESSES: usize = 16;

/// What a transaction brings back of one segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Back {
    segment: u32,
    /// Places of the rows that are back once it happened, those that were back before among them.
    back: Vec<u32>,
    /// Places of some rows that it changed.
    witnesses: Vec<u32>,
    /// Places of rows that are there without some of their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lacking: Vec<u32>,
    /// The columns they lack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lacks: Vec<Name>,
    /// Places of rows that lack nothing any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    given: Vec<u32>,
}

/// Rows of one item, by their places in the segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// Those that are back.
    pub(crate) back: Vec<u32>,
    /// Those of them that this transaction changed.
    pub(crate) changed: Vec<u32>,
    /// Those that are there without some of their values.
    pub(crate) lacking: Vec<u32>,
    /// The columns these lack.
    pub(crate) lacks: Vec<Name>,
    /// Those that lacked values and lack none any more.
    pub(crate) given: Vec<u32>,
}

/// What an attempt brings back, as it is written down.
pub(crate) fn outcome(items: &[Item], places: &[Places]) -> Vec<Back> {
    let backs = items.iter().zip(places).map(|(item, places)| {
        let whole = item.complete && places.back.len() == item.images.len();
        Back {
            segment: item.segment,
            back: if whole { vec![WHOLE] } else { places.back.clone() },
            witnesses: places.changed.iter().copied().take(WITNESSES).collect(),
            lacks: if places.lacking.is_empty() { Vec::new() } else { places.lacks.clone() },
            lacking: places.lacking.clone(),
            given: places.given.clone(),
        }
    });
    backs.collect()
}

impl Engine {
    /// Writes down that a transaction is about to be committed.
    pub(crate) async fn announce_return(
        &self,
        batch: &Batch,
        backs: &[Back],
        lease: &Lease,
        tx: &mut dyn Transaction,
    ) -> Result<Return, Error> {
        let announced = Return {
            id: self.new_batch(),
            blob: batch.blob,
            source: batch.source.clone(),
            marker: tx.marker().await.map_err(Error::at(&batch.source))?.map(|marker| marker.0),
            outcome: serde_json::to_string(backs)
                .map_err(|error| Error::Damaged { what: "a return", why: error.to_string() })?,
        };
        let mut change = self.change_under(lease).await?;
        change.add_return(&announced).await?;
        change.commit_bookkeeping().await?;
        Ok(announced)
    }

    /// Remembers which rows are back, or that a transaction did not happen.
    pub(crate) async fn end_return(
        &self,
        announced: &Return,
        happened: bool,
        lease: &Lease,
    ) -> Result<(), Error> {
        let mut change = self.change_under(lease).await?;
        if happened {
            for back in &read(announced)? {
                change.mark_returned(announced.blob, back.segment, &back.back).await?;
                change.end_missing(announced.blob, back.segment, &back.given).await?;
                let columns = write_columns(&back.lacks);
                change.mark_missing(announced.blob, back.segment, &back.lacking, &columns).await?;
            }
        }
        change.end_return(announced.id).await?;
        Ok(change.commit_bookkeeping().await?)
    }

    /// Settles what an earlier restore left open.
    pub(crate) async fn settle_returns(&self, request: &Request, lease: &Lease) -> Result<(), Error> {
        for announced in self.store.returns_of_request(request.id).await? {
            let happened = self.returned_after_all(request, &announced).await?;
            self.end_return(&announced, happened, lease).await?;
        }
        Ok(())
    }

    /// Whether a transaction of a restore was committed.
    pub(crate) async fn returned_after_all(
        &self,
        request: &Request,
        announced: &Return,
    ) -> Result<bool, Error> {
        if let Some(happened) = self.fate(&announced.source, announced.marker.as_deref()).await? {
            return Ok(happened);
        }
        // under the source's write lock, so that the transaction cannot still be open
        let mut tx = self.begin_patiently(&announced.source).await?;
        let judged = self.ask_witnesses(request, announced, tx.as_mut()).await;
        tx.rollback().await.map_err(Error::at(&announced.source))?;
        judged
    }

    async fn ask_witnesses(
        &self,
        request: &Request,
        announced: &Return,
        tx: &mut dyn Transaction,
    ) -> Result<bool, Error> {
        let blob = self.shelf.take(announced.blob)?;
        let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
        for back in read(announced)?.iter().filter(|back| !back.witnesses.is_empty()) {
            let Some(segment) = blob.segments().find(|segment| segment.number == back.segment).cloned()
            else {
                continue;
            };
            let salts = self.salts_with(request, &segment.claimants).await?;
            let shape = Shape::from_bytes(&segment.columns)?;
            let plain = blob.open_segment(segment.number, &key, &|id| salts.get(&id).cloned())?;
            let all = image::take_all(shape.change, &plain)?;
            let witnesses: Vec<&Image> =
                back.witnesses.iter().filter_map(|place| all.get(*place as usize)).collect();
            let keys = witnesses.iter().map(|image| image.key.clone()).collect();
            let read = Read {
                table: shape.table.clone(),
                columns: shape.columns.clone(),
                rows: Rows::Keyed(shape.key.clone(), keys),
            };
            let pages = tx.read(&read).await.map_err(Error::at(&announced.source))?;
            let here = pages.collect().await.map_err(Error::at(&announced.source))?;
            if testifies(shape.change, &witnesses, &here) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether one of the rows that a transaction changed is as that left it.
fn testifies(change: Change, witnesses: &[&Image], here: &[Row]) -> bool {
    let here: HashMap<i64, &[Cell]> =
        here.iter().filter_map(|row| Some((row.first()?.as_int()?, row.get(1..)?))).collect();
    (0..).zip(witnesses).any(|(place, image)| {
        let row = here.get(&place);
        match change {
            Change::Deleted => row.is_some(),
            Change::Inserted => row.is_none(),
            Change::Updated => {
                let after = image.after.as_deref().unwrap_or_default();
                let mut told =
                    image.before.iter().zip(after).enumerate().filter(|(_, (before, after))| before != after);
                row.is_some_and(|row| told.any(|(at, (before, _))| row.get(at) == Some(before)))
            }
        }
    })
}

fn read(announced: &Return) -> Result<Vec<Back>, Error> {
    serde_json::from_str(&announced.outcome)
        .map_err(|error| Error::Damaged { what: "a return", why: error.to_string() })
}

/// Columns, as the store keeps them.
fn write_columns(columns: &[Name]) -> String {
    serde_json::to_string(columns).expect("names always make JSON")
}

/// Columns, as the store kept them.
pub(super) fn read_columns(text: &str) -> Result<Vec<Name>, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::Damaged { what: "a list of columns", why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use exeunt_base::Cell;

    use super::testifies;
    use crate::image::{Change, Image};

    #[test]
    fn a_row_that_is_there_again_tells_that_it_was_put_back_whatever_triggers_made_of_it() {
        let image = Image { key: vec![Cell::Int(7)], before: vec![Cell::Int(7), Cell::Int(0)], after: None };
        let here = vec![Cell::Int(0), Cell::Int(7), Cell::Int(2)];
        assert!(testifies(Change::Deleted, &[&image], &[here]));
        assert!(!testifies(Change::Deleted, &[&image], &[]));
    }

    #[test]
    fn a_changed_row_tells_by_the_columns_that_were_changed() {
        let image = Image {
            key: vec![Cell::Int(7)],
            before: vec![Cell::Int(7), Cell::text("Ada")],
            after: Some(vec![Cell::Int(7), Cell::Null]),
        };
        let row = |name| vec![Cell::Int(0), Cell::Int(7), name];
        assert!(testifies(Change::Updated, &[&image], &[row(Cell::text("Ada"))]));
        assert!(!testifies(Change::Updated, &[&image], &[row(Cell::Null)]));
        assert!(!testifies(Change::Updated, &[&image], &[]));
    }
}
