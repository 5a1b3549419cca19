//! Rows found by two steps of one table: the stronger step takes them, the other yields, so that nothing is counted twice.

use std::collections::{HashMap, HashSet};

use exeunt_base::{Cell, codec};
use exeunt_plan::document::Document;

/// Remembers rows of sets that others yield to, and tells which rows a set yields.
#[derive(Debug, Default)]
pub struct Yields {
    to: HashMap<usize, Vec<usize>>,
    wanted: HashSet<usize>,
    taken: HashMap<usize, HashMap<Vec<u8>, Vec<u32>>>,
}

impl Yields {
    /// For the sets of a plan. A set comes after those it yields to.
    pub fn new(document: &Document) -> Self {
        let to: HashMap<usize, Vec<usize>> = document
            .sets
            .iter()
            .filter(|set| !set.yields_to.is_empty())
            .map(|set| (set.number, set.yields_to.clone()))
            .collect();
        let wanted = to.values().flatten().copied().collect();
        Self { to, wanted, taken: HashMap::new() }
    }

    /// Whether a row of a set belongs to a set it yields to, for all of these claimants.
    pub fn yields(&mut self, set: usize, who: &[u32], key: &[Cell]) -> bool {
        let stronger = self.to.get(&set);
        if stronger.is_none() && !self.wanted.contains(&set) {
            return false;
        }
        let mut bytes = Vec::new();
        codec::put_row(&mut bytes, key);
        let has = |other: &usize| {
            let taken = self.taken.get(other).and_then(|rows| rows.get(&bytes));
            taken.is_some_and(|taken| who.iter().all(|claimant| taken.contains(claimant)))
        };
        if stronger.is_some_and(|stronger| stronger.iter().any(has)) {
            return true;
        }
        if self.wanted.contains(&set) {
            self.taken.entry(set).or_default().insert(bytes, who.to_vec());
        }
        false
    }
}
