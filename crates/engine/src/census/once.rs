//! Rows counted once, under what finally becomes of them: a row whose reference is cleared before it goes is deleted, not
//! detached as well. For people who read a plan; what a step's statements touch is counted with the steps.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{Cell, Name, TableRef, codec};
use exeunt_plan::document::{Action, Document, Purpose};
use exeunt_plan::table::Counts;

/// What becomes of a row: how strong that is, and the step or kept set that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fate {
    strength: u8,
    place: usize,
}

/// Kept rows give way to every step.
const KEPT: u8 = 0;

/// Counts the rows of a plan's sets as they are found.
#[derive(Debug)]
pub struct Once {
    /// Of each set that has one: its strongest fate.
    fates: HashMap<usize, Fate>,
    /// Of each set whose table others touch too: the table's number.
    contested: HashMap<usize, usize>,
    /// Fates of rows of contested tables, by short digests: two rows that meet in one would count as one.
    rows: HashMap<(usize, u64), Fate>,
    counts: Counts,
}

impl Once {
    /// For the steps and kept sets of a plan.
    pub fn new(document: &Document) -> Self {
        let mut fates: HashMap<usize, Fate> = HashMap::new();
        let steps = document.steps.iter().map(|step| {
            let strength = match &step.action {
                Action::Delete { .. } => 3,
                Action::Update { purpose: Purpose::Anonymize, .. } => 2,
                Action::Update { .. } => 1,
            };
            (step.set, strength)
        });
        let kept = document.kept.iter().map(|kept| (kept.set, KEPT)).enumerate();
        for (place, (set, strength)) in kept.chain(steps.enumerate()) {
            let fate = fates.entry(set).or_insert(Fate { strength, place });
            if strength > fate.strength {
                *fate = Fate { strength, place };
            }
        }
        let mut tables: HashMap<(&Name, &TableRef), Vec<usize>> = HashMap::new();
        for set in fates.keys() {
            let described = &document.sets[*set];
            tables.entry((&described.model.source, described.table())).or_default().push(*set);
        }
        let contested = tables.into_values().filter(|sets| sets.len() > 1).enumerate();
        let contested =
            contested.flat_map(|(table, sets)| sets.into_iter().map(move |set| (set, table))).collect();
        let counts = Counts { steps: vec![0; document.steps.len()], kept: vec![0; document.kept.len()] };
        Self { fates, contested, rows: HashMap::new(), counts }
    }

    /// A row of a set.
    pub fn take(&mut self, set: usize, key: &[Cell]) {
        let Some(fate) = self.fates.get(&set).copied() else { return };
        let Some(table) = self.contested.get(&set) else {
            self.count(fate);
            return;
        };
        let mut bytes = Vec::new();
        codec::put_row(&mut bytes, key);
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let known = self.rows.entry((*table, hasher.finish())).or_insert(fate);
        if fate.strength > known.strength {
            *known = fate;
        }
    }

    fn count(&mut self, fate: Fate) {
        let list = if fate.strength == KEPT { &mut self.counts.kept } else { &mut self.counts.steps };
        list[fate.place] += 1;
    }

    /// The rows by what becomes of them.
    pub fn counts(mut self) -> Counts {
        for fate in std::mem::take(&mut self.rows).into_values() {
            self.count(fate);
        }
        self.counts
    }
}
