//! Rows of the person that appeared between the census and now. Found by the same plan, from the person's rows as they
//! were; what was struck or restored on purpose is not new.

use std::collections::{BTreeMap, HashMap, HashSet};

use exeunt_base::{Cell, RequestId, Row};
use exeunt_plan::document::{Document, RowSet};
use exeunt_store::requests::Request;
use exeunt_vault::Claims;

use crate::cabinet::{Engine, salt_of};
use crate::census::{Caps, Finder};
use crate::error::Error;
use crate::image;
use crate::job::prepare::{touched, wanted};
use crate::people::Claimant;

/// New rows of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeared {
    /// The model.
    pub model: String,
    /// How many.
    pub rows: u64,
}

pub(crate) fn refuse(request: RequestId, appeared: &[Appeared]) -> Error {
    let places: Vec<String> =
        appeared.iter().map(|appeared| format!("{} in {}", appeared.rows, appeared.model)).collect();
    Error::Appeared {
        request,
        rows: appeared.iter().map(|appeared| appeared.rows).sum(),
        places: places.join(", "),
    }
}

/// Keys by model.
type Handled = HashMap<String, HashSet<Row>>;

impl Engine {
    /// Rows of a request's person that appeared since they were struck.
    pub async fn rescan(&self, id: RequestId) -> Result<Vec<Appeared>, Error> {
        let request = self.store.request(id).await?;
        let plan = self.store.plan(request.plan.ok_or(Error::NothingThere(id))?).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        self.rescan_against(&request, &document).await
    }

    pub(crate) async fn rescan_against(
        &self,
        request: &Request,
        document: &Document,
    ) -> Result<Vec<Appeared>, Error> {
        let known = self.open_known(request)?;
        let claimant = Claimant { number: 0, request: request.id, known, salt: salt_of(request)? };
        let (handled, blind) = self.handled(request, document).await?;
        let touched = touched(document);
        // a row that only changed its reference or its fields is still there: it is new when nobody handled it
        let mut found: HashMap<usize, HashSet<Row>> = HashMap::new();
        {
            let caps = Caps { matches: u64::MAX, rows: u64::MAX, identity_confirmed: true };
            let mut finder = Finder::new(document, caps, HashSet::new());
            let mut claimants = [claimant];
            finder.remember(&claimants);
            let mut readers = self.snapshots(document).await?;
            let mut sink = |set: usize, _: &[u32], key: &[Cell]| {
                let model = document.sets[set].model.to_string();
                if touched.contains(&set) && !handled.get(&model).is_some_and(|keys| keys.contains(key)) {
                    found.entry(set).or_default().insert(key.to_vec());
                }
                Ok(())
            };
            finder.run(&mut readers, &mut claimants, &wanted(document), &mut sink).await?;
        }
        // a model may be in several sets (a reference cleared, then the row deleted): count its rows once
        let mut by_model: BTreeMap<String, HashSet<Row>> = BTreeMap::new();
        for step in &document.steps {
            if let Some(rows) = found.get(&step.set) {
                let model = document.sets[step.set].model.to_string();
                by_model.entry(model).or_default().extend(rows.iter().cloned());
            }
        }
        Ok(by_model
            .into_iter()
            .map(|(model, rows)| {
                let blind = blind.get(&model).copied().unwrap_or_default();
                Appeared { model, rows: (rows.len() as u64).saturating_sub(blind) }
            })
            .filter(|appeared| appeared.rows > 0)
            .collect())
    }

    /// Keys of the request's rows that were handled, by model: changed, or put back on purpose. Of rows shared with a
    /// person purged since nobody can read the keys any more: of them only how many they are.
    async fn handled(
        &self,
        request: &Request,
        document: &Document,
    ) -> Result<(Handled, HashMap<String, u64>), Error> {
        let mut handled = Handled::new();
        let mut blind: HashMap<String, u64> = HashMap::new();
        for batch in self.store.batches_of_request(request.id).await? {
            let blob = self.shelf.take(batch.blob)?;
            let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
            let returned = self.store.returned(batch.blob).await?;
            let segments: Vec<_> =
                blob.segments().filter(|segment| segment.claimants.contains(&request.id)).cloned().collect();
            for segment in segments {
                let others: Vec<RequestId> =
                    segment.claimants.iter().copied().filter(|id| *id != request.id).collect();
                let salts = self.salts_with(request, &others).await?;
                let shape = image::Shape::from_bytes(&segment.columns)?;
                let some_back = returned.iter().any(|(number, _)| *number == segment.number);
                if shape.change == image::Change::Deleted && !some_back {
                    continue;
                }
                if segment.claims == Claims::All && segment.claimants.iter().any(|id| !salts.contains_key(id))
                {
                    *blind.entry(segment.model.to_string()).or_default() += u64::from(segment.rows);
                    continue;
                }
                let plain = blob.open_segment(segment.number, &key, &|id| salts.get(&id).cloned())?;
                let keys = image::take_all(shape.change, &plain)?.into_iter().map(|image| image.key);
                // a ghost's rows are told from the model's own by nothing but their keys
                let model = model_of(document, &shape).filter(|_| shape.change == image::Change::Inserted);
                handled.entry(model.unwrap_or_else(|| segment.model.to_string())).or_default().extend(keys);
            }
        }
        Ok((handled, blind))
    }
}

/// The model of a shape's table.
fn model_of(document: &Document, shape: &image::Shape) -> Option<String> {
    let same = |set: &&RowSet| (&set.model.source, set.table()) == (&shape.source, &shape.table);
    document.sets.iter().find(same).map(|set| set.model.to_string())
}
