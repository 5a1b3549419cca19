//! Which models a person's request can reach, and how many steps away.

use std::collections::{BTreeMap, VecDeque};

use exeunt_base::ModelRef;

use crate::model::{DataMap, EdgeAction, RelationKind};

/// Every model that erasure or access can reach from a subject model, with its distance in relations.
pub fn reached(map: &DataMap) -> BTreeMap<ModelRef, u32> {
    let mut onward: BTreeMap<&ModelRef, Vec<&ModelRef>> = BTreeMap::new();
    let models: BTreeMap<ModelRef, _> = map.models().collect();
    for (at, model) in &models {
        for relation in &model.relations {
            let (from, to) = match relation.kind {
                RelationKind::OwnedBy | RelationKind::AccessedBy => (&relation.to, at),
                RelationKind::Owns | RelationKind::Accesses => (at, &relation.to),
                RelationKind::RefersTo if relation.on_erase == Some(EdgeAction::Cascade) => {
                    (&relation.to, at)
                }
                RelationKind::RefersTo => continue,
            };
            onward.entry(from).or_default().push(to);
        }
    }
    let mut reached: BTreeMap<ModelRef, u32> = map.subjects().map(|(at, _)| (at, 0)).collect();
    let mut waiting: VecDeque<ModelRef> = reached.keys().cloned().collect();
    while let Some(at) = waiting.pop_front() {
        let next = reached.get(&at).map_or(1, |distance| distance + 1);
        for to in onward.get(&at).into_iter().flatten() {
            if !reached.contains_key(*to) {
                reached.insert((*to).clone(), next);
                waiting.push_back((*to).clone());
            }
        }
    }
    reached
}
