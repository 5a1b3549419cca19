//! What a request left behind by law, and what erased it later: for whoever looks at the request.

use std::collections::BTreeMap;

use exeunt_base::RequestId;
use exeunt_store::kept::FollowUp;

use crate::error::Error;
use crate::office::Office;

/// Rows of one model that a request left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// The model.
    pub model: String,
    /// How many rows are still remembered.
    pub rows: u64,
    /// The last day of the first of them, once it is known.
    pub ends: Option<String>,
    /// Of how many a follow-up is at work.
    pub followed: u64,
    /// Why some are not followed.
    pub trouble: Option<String>,
}

/// What is told of kept rows with a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Afterwards {
    /// What it left, by model.
    pub left: Vec<Left>,
    /// Which requests erased it when its time was over.
    pub follow_ups: Vec<FollowUp>,
    /// The request that left what this one erases.
    pub origin: Option<RequestId>,
}

impl Office {
    /// What is told of kept rows with a request.
    pub(crate) async fn afterwards(&self, id: RequestId) -> Result<Afterwards, Error> {
        let store = &self.engine.store;
        let mut left: BTreeMap<String, Left> = BTreeMap::new();
        for part in store.kept_of(id).await? {
            let model = left
                .entry(part.model.clone())
                .or_insert_with(|| Left { model: part.model, ..Left::default() });
            model.rows += part.rows;
            model.followed += if part.follow_up.is_some() { part.rows } else { 0 };
            model.ends = [model.ends.take(), part.ends].into_iter().flatten().min();
            model.trouble = match (model.trouble.take(), part.trouble) {
                (Some(told), Some(more)) if !told.contains(&more) => Some(format!("{told}; {more}")),
                (told, more) => told.or(more),
            };
        }
        Ok(Afterwards {
            left: left.into_values().collect(),
            follow_ups: store.follow_ups_of(id).await?,
            origin: store.origins_of(&[id]).await?.pop().map(|(_, origin)| origin),
        })
    }
}
