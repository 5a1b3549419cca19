//! Rows that two steps of a job mask alike, because they are reached by two ways: masked a second time, a token would no
//! longer be the token of its value, and noise would be louder than the map allows.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{Cell, Name, codec};
use exeunt_plan::document::{Assign, Document, Value};

use crate::units::{Unit, Work};

/// Which columns of which rows were masked by an earlier unit.
#[derive(Debug, Default)]
pub struct Again {
    /// By unit: earlier sets, and the columns masked alike there.
    earlier: HashMap<u32, Vec<(usize, Vec<Name>)>>,
    rows: HashMap<usize, HashSet<u64>>,
}

impl Again {
    /// For the units of a plan.
    pub fn new(document: &Document, units: &[Unit]) -> Self {
        let mut earlier: HashMap<u32, Vec<(usize, Vec<Name>)>> = HashMap::new();
        for (place, unit) in units.iter().enumerate() {
            for before in &units[..place] {
                let (set, other) = (&document.sets[unit.set], &document.sets[before.set]);
                if before.set == unit.set || (&set.model, set.table()) != (&other.model, other.table()) {
                    continue;
                }
                let alike: Vec<Name> = masks(unit)
                    .filter(|assign| masks(before).any(|other| other == *assign))
                    .map(|assign| assign.column.clone())
                    .collect();
                if !alike.is_empty() {
                    earlier.entry(unit.number).or_default().push((before.set, alike));
                }
            }
        }
        Self { earlier, rows: HashMap::new() }
    }

    /// Sets whose rows have to be known before a unit is struck, and are not yet.
    pub fn unknown(&self, unit: u32) -> Vec<usize> {
        let sets = self.earlier.get(&unit).into_iter().flatten().map(|(set, _)| *set);
        sets.filter(|set| !self.rows.contains_key(set)).collect()
    }

    /// Remembers the rows of a set.
    pub fn know<'a>(&mut self, set: usize, keys: impl Iterator<Item = &'a [Cell]>) {
        self.rows.insert(set, keys.map(digest).collect());
    }

    /// The columns of a row that an earlier unit masked as this one would.
    pub fn masked(&self, unit: u32, key: &[Cell]) -> Vec<&Name> {
        let Some(earlier) = self.earlier.get(&unit) else { return Vec::new() };
        let row = digest(key);
        let has = |set: &usize| self.rows.get(set).is_some_and(|rows| rows.contains(&row));
        earlier.iter().filter(|(set, _)| has(set)).flat_map(|(_, columns)| columns).collect()
    }
}

/// What a unit masks; a veil is no mask, for what it hides goes.
fn masks(unit: &Unit) -> impl Iterator<Item = &Assign> {
    let assign: &[Assign] = match &unit.work {
        Work::Update { purpose: Some(_), assign } => assign,
        _ => &[],
    };
    assign.iter().filter(|assign| matches!(assign.to, Value::Mask(_)))
}

fn digest(key: &[Cell]) -> u64 {
    let mut bytes = Vec::new();
    codec::put_row(&mut bytes, key);
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
