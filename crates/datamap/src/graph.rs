//! The map as a picture: people on the left, what belongs to them further right.

pub mod mermaid;
pub mod svg;

use std::collections::BTreeMap;

use exeunt_base::ModelRef;

use crate::model::{Action, DataMap, EdgeAction, Model, Reference, Relation, RelationKind};
use crate::reach;

/// Models in columns, by distance from a person; what nothing leads to stands last.
fn layers(map: &DataMap) -> Vec<Vec<ModelRef>> {
    let reached = reach::reached(map);
    let deepest = reached.values().copied().max().unwrap_or(0);
    let mut columns: BTreeMap<u32, Vec<ModelRef>> = BTreeMap::new();
    for (at, _) in map.models() {
        let column = reached.get(&at).copied().unwrap_or(deepest + 1);
        columns.entry(column).or_default().push(at);
    }
    columns.into_values().collect()
}

/// What happens to the model's rows, in a few words.
fn fate(model: &Model) -> String {
    match (&model.unlinked, &model.keep, &model.on_erase) {
        (Some(_), ..) => String::from("not linked to people"),
        (None, Some(keep), action) => format!("{}, kept {}", action.word(), keep.period),
        (None, None, Action::Anonymize(methods)) => match methods.len() {
            1 => String::from("anonymize 1 column"),
            count => format!("anonymize {count} columns"),
        },
        (None, None, action) => action.word().to_owned(),
    }
}

/// What an edge means: `owned_by (customer_id): repoint`.
fn label(relation: &Relation) -> String {
    let same = relation.by_identity.as_ref().map(|kind| format!(", same {kind}")).unwrap_or_default();
    format!("{} ({}{same}){}", relation.kind.word(), columns(relation), decision(relation))
}

/// The same beside a line that shows the kind already: `customer_id: repoint`.
fn short_label(relation: &Relation) -> String {
    format!("{}{}", columns(relation), decision(relation))
}

fn columns(relation: &Relation) -> String {
    relation.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn decision(relation: &Relation) -> String {
    let word = match &relation.on_erase {
        None => return String::new(),
        Some(EdgeAction::Cut(Reference::Null)) => "null",
        Some(EdgeAction::Cut(Reference::Repoint)) => "repoint",
        Some(EdgeAction::Cut(Reference::Refuse)) => "refuse",
        Some(EdgeAction::Cascade) => "cascade",
        Some(EdgeAction::Row(action)) => action.word(),
    };
    format!(": {word}")
}

/// Whether the edge carries ownership, showing, or integrity alone.
fn stroke(kind: RelationKind) -> Stroke {
    match kind {
        RelationKind::OwnedBy | RelationKind::Owns => Stroke::Solid,
        RelationKind::AccessedBy | RelationKind::Accesses => Stroke::Dashed,
        RelationKind::RefersTo => Stroke::Dotted,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stroke {
    Solid,
    Dashed,
    Dotted,
}
