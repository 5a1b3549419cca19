//! Every way one row can point at another: foreign keys of the catalogs, mapped or not, and relations of the map.

use std::collections::HashMap;

use exeunt_base::Name;
use exeunt_datamap::model::{EdgeAction, Reference, Relation};
use exeunt_source::catalog::{ForeignKey, TableSort};

use crate::build::schema::{ModelId, Schema, TableId};

/// A reference from rows of one table to rows of another.
pub(crate) struct Edge<'a> {
    pub(crate) from: TableId,
    pub(crate) columns: Vec<Name>,
    pub(crate) to: TableId,
    pub(crate) to_columns: Vec<Name>,
    pub(crate) key: Option<&'a ForeignKey>,
    pub(crate) relations: Vec<(ModelId, &'a Relation)>,
}

impl Edge<'_> {
    /// Whether the source itself refuses what breaks it.
    pub(crate) fn enforced(&self) -> bool {
        self.key.is_some_and(|key| key.enforced)
    }

    /// Whether somebody checks it when rows go: the source, or a guard because the map says `refuse`.
    pub(crate) fn checked(&self) -> bool {
        let refuses = |relation: &Relation| relation.on_erase == Some(EdgeAction::Cut(Reference::Refuse));
        self.enforced() || self.relations.iter().any(|(_, relation)| refuses(relation))
    }

    /// Column here and column there.
    pub(crate) fn pairs(&self) -> Vec<(Name, Name)> {
        self.columns.iter().cloned().zip(self.to_columns.iter().cloned()).collect()
    }
}

/// All edges, and which of them start at or lead to each table.
pub(crate) struct Edges<'a> {
    pub(crate) all: Vec<Edge<'a>>,
    pub(crate) into: Vec<Vec<usize>>,
    pub(crate) out: Vec<Vec<usize>>,
}

/// Foreign keys and relations over the same columns become one edge.
pub(crate) fn collect<'a>(schema: &Schema<'a>) -> Edges<'a> {
    type Pairs = Vec<(Name, Name)>;
    let mut all: Vec<Edge<'a>> = Vec::new();
    let mut known: HashMap<(TableId, TableId, Pairs), usize> = HashMap::new();
    let sorted = |columns: &[Name], to: &[Name]| {
        let mut pairs: Pairs = columns.iter().cloned().zip(to.iter().cloned()).collect();
        pairs.sort();
        pairs
    };
    for (from, node) in schema.tables.iter().enumerate() {
        if matches!(node.table.sort, TableSort::PartitionOf(_)) {
            continue; // its parent carries the same keys
        }
        for key in &node.table.foreign_keys {
            let Some(to) = schema.table(node.source, &key.to) else { continue };
            let to_columns = if key.to_columns.is_empty() {
                &schema.tables[to].table.primary_key
            } else {
                &key.to_columns
            };
            if key.columns.len() != to_columns.len() {
                continue;
            }
            let place = *known.entry((from, to, sorted(&key.columns, to_columns))).or_insert_with(|| {
                all.push(Edge {
                    from,
                    columns: key.columns.clone(),
                    to,
                    to_columns: to_columns.clone(),
                    key: None,
                    relations: Vec::new(),
                });
                all.len() - 1
            });
            let edge = &mut all[place];
            if edge.key.is_none_or(|other| !other.enforced) {
                edge.key = Some(key);
            }
        }
    }
    for (holder, _, other, relation) in schema.relations() {
        if relation.by_identity.is_some() || relation.by.len() != relation.on.len() {
            continue;
        }
        let (from, to) = (schema.models[holder].table, schema.models[other].table);
        let wanted = (from, to, sorted(&relation.by, &relation.on));
        let place = match known.get(&wanted) {
            Some(place) => *place,
            None => {
                let turned = (to, from, sorted(&relation.on, &relation.by));
                let unique = schema.tables[to].table.is_unique(&relation.on)
                    || schema.models[other].model.key == relation.on;
                // a relation told from the side that is pointed at is no reference of its own
                if relation.on_erase.is_none() && (known.contains_key(&turned) || !unique) {
                    continue;
                }
                all.push(Edge {
                    from,
                    columns: relation.by.clone(),
                    to,
                    to_columns: relation.on.clone(),
                    key: None,
                    relations: Vec::new(),
                });
                known.insert(wanted, all.len() - 1);
                all.len() - 1
            }
        };
        all[place].relations.push((holder, relation));
    }
    let mut into = vec![Vec::new(); schema.tables.len()];
    let mut out = vec![Vec::new(); schema.tables.len()];
    for (place, edge) in all.iter().enumerate() {
        into[edge.to].push(place);
        out[edge.from].push(place);
    }
    Edges { all, into, out }
}
