//! What an answer to a person holds: their own rows, and rows they have access to, with what is withheld from those.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::Name;
use exeunt_datamap::model::{Relation, RelationKind};

use crate::build::graph;
use crate::build::nobody;
use crate::build::owned::{Owned, joined, paths};
use crate::build::parts;
use crate::build::reach::Reach;
use crate::build::schema::{ModelId, Schema};
use crate::build::sets::{Path, SetDraft, SetId};
use crate::document::{ReadField, ReadModel, Right};

/// A model shown because of access: its set and the columns withheld.
struct Shown {
    set: SetId,
    redact: BTreeSet<Name>,
}

/// The models of the answer, subject models first, each after those it hangs by.
pub(crate) fn reads<'a>(schema: &Schema<'a>, reach: &Reach<'a>, owned: &mut Owned<'a>) -> Vec<ReadModel> {
    let mut list: Vec<ReadModel> = Vec::new();
    let mut order: Vec<ModelId> = reach.order.iter().copied().filter(|model| reach.reaches(*model)).collect();
    order.sort_by_key(|model| schema.models[*model].model.subject.is_none());
    for model in order {
        let sets: Vec<SetId> = owned.parts_of(model).map(|part| part.set).collect();
        for set in sets {
            list.push(ReadModel { set, accessed: false, fields: fields(schema, model, &BTreeSet::new()) });
        }
    }
    if schema.inputs.right == Right::Access {
        for (model, shown) in accessed(schema, reach, owned) {
            list.push(ReadModel {
                set: shown.set,
                accessed: true,
                fields: fields(schema, model, &shown.redact),
            });
        }
    }
    list
}

/// Rows shown by `accessed_by` and `accesses`, and what is owned below them; never through another person's row.
fn accessed<'a>(schema: &Schema<'a>, reach: &Reach<'a>, owned: &mut Owned<'a>) -> Vec<(ModelId, Shown)> {
    let mut steps: Vec<(ModelId, ModelId, &'a Relation, bool)> = Vec::new();
    for (holder, _, other, relation) in schema.relations() {
        match relation.kind {
            RelationKind::AccessedBy if reach.reaches(other) || relation.by_identity.is_some() => {
                steps.push((other, holder, relation, true));
            }
            RelationKind::Accesses if reach.reaches(holder) => steps.push((holder, other, relation, true)),
            RelationKind::OwnedBy => steps.push((other, holder, relation, false)),
            RelationKind::Owns => steps.push((holder, other, relation, false)),
            _ => {}
        }
    }
    let person = |model: ModelId| schema.models[model].model.subject.is_some();
    let mut sets: BTreeMap<ModelId, Shown> = BTreeMap::new();
    let mut used: Vec<(ModelId, ModelId, &Relation, bool)> = Vec::new();
    let mut taken = vec![false; steps.len()];
    loop {
        let before = used.len();
        for (place, &(from, to, relation, direct)) in steps.iter().enumerate() {
            let open = direct || sets.contains_key(&from) && !person(from) && !person(to);
            let told = relation.by_identity.is_none() || direct && relation.kind == RelationKind::AccessedBy;
            if taken[place] || !open || !told {
                continue;
            }
            taken[place] = true;
            used.push((from, to, relation, direct));
            sets.entry(to).or_insert_with(|| {
                let mut draft = SetDraft::new(to);
                draft.why = format!("{}: shown to the person", schema.models[to].at);
                draft.yields_to = owned.parts_of(to).map(|part| part.set).collect();
                Shown { set: owned.sets.add(draft), redact: BTreeSet::new() }
            });
        }
        if used.len() == before {
            break;
        }
    }
    for &(from, to, relation, direct) in &used {
        let found = path(schema, reach, owned, &sets, (from, to, relation, direct));
        let Some(shown) = sets.get_mut(&to) else { continue };
        if direct {
            shown.redact.extend(relation.redact.iter().cloned());
        }
        let draft = &mut owned.sets.drafts[shown.set];
        for path in found {
            if !draft.paths.contains(&path) {
                draft.paths.push(path);
            }
        }
        draft.why.push_str(&format!(
            "; by {} of {}",
            joined(&relation.by),
            schema.models[if relation_holder(relation) { to } else { from }].at
        ));
    }
    owned.settle();
    let mut leads = vec![BTreeSet::new(); schema.models.len()];
    for &(from, to, _, direct) in &used {
        if !direct {
            leads[from].insert(to);
        }
    }
    let order = graph::components(&leads).concat();
    order.into_iter().filter_map(|model| sets.remove(&model).map(|shown| (model, shown))).collect()
}

/// Whether the model reached holds the relation.
fn relation_holder(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::AccessedBy | RelationKind::OwnedBy)
}

fn path<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    owned: &mut Owned<'a>,
    sets: &BTreeMap<ModelId, Shown>,
    (from, to, relation, direct): (ModelId, ModelId, &'a Relation, bool),
) -> Vec<Path> {
    if let Some(kind) = &relation.by_identity {
        return paths::identity_paths(schema, reach, owned, to, relation, kind);
    }
    let down = relation_holder(relation);
    if direct {
        if down {
            let filters = parts::when_filters(schema.table_of(to), &relation.when);
            return owned.hop(schema, &relation.by, from, &relation.on, filters);
        }
        return paths::upward(schema, owned, relation, from);
    }
    let Some(above) = sets.get(&from).map(|shown| shown.set) else { return Vec::new() };
    if down {
        let filters = parts::when_filters(schema.table_of(to), &relation.when);
        return vec![owned.sets.path_to(schema, above, &relation.by, &relation.on, filters)];
    }
    let tests = parts::when_filters(schema.table_of(from), &relation.when);
    let real = nobody::not_a_ghost(schema, from, relation);
    let start = if tests.is_empty() { above } else { owned.filtered(schema, above, tests) };
    vec![owned.sets.path_to(schema, start, &relation.on, &relation.by, real)]
}

/// Fields in the order of the table's columns: what the map hides, and what is computed where only given data counts,
/// is left out.
fn fields(schema: &Schema<'_>, model: ModelId, redact: &BTreeSet<Name>) -> Vec<ReadField> {
    let node = &schema.models[model];
    let table = schema.table_of(model).table;
    let portable = schema.inputs.right == Right::Portability;
    let shown = |column: &exeunt_source::catalog::Column| {
        let field = node.model.fields.get(&column.name)?;
        if field.hidden || portable && field.computed {
            return None;
        }
        Some(ReadField {
            column: column.name.clone(),
            category: field.category.clone().unwrap_or_default(),
            title: field.title.clone().unwrap_or_default(),
            computed: field.computed,
            redacted: redact.contains(&column.name),
        })
    };
    table.columns.iter().filter_map(shown).collect()
}
