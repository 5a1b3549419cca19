//! What was done for one request, counted from its blobs while they can still be told apart: rows by model and action.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{HoldId, Name, TableRef};
use exeunt_store::requests::Request;
use serde::{Deserialize, Serialize};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::Shape;
use crate::restore::plan::WHOLE;

/// Rows by model and action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// One line for each model and action.
    pub lines: Vec<Line>,
    /// Whether nothing of the person was ever found, so that nothing was struck.
    #[serde(default)]
    pub nothing: bool,
    /// Rows among them that holds keep, beyond the purge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
    /// Whether the person had been asked back, so that the purge only ends what could not come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked_back: bool,
}

/// Rows of one model that a hold keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The hold.
    pub hold: HoldId,
    /// The model, with its source.
    pub model: String,
    /// Rows.
    pub rows: u64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The source.
    pub source: Name,
    /// The model, with its source.
    pub model: String,
    /// Its table.
    pub table: TableRef,
    /// `delete`, `anonymize`, …
    pub action: String,
    /// Rows.
    pub rows: u64,
}

impl Tally {
    /// Rows in all, veils not counted: those rows are counted when they go.
    pub fn rows(&self) -> u64 {
        self.lines.iter().filter(|line| line.action != "veil").map(|line| line.rows).sum()
    }

    /// Tables touched, by source.
    pub fn tables(&self) -> BTreeMap<&Name, BTreeSet<&TableRef>> {
        let mut tables: BTreeMap<&Name, BTreeSet<&TableRef>> = BTreeMap::new();
        for line in &self.lines {
            tables.entry(&line.source).or_default().insert(&line.table);
        }
        tables
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("names and numbers always make JSON")
    }

    pub(crate) fn read(text: Option<&str>) -> Result<Self, Error> {
        let Some(text) = text else { return Ok(Self::default()) };
        serde_json::from_str(text).map_err(|error| Error::Damaged { what: "a tally", why: error.to_string() })
    }

    fn add(&mut self, model: &str, shape: Shape, rows: u64) {
        let same = |line: &&mut Line| line.model == model && line.action == shape.because;
        match self.lines.iter_mut().find(same) {
            Some(line) => line.rows += rows,
            None => self.lines.push(Line {
                source: shape.source,
                model: model.to_owned(),
                table: shape.table,
                action: shape.because,
                rows,
            }),
        }
    }
}

impl Engine {
    /// Counts what a request has in the vault.
    pub async fn tally(&self, request: &Request) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let batches = self.store.batches_of_request(request.id).await?;
        tally.nothing = batches.is_empty();
        for batch in batches {
            let blob = self.shelf.take(batch.blob)?;
            let returned = self.store.returned(batch.blob).await?;
            for segment in blob.segments().filter(|segment| segment.claimants.contains(&request.id)) {
                if returned.contains(&(segment.number, WHOLE)) {
                    continue;
                }
                let back = returned.iter().filter(|(number, _)| *number == segment.number).count() as u64;
                let rows = u64::from(segment.rows).saturating_sub(back);
                if rows > 0 {
                    tally.add(&segment.model, Shape::from_bytes(&segment.columns)?, rows);
                }
            }
        }
        tally.lines.sort_by(|one, other| (&one.model, &one.action).cmp(&(&other.model, &other.action)));
        Ok(tally)
    }
}
