//! What branches start from: identifiers of people, and keys of rows found before.

use std::collections::HashMap;

use exeunt_base::{Cell, Name, Row};
use exeunt_plan::document::{AnchorFrom, RowSet};
use exeunt_source::selection::KeyBy;
use exeunt_source::{Anchor, Compare};

use crate::error::Error;
use crate::people::{Claimant, normalized};

/// Rows of sets that others start from: claimant, then key and carried cells.
#[derive(Default)]
pub struct Found {
    rows: HashMap<usize, Vec<(u32, Row)>>,
}

impl Found {
    /// Remembers rows of a set.
    pub fn add(&mut self, set: usize, claimant: u32, row: Row) {
        self.rows.entry(set).or_default().push((claimant, row));
    }

    /// Rows of a set found so far.
    pub fn of(&self, set: usize) -> &[(u32, Row)] {
        self.rows.get(&set).map_or(&[], Vec::as_slice)
    }
}

/// Where each column of a set's found rows stands: key first, then what is carried.
pub fn columns_of(set: &RowSet) -> Vec<&Name> {
    let key: &[Name] = match set.key() {
        KeyBy::Columns(key) => key,
        KeyBy::WholeRow => &[],
    };
    key.iter().chain(&set.carried).collect()
}

/// The cells of a found row that have names: a row known by all its values starts with a key of the source's own.
pub fn named_cells<'r>(names: &[&Name], row: &'r Row) -> &'r [Cell] {
    &row[row.len().saturating_sub(names.len())..]
}

/// The anchors of a set. `rows_of` gives the rows of another set to start from (all of them, or a round's new ones).
pub fn anchors_of<'f>(
    set: &RowSet,
    sets: &[RowSet],
    claimants: &[Claimant],
    rows_of: &dyn Fn(usize) -> &'f [(u32, Row)],
) -> Result<Vec<Anchor>, Error> {
    set.anchors
        .iter()
        .enumerate()
        .map(|(place, from)| match from {
            AnchorFrom::Identity { kind, learned_from } => {
                let compare = compare_of(set, place);
                let rows = claimants
                    .iter()
                    .flat_map(|claimant| {
                        claimant.known.values(kind, learned_from).filter_map(move |value| {
                            Some((claimant.number, vec![normalized(compare, value)?]))
                        })
                    })
                    .collect();
                Ok(Anchor { rows: without_doubles(rows) })
            }
            AnchorFrom::Set { set: other, columns } => {
                let names = sets.get(*other).map(columns_of).unwrap_or_default();
                let places = columns
                    .iter()
                    .map(|column| names.iter().position(|name| *name == column))
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| Error::Damaged {
                        what: "the plan",
                        why: format!(
                            "set {} starts from a column that set {other} does not carry",
                            set.number
                        ),
                    })?;
                let rows = rows_of(*other)
                    .iter()
                    .map(|(claimant, row)| {
                        let cells = named_cells(&names, row);
                        (*claimant, places.iter().map(|at| cells[*at].clone()).collect::<Row>())
                    })
                    // NULL refers to nothing
                    .filter(|(_, row)| !row.iter().any(Cell::is_null))
                    .collect();
                Ok(Anchor { rows: without_doubles(rows) })
            }
        })
        .collect()
}

fn without_doubles(rows: Vec<(u32, Row)>) -> Vec<(u32, Row)> {
    let mut seen = std::collections::HashSet::with_capacity(rows.len());
    rows.into_iter().filter(|row| seen.insert(row.clone())).collect()
}

/// How the branch that uses an anchor compares.
fn compare_of(set: &RowSet, anchor: usize) -> Compare {
    let reached = set.selection.unless.iter().flat_map(|unless| &unless.reached);
    set.selection
        .branches
        .iter()
        .chain(reached)
        .find(|branch| branch.anchor == anchor)
        .map_or(Compare::Exact, |branch| branch.compare)
}
