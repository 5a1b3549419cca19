//! Ghosts of one person each that an earlier run of the job made: known from the images of its closed batches. (Shared ones
//! are found by their template.)

use std::collections::HashMap;

use exeunt_base::RequestId;
use exeunt_plan::document::Ghost;
use exeunt_source::KeyBy;
use exeunt_vault::{Content, Salt};

use crate::error::Error;
use crate::image::{self, Shape};
use crate::job::Work;

impl Work<'_> {
    /// Takes up the ghosts that are there, so that nobody gets a second one.
    pub(crate) async fn recall_ghosts(&mut self) -> Result<(), Error> {
        if !self.document.ghosts.iter().any(|ghost| ghost.per_person) {
            return Ok(());
        }
        let people: HashMap<RequestId, (u32, Salt)> = self
            .claimants
            .iter()
            .map(|claimant| (claimant.request, (claimant.number, claimant.salt.clone())))
            .collect();
        let salts = |request| people.get(&request).map(|(_, salt)| salt.clone());
        for batch in self.engine.store.batches(self.job.id, "closed").await? {
            // the blob of a batch whose rows are all back is gone, and its ghosts with it
            if !self.engine.shelf.holds(batch.blob)? {
                continue;
            }
            let blob = self.engine.shelf.take(batch.blob)?;
            let inserted = blob.segments().filter(|segment| segment.content == Content::Inserted);
            for segment in inserted.cloned().collect::<Vec<_>>() {
                let shape = Shape::from_bytes(&segment.columns)?;
                let is_it = |ghost: &Ghost| {
                    ghost.per_person
                        && (&ghost.source, &ghost.table) == (&shape.source, &shape.table)
                        && shape.key == KeyBy::Columns(ghost.key.clone())
                };
                let first = segment.claimants.iter().filter_map(|id| Some(people.get(id)?.0)).min();
                let ghost = self.document.ghosts.iter().position(is_it);
                let (Some(first), Some(ghost)) = (first, ghost) else { continue };
                let plain = blob.open_segment(segment.number, &self.epoch_key, &salts)?;
                for image in image::take_all(shape.change, &plain)? {
                    self.ghosts.recall(self.document, ghost, first, image.key);
                }
            }
        }
        Ok(())
    }
}
