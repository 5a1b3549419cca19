//! Rows that are both the person's own and shown to them for another reason: they are shown once, as their own.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest;
use exeunt_base::{Cell, codec};
use exeunt_plan::document::Document;

/// Half a SHA-256: enough never to meet, and small enough to remember millions.
type Digest = [u8; 16];

/// Which rows were shown already, of those sets that others yield to.
#[derive(Debug, Default)]
pub(crate) struct Once {
    yields: HashMap<usize, Vec<usize>>,
    shown: HashMap<usize, HashSet<Digest>>,
}

impl Once {
    /// For the reads of a plan. A set is read after those it yields to.
    pub(crate) fn new(document: &Document) -> Self {
        let read: HashSet<usize> = document.reads.iter().map(|read| read.set).collect();
        let yields: HashMap<usize, Vec<usize>> = read
            .iter()
            .map(|set| {
                let others = document.sets[*set].yields_to.iter().copied();
                (*set, others.filter(|other| read.contains(other)).collect::<Vec<_>>())
            })
            .filter(|(_, others)| !others.is_empty())
            .collect();
        let shown = yields.values().flatten().map(|set| (*set, HashSet::new())).collect();
        Self { yields, shown }
    }

    /// Whether rows of a set have to be compared with others at all.
    pub(crate) fn compares(&self, set: usize) -> bool {
        self.yields.contains_key(&set) || self.shown.contains_key(&set)
    }

    /// Whether a row was not shown yet by a set that this one yields to. Remembers it where others yield to this one.
    pub(crate) fn is_new(&mut self, set: usize, key: &[Cell]) -> bool {
        let mut bytes = Vec::new();
        codec::put_row(&mut bytes, key);
        let whole = digest::digest(&digest::SHA256, &bytes);
        let mut mark = Digest::default();
        mark.copy_from_slice(&whole.as_ref()[..16]);
        let mut stronger = self.yields.get(&set).into_iter().flatten();
        if stronger.any(|other| self.shown.get(other).is_some_and(|shown| shown.contains(&mark))) {
            return false;
        }
        if let Some(shown) = self.shown.get_mut(&set) {
            shown.insert(mark);
        }
        true
    }
}
