//! Which models a person's request can reach, and how many steps away.

use std::collections::{BTreeMap, VecDeque};

use exeunt_base::ModelRef;

use crate::model::{DataMap, EdgeAction, RelationKind};

/// Every model that erasure or access can reach from a subject model, with its distance in relations.
pub fn reached(map: &DataMap) -> BTreeMap<ModelRef, u32> {
    walk(map, |kind| kind != RelationKind::RefersTo)
}

/// Every model whose rows erasure can reach: what is shown but not erased is left out.
pub fn erased(map: &DataMap) -> BTreeMap<ModelRef, u32> {
    walk(map, |kind| matches!(kind, RelationKind::OwnedBy | RelationKind::Owns))
}

fn walk(map: &DataMap, follows: impl Fn(RelationKind) -> bool) -> BTreeMap<ModelRef, u32> {
    let models: BTreeMap<ModelRef, _> = map.models().collect();
    let mut onward: BTreeMap<&ModelRef, Vec<&ModelRef>> = BTreeMap::new();
    for (at, model) in &models {
        for relation in &model.relations {
            let cascades = relation.on_erase == Some(EdgeAction::Cascade);
            if !follows(relation.kind) && !cascades {
                continue;
            }
            let (from, to) = match relation.kind {
                RelationKind::Owns | RelationKind::Accesses if !cascades => (at, &relation.to),
                _ => (&relation.to, at),
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
