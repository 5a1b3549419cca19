//! Rows of the person that are erased but still wait in the vault: an access answer holds them too, and says until when.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use exeunt_base::{Kind, ModelRef, Name, RequestId, Row, Timestamp};
use exeunt_package::{Field, Layer, ModelSpec, Reason, Redaction};
use exeunt_plan::document::Document;
use exeunt_store::requests::Request;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{Change, Shape, take_all};
use crate::job::prepare::ledger_mac;
use crate::people::Known;
use crate::restore::plan::WHOLE;
use crate::states;

/// Rows of one model, ready for the package.
pub(crate) struct Waiting {
    pub(crate) spec: ModelSpec,
    pub(crate) rows: Vec<Row>,
}

/// Rows gathered from the vault for one model and one list of columns.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    due: Option<Timestamp>,
}

impl Engine {
    /// What waits in the vault for the person of an access request.
    pub(crate) async fn waiting_rows(
        &self,
        document: &Document,
        known: &Known,
    ) -> Result<Vec<Waiting>, Error> {
        let ledger = self.keyring.purpose_key(self.organization, "ledger")?;
        let mut requests: BTreeSet<RequestId> = BTreeSet::new();
        for (kind, value) in known.identifiers() {
            if let Some(mac) = ledger_mac(&ledger, kind, value) {
                requests.extend(self.store.in_ledger(self.organization, kind, &mac).await?);
            }
        }
        let mut gathered: BTreeMap<(String, Vec<Name>), (Shape, Gathered)> = BTreeMap::new();
        for id in requests {
            let request = self.store.request(id).await?;
            let waits =
                [states::HIDDEN, states::PARTLY_RESTORED, states::APPROVED].contains(&request.state.as_str());
            if waits && request.salt.is_some() {
                self.gather(&request, &mut gathered).await?;
            }
        }
        Ok(gathered
            .into_iter()
            .filter(|(_, (_, gathered))| !gathered.rows.is_empty())
            .map(|((model, _), (shape, gathered))| Waiting {
                spec: spec_of(document, &model, &shape, gathered.due),
                rows: gathered.rows,
            })
            .collect())
    }

    /// A request's rows as they were before anything was done to them: the first image of each row counts, a veil's
    /// rather than that of the veiled row's end.
    async fn gather(
        &self,
        request: &Request,
        gathered: &mut BTreeMap<(String, Vec<Name>), (Shape, Gathered)>,
    ) -> Result<(), Error> {
        let mut seen: HashSet<(String, Row)> = HashSet::new();
        for batch in self.store.batches_of_request(request.id).await? {
            let blob = self.shelf.take(batch.blob)?;
            let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
            let returned = self.store.returned(batch.blob).await?;
            let segments: Vec<_> =
                blob.segments().filter(|segment| segment.claimants.contains(&request.id)).cloned().collect();
            for segment in segments {
                let shape = Shape::from_bytes(&segment.columns)?;
                if shape.change == Change::Inserted || returned.contains(&(segment.number, WHOLE)) {
                    continue;
                }
                let others: Vec<RequestId> =
                    segment.claimants.iter().copied().filter(|id| *id != request.id).collect();
                let salts = self.salts_with(request, &others).await?;
                let Ok(plain) = blob.open_segment(segment.number, &key, &|id| salts.get(&id).cloned()) else {
                    // shared with somebody whose rows are gone for ever: gone with them
                    continue;
                };
                let model = segment.model.to_string();
                let images = take_all(shape.change, &plain)?;
                let entry = gathered
                    .entry((model.clone(), shape.columns.clone()))
                    .or_insert_with(|| (shape.clone(), Gathered::default()));
                entry.1.due = entry.1.due.max(request.window_ends_at);
                for (place, image) in (0u32..).zip(images) {
                    let here = returned.contains(&(segment.number, place));
                    if !here && seen.insert((model.clone(), image.key)) {
                        entry.1.rows.push(image.before);
                    }
                }
            }
        }
        Ok(())
    }
}

fn spec_of(document: &Document, model: &str, shape: &Shape, due: Option<Timestamp>) -> ModelSpec {
    let read = document.reads.iter().find(|read| document.sets[read.set].model.to_string() == model);
    let told = |column: &Name| read.and_then(|read| read.fields.iter().find(|field| field.column == *column));
    let short = model.strip_prefix(&format!("{}.", shape.source.as_str())).unwrap_or(model);
    let ground: Arc<str> = Arc::from("left out: the data map does not show this column");
    ModelSpec {
        model: ModelRef {
            source: shape.source.clone(),
            model: Name::new(short).unwrap_or_else(|_| shape.table.name.clone()),
        },
        title: format!("{short}, waiting to be erased for ever"),
        description: Some(String::from(
            "You asked for these to be erased. They can be restored until the date given, and are destroyed then.",
        )),
        fields: shape
            .columns
            .iter()
            .map(|column| Field {
                category: told(column)
                    .map(|field| field.category.clone())
                    .filter(|category| !category.is_empty()),
                computed: told(column).is_some_and(|field| field.computed),
                ..Field::new(column.as_str(), Kind::Any)
            })
            .collect(),
        reason: Reason::Owned,
        // a column the map hides from the living answer stays hidden here
        redactions: shape
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| read.is_some() && told(column).is_none_or(|field| field.redacted))
            .map(|(column, _)| Redaction { column, ground: ground.clone() })
            .collect(),
        layer: Layer::Everyday,
        erasure_due: due,
    }
}
