//! What a purge makes final beside the person's own rows.

use std::collections::BTreeSet;

use exeunt_store::jobs::Lease;
use exeunt_store::requests::Request;
use exeunt_vault::Claims;

use crate::cabinet::{Engine, salt_of};
use crate::error::Error;
use crate::image::Change;
use crate::restore::plan::WHOLE;
use crate::restore::standing::Standing;

impl Engine {
    /// What a person's erasure demanded stays demanded when they are purged: what others did earlier to the same rows is
    /// never undone. The vault forgets what it was.
    pub(crate) async fn settle_for_ever(&self, request: &Request, lease: &Lease) -> Result<(), Error> {
        let others = self.standing(request.id, &BTreeSet::new()).await?;
        if others.segments.is_empty() {
            return Ok(());
        }
        let mut own = Standing::default();
        own.salts.clone_from(&others.salts);
        own.salts.insert(request.id, salt_of(request)?);
        for batch in self.store.batches_of_request(request.id).await? {
            let Ok(opened) = self.take_opened(batch.blob) else { continue };
            let returned = self.store.returned(batch.blob).await?;
            for info in opened.blob.segments().filter(|info| info.claimants.contains(&request.id)) {
                let alone = info.claims == Claims::All || info.claimants.len() == 1;
                let opens = info.claimants.iter().all(|id| own.salts.contains_key(id));
                if alone && opens && !returned.contains(&(info.number, WHOLE)) {
                    own.add(&batch, info, &returned, [request.id].into())?;
                }
            }
            own.keep(batch.blob, opened);
        }
        for (place, segments) in &others.segments {
            own.read_demands(place)?;
            for segment in segments.iter().filter(|segment| segment.shape.change == Change::Updated) {
                let shape = &segment.shape;
                let set = if shape.set.is_empty() { &shape.columns } else { &shape.set };
                let images = others.open(segment)?;
                let over: Vec<u32> = images
                    .iter()
                    .filter(|(_, image)| own.demanded(place, image, segment.when, set).is_some())
                    .map(|(number, _)| *number)
                    .collect();
                if !over.is_empty() {
                    let mut change = self.change_under(lease).await?;
                    change.mark_returned(segment.blob, segment.info.number, &over).await?;
                    change.commit_bookkeeping().await?;
                }
            }
        }
        Ok(())
    }
}
