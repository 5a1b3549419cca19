//! Looking again: every identifier of the person is searched in every mapped place and in unmapped text columns.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{Name, Timestamp};
use exeunt_plan::document::Document;
use exeunt_source::{Reader, Search};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::people::Known;

/// Shorter texts and plain numbers are found everywhere by chance; rows by such keys are what the census finds.
const LEAST: usize = 5;

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Option<Timestamp>,
    /// Identifiers searched for.
    pub identifiers: u64,
    /// Columns searched in.
    pub places: u64,
    /// Columns in which something was found.
    pub found: Vec<Found>,
    /// Sources or tables that could not be searched, and why.
    pub failed: Vec<String>,
}

/// A column in which something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The source, table and column.
    pub place: String,
    /// Kind of the identifier found.
    pub kind: String,
    /// In how many rows.
    pub rows: u64,
    /// Whether the map knows the table.
    pub mapped: bool,
}

impl Engine {
    /// Searches all places of a plan for what is known of a person.
    pub async fn look_again(&self, document: &Document, known: &Known) -> Result<Seen, Error> {
        let needles = needles(known);
        let mut seen = Seen {
            at: Some(self.world.now()),
            identifiers: needles.len() as u64,
            places: 0,
            ..Seen::default()
        };
        if needles.is_empty() {
            return Ok(seen);
        }
        let mut readers: BTreeMap<&Name, Box<dyn Reader>> = BTreeMap::new();
        for place in &document.places {
            if !readers.contains_key(&place.source) {
                let reader =
                    self.source(&place.source)?.snapshot().await.map_err(Error::at(&place.source))?;
                readers.insert(&place.source, reader);
            }
            let Some(reader) = readers.get_mut(&place.source) else { continue };
            let search = Search {
                table: place.table.clone(),
                columns: place.columns.clone(),
                needles: needles.iter().map(|(_, text)| text.clone()).collect(),
            };
            match reader.search(&search).await {
                Ok(hits) => {
                    seen.places += place.columns.len() as u64;
                    let mut kinds: BTreeMap<(&Name, &str), u64> = BTreeMap::new();
                    for hit in &hits {
                        let kind = needles.get(hit.needle).map_or("", |(kind, _)| kind);
                        let rows = kinds.entry((&hit.column, kind)).or_default();
                        *rows = (*rows).max(hit.rows);
                    }
                    seen.found.extend(kinds.into_iter().filter(|(_, rows)| *rows > 0).map(
                        |((column, kind), rows)| Found {
                            place: format!("{}.{}.{column}", place.source, place.table),
                            kind: kind.to_owned(),
                            rows,
                            mapped: place.mapped,
                        },
                    ));
                }
                Err(fault) if fault.kind.is_passing() => return Err(Error::at(&place.source)(fault)),
                // one table that cannot be searched is told, the rest goes on
                Err(fault) => {
                    seen.failed.push(format!("{}.{}: {fault}", place.source, place.table));
                    readers.remove(&place.source);
                }
            }
        }
        Ok(seen)
    }
}

/// What to search for: kind and text, each once.
fn needles(known: &Known) -> Vec<(String, String)> {
    let mut needles = BTreeSet::new();
    for (kind, value) in known.identifiers() {
        let text = value.trim();
        let number = text.chars().all(|c| c.is_ascii_digit());
        if text.chars().count() >= LEAST && (!number || kind == "phone") {
            needles.insert((kind.to_owned(), text.to_owned()));
        }
    }
    needles.into_iter().collect()
}
