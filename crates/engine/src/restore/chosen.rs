//! Rows chosen by model and key: what is asked for must be there, else the caller meant something else. Asked before anything
//! is touched.

use std::collections::BTreeSet;

use exeunt_base::{Cell, RequestId};
use exeunt_store::batches::Batch;
use exeunt_store::requests::Request;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{self, Shape};
use crate::restore::Choice;
use crate::restore::plan::WHOLE;
use crate::restore::restored::{Restored, row};

impl Engine {
    /// Refuses a choice of which a request has no row, back or not; counts the chosen rows that are back already.
    pub(super) async fn must_be_there(
        &self,
        request: &Request,
        batches: &[Batch],
        choice: &Choice,
        restored: &mut Restored,
    ) -> Result<(), Error> {
        let Choice::Rows { model, keys } = choice else { return Ok(()) };
        let mut missing: BTreeSet<usize> = (0..keys.len()).collect();
        let mut rows = 0;
        for batch in batches {
            let blob = self.shelf.take(batch.blob)?;
            let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
            let returned = self.store.returned(batch.blob).await?;
            let lacking = self.store.missing_values(batch.blob).await?;
            let mine = blob.segments().filter(|segment| segment.claimants.contains(&request.id));
            let mine: Vec<_> = mine.filter(|segment| *segment.model == **model).cloned().collect();
            for segment in mine {
                rows += u64::from(segment.rows);
                let others: Vec<RequestId> = segment.claimants.to_vec();
                let salts = self.salts_with(request, &others).await?;
                // one shared with somebody who was purged is told as lost
                let Ok(plain) = blob.open_segment(segment.number, &key, &|id| salts.get(&id).cloned()) else {
                    continue;
                };
                let shape = Shape::from_bytes(&segment.columns)?;
                for (place, image) in (0u32..).zip(image::take_all(shape.change, &plain)?) {
                    let text = plain_key(&image.key);
                    let at = keys.iter().position(|key| *key == text);
                    at.iter().for_each(|at| {
                        missing.remove(at);
                    });
                    let back = [place, WHOLE].iter().any(|at| returned.contains(&(segment.number, *at)));
                    let lacks = lacking.iter().any(|one| (one.segment, one.place) == (segment.number, place));
                    if back && !lacks && (keys.is_empty() || at.is_some()) {
                        restored.was_back(row(&shape, &image.key));
                    }
                }
            }
        }
        if rows > 0 && missing.is_empty() {
            return Ok(());
        }
        let which: Vec<String> = missing.iter().map(|at| (at + 1).to_string()).collect();
        let which = match which.as_slice() {
            _ if rows == 0 => String::new(),
            [one] => format!(" with the key given as number {one}"),
            some => format!(" with the keys given as numbers {}", some.join(", ")),
        };
        Err(Error::NoSuchRow { request: request.id, model: model.clone(), which })
    }
}

/// A key's cells as people write them.
pub(crate) fn plain_key(key: &[Cell]) -> Vec<String> {
    key.iter().map(|cell| cell.to_plain().unwrap_or_default()).collect()
}
