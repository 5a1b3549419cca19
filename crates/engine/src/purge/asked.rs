//! What was asked back and is not back yet is destroyed by no purge unasked: neither the request's own rows and values, nor
//! rows of others that wait for this person's.

use std::collections::{BTreeMap, HashSet};

use exeunt_base::{BlobId, RequestId};
use exeunt_store::requests::Request;
use exeunt_vault::Content;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::Shape;
use crate::purge::Options;
use crate::restore::plan::WHOLE;
use crate::states;

impl Engine {
    /// Refuses while something that was asked back waits, unless it is given up.
    pub(crate) async fn may_give_up(&self, request: &Request, options: &Options) -> Result<(), Error> {
        if options.give_up.is_some() {
            return Ok(());
        }
        let mut parts = Vec::new();
        let own = self.asked_back(request).await?;
        if !own.is_empty() {
            let id = request.id;
            parts.push(format!(
                "it was asked back and not all of it could come: {} in the vault; `exeunt restore {id}` tells what is in the way",
                own.join(", ")
            ));
        }
        let mut others: BTreeMap<RequestId, Vec<String>> = BTreeMap::new();
        for wait in self.store.waits_for(request.id).await? {
            others.entry(wait.request).or_default().push(counted(wait.rows, "row", "rows", &wait.model));
        }
        for (other, rows) in others {
            let state = self.store.request(other).await?.state;
            parts.push(format!(
                "rows of request `{other}` (`{state}`) wait for this one: {}",
                rows.join(", ")
            ));
        }
        match parts.is_empty() {
            true => Ok(()),
            false => Err(Error::AskedBack { request: request.id, what: parts.join("; ") }),
        }
    }

    /// Rows and values of a request that were asked back and are not, by model.
    async fn asked_back(&self, request: &Request) -> Result<Vec<String>, Error> {
        let whole = request.state == states::PARTLY_RESTORED;
        let asked: HashSet<(BlobId, u32, u32)> =
            self.store.asked_rows(request.id).await?.into_iter().collect();
        if !whole && asked.is_empty() {
            return Ok(Vec::new());
        }
        let (mut rows, mut values) = (BTreeMap::<String, Away>::new(), BTreeMap::<String, u64>::new());
        for batch in self.store.batches_of_request(request.id).await? {
            let is_asked = |segment: u32, place: u32| {
                whole || [place, WHOLE].iter().any(|place| asked.contains(&(batch.blob, segment, *place)))
            };
            let blob = self.shelf.take(batch.blob)?;
            let returned = self.store.returned(batch.blob).await?;
            let missing = self.store.missing_values(batch.blob).await?;
            for segment in blob.segments().filter(|segment| segment.claimants.contains(&request.id)) {
                let lacking = missing.iter().filter(|one| one.segment == segment.number);
                let lacking = lacking.filter(|one| is_asked(one.segment, one.place)).count() as u64;
                if lacking > 0 {
                    *values.entry(segment.model.to_string()).or_default() += lacking;
                }
                if segment.content == Content::Inserted || returned.contains(&(segment.number, WHOLE)) {
                    continue;
                }
                let away = (0..segment.rows).filter(|place| !returned.contains(&(segment.number, *place)));
                let away = away.filter(|place| is_asked(segment.number, *place)).count() as u64;
                let known = rows.entry(segment.model.to_string()).or_default();
                match Shape::from_bytes(&segment.columns)?.because.as_str() {
                    "veil" | "clear" => known.before += away,
                    _ => known.rows += away,
                }
            }
        }
        let rows = rows.iter().map(|(model, away)| (model, away.rows.max(away.before)));
        let rows =
            rows.filter(|(_, rows)| *rows > 0).map(|(model, rows)| counted(rows, "row", "rows", model));
        let values = values.iter().map(|(model, rows)| counted(*rows, "row's values", "rows' values", model));
        Ok(rows.chain(values).collect())
    }
}

/// Rows of a model that are away.
#[derive(Default)]
struct Away {
    rows: u64,
    /// Those of which an image tells that was taken before their last: they stand once.
    before: u64,
}

fn counted(count: u64, one: &str, many: &str, model: &str) -> String {
    format!("{count} {} of {model}", if count == 1 { one } else { many })
}
