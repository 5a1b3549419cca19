//! Keys that travel to a source in pages, and what the pages find put together again.

use std::collections::{HashMap, HashSet};

use exeunt_base::{Cell, Row};
use exeunt_plan::document::RowSet;
use exeunt_source::{Anchor, Reader, Selection};

use crate::census::find::{claimant_of, key_length};
use crate::error::Error;

/// Keys that travel to a source at once.
pub(super) const ANCHOR_PAGE: usize = 20_000;

pub(super) type Merged = Vec<(Row, (Vec<u32>, Row))>;

/// Finds with few enough keys a statement, and merges what the pages found, in key order.
pub(super) async fn find_in_pages(
    reader: &mut dyn Reader,
    set: &RowSet,
    anchors: &[Anchor],
) -> Result<Merged, Error> {
    let mut merged: HashMap<Row, (HashSet<u32>, Row)> = HashMap::new();
    let whole =
        anchors.iter().all(|anchor| anchor.rows.len() <= ANCHOR_PAGE) || !set.selection.unless.is_empty();
    let mut ask: Vec<(Selection, Vec<Anchor>)> = Vec::new();
    if whole {
        ask.push((set.selection.clone(), anchors.to_vec()));
    } else {
        for (place, anchor) in anchors.iter().enumerate() {
            let branches: Vec<_> =
                set.selection.branches.iter().filter(|branch| branch.anchor == place).cloned().collect();
            if branches.is_empty() {
                continue;
            }
            for page in anchor.rows.chunks(ANCHOR_PAGE) {
                let mut only = vec![Anchor::default(); anchors.len()];
                only[place] = Anchor { rows: page.to_vec() };
                ask.push((Selection { branches: branches.clone(), ..set.selection.clone() }, only));
            }
        }
    }
    for (selection, anchors) in ask {
        let mut pages =
            reader.find(&selection, &anchors, &set.carried).await.map_err(Error::at(&set.model.source))?;
        while let Some(page) = pages.next().await.map_err(Error::at(&set.model.source))? {
            for mut row in page {
                let claimant = claimant_of(&row)?;
                row.remove(0);
                let carried = row.split_off(key_length(set, &row));
                merged.entry(row).or_insert_with(|| (HashSet::new(), carried)).0.insert(claimant);
            }
        }
    }
    let mut rows: Merged = merged
        .into_iter()
        .map(|(key, (who, carried))| {
            let mut who: Vec<u32> = who.into_iter().collect();
            who.sort_unstable();
            (key, (who, carried))
        })
        .collect();
    rows.sort_by(|one, other| compare_rows(&one.0, &other.0));
    Ok(rows)
}

/// A stable order for keys merged here; any will do, this one keeps neighbors together.
pub(super) fn compare_rows(one: &Row, other: &Row) -> std::cmp::Ordering {
    one.iter()
        .zip(other)
        .map(|(one, other)| compare_cells(one, other))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| one.len().cmp(&other.len()))
}

fn compare_cells(one: &Cell, other: &Cell) -> std::cmp::Ordering {
    match (one, other) {
        (Cell::Int(one), Cell::Int(other)) => one.cmp(other),
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Bytes(one), Cell::Bytes(other)) => one.cmp(other),
        (one, other) => one.to_plain().cmp(&other.to_plain()),
    }
}
