//! How each model's rows are found from a person.

use std::collections::BTreeMap;

use exeunt_base::ModelRef;
use exeunt_datamap::model::{DataMap, RelationKind};
use exeunt_datamap::reach;

/// For each model that a person's request reaches: how far it is, and by what.
pub(crate) struct Paths {
    reached: BTreeMap<ModelRef, u32>,
    /// The model before it on the way to the person, and the columns between them.
    before: BTreeMap<ModelRef, (ModelRef, String)>,
}

impl Paths {
    pub(crate) fn of(map: &DataMap) -> Self {
        let reached = reach::reached(map);
        let mut before: BTreeMap<ModelRef, (ModelRef, String)> = BTreeMap::new();
        for (at, model) in map.models() {
            for relation in model.relations.iter().filter(|relation| relation.kind != RelationKind::RefersTo)
            {
                let up = matches!(relation.kind, RelationKind::Owns | RelationKind::Accesses);
                let (from, to) = if up { (&relation.to, &at) } else { (&at, &relation.to) };
                let nearer = match (reached.get(from), reached.get(to)) {
                    (Some(from), Some(to)) => *from == to + 1,
                    _ => false,
                };
                if nearer && !before.contains_key(from) {
                    let by = relation.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    before.insert(from.clone(), (to.clone(), by));
                }
            }
        }
        Self { reached, before }
    }

    /// How many steps a model is from a person.
    pub(crate) fn distance(&self, at: &ModelRef) -> Option<u32> {
        self.reached.get(at).copied()
    }

    /// The model before it on the way to the person.
    pub(crate) fn before(&self, at: &ModelRef) -> Option<&ModelRef> {
        self.before.get(at).map(|(before, _)| before)
    }

    /// The way in words: `person → customers → orders (customer_id)`.
    pub(crate) fn told(&self, at: &ModelRef) -> String {
        if !self.reached.contains_key(at) {
            return String::from("none");
        }
        let mut steps = Vec::new();
        let mut here = at;
        while let Some((before, by)) = self.before.get(here) {
            let name = if before.source == here.source { here.model.to_string() } else { here.to_string() };
            steps.push(format!("{name} (by {by})"));
            here = before;
        }
        steps.push(here.model.to_string());
        steps.push(String::from("person"));
        steps.reverse();
        steps.join(" → ")
    }
}
