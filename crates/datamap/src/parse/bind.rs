//! Drafts to one map: sources merged, relations bound to their targets, structural columns added.

use std::collections::BTreeMap;

use exeunt_base::{ModelRef, Name};

use crate::model::{
    Action, DataMap, EdgeAction, Extra, Field, IdentityKind, KeepFrom, Model, Processing, Relation,
    RelationKind, SourceMap, Then,
};
use crate::parse::document::{Draft, ModelDraft};
use crate::parse::entry::Entry;
use crate::parse::relation::Link;
use crate::parse::{Desk, Problem};
use crate::region::Residence;
use crate::suggest::{did_you_mean, shown};

/// What links need to know of the models they may lead to.
struct Target {
    key: Vec<Name>,
    subject: Option<BTreeMap<IdentityKind, Name>>,
}

/// The map, and where each model stands in its file.
pub(super) fn bind(drafts: Vec<Draft<'_>>) -> (DataMap, BTreeMap<ModelRef, Entry<'_>>) {
    let targets: BTreeMap<ModelRef, Target> = drafts.iter().flat_map(targets_of).collect();
    let mut map = DataMap::default();
    let mut entries = BTreeMap::new();
    for draft in drafts {
        let Draft { name, entry, models, ignore, residence, processing, extra } = draft;
        let source = map.sources.entry(name.clone()).or_insert_with(|| SourceMap {
            name: name.clone(),
            models: BTreeMap::new(),
            ignore: BTreeMap::new(),
            residence: Residence::default(),
            processing: Processing::default(),
            extra: Extra::new(),
            span: entry.span(),
        });
        if let Some(processing) = processing {
            if source.processing != Processing::default() {
                entry.wrong(format!("`processing:` of source `{name}` is written twice"), None);
            }
            source.processing = processing;
        }
        if residence != Residence::default() {
            if source.residence != Residence::default() && source.residence != residence {
                entry.wrong(
                    format!("another document says something else of where source `{name}` is"),
                    String::from("write `region:` and `stays_in:` once"),
                );
            }
            source.residence = residence;
        }
        source.ignore.extend(ignore);
        source.extra.extend(extra);
        for (model_name, draft) in models {
            if let Some(first) = source.models.get(&model_name) {
                let at = &first.span;
                draft.entry.wrong(format!("the model `{model_name}` is described at {at} already"), None);
                continue;
            }
            let at = ModelRef { source: name.clone(), model: model_name.clone() };
            entries.insert(at.clone(), draft.entry.clone());
            source.models.insert(model_name, model(&at, draft, &targets));
        }
    }
    (map, entries)
}

fn targets_of(draft: &Draft<'_>) -> Vec<(ModelRef, Target)> {
    let target = |(name, model): (&Name, &ModelDraft<'_>)| {
        let at = ModelRef { source: draft.name.clone(), model: name.clone() };
        (at, Target { key: model.model.key.clone(), subject: model.model.subject.clone() })
    };
    draft.models.iter().map(target).collect()
}

fn model(at: &ModelRef, draft: ModelDraft<'_>, targets: &BTreeMap<ModelRef, Target>) -> Model {
    let ModelDraft { mut model, decided, links, entry } = draft;
    model.relations = links.iter().filter_map(|link| relation(at, link, targets)).collect();
    let owned = model.relations.iter().any(|relation| relation.kind == RelationKind::OwnedBy);
    if !decided && (model.subject.is_some() || owned) {
        // a person's own rows go with the person, unless the map says otherwise
        model.on_erase = Action::Delete;
    }
    let structural: Vec<Name> = model
        .key
        .iter()
        .chain(links.iter().flat_map(|link| link.by.iter().chain(link.when.keys())))
        .cloned()
        .chain(named_elsewhere(&model))
        .collect();
    for (name, field) in &model.fields {
        if field.category.is_none() && !structural.contains(name) {
            no_category(entry.desk, field, &entry.path, name);
        }
    }
    for name in structural {
        model.fields.entry(name).or_insert_with(|| Field::structural(model.span.clone()));
    }
    model
}

/// Columns that the map names outside `fields:`. They count as mapped; `map check` tells those the table does not have.
fn named_elsewhere(model: &Model) -> Vec<Name> {
    let masked = |action: &Action| match action {
        Action::Anonymize(methods) => methods.keys().cloned().collect(),
        _ => Vec::new(),
    };
    let mut names: Vec<Name> = model.subject.iter().flat_map(|kinds| kinds.values().cloned()).collect();
    names.extend(masked(&model.on_erase));
    names.extend(model.on_anonymize.iter().flat_map(masked));
    for relation in &model.relations {
        names.extend(relation.redact.iter().cloned());
        if let Some(EdgeAction::Row(action)) = &relation.on_erase {
            names.extend(masked(action));
        }
    }
    if let Some(keep) = &model.keep {
        if let KeepFrom::Column(column) = &keep.from {
            names.push(column.clone());
        }
        if let Then::Anonymize(methods) = &keep.then {
            names.extend(methods.keys().cloned());
        }
    }
    names.extend(model.ghost.iter().flat_map(|ghost| ghost.row.keys().cloned()));
    names
}

fn no_category(desk: &Desk, field: &Field, path: &str, name: &Name) {
    let fix =
        "add `category:`, such as `user.content`, or `system.operations` when it says nothing of a person";
    desk.put(Problem {
        span: field.span.clone(),
        path: format!("{path}.fields.{}", shown(name.as_str())),
        what: String::from("the field has no data category"),
        fix: Some(fix.to_owned()),
    });
}

fn relation(at: &ModelRef, link: &Link<'_>, targets: &BTreeMap<ModelRef, Target>) -> Option<Relation> {
    let to = find(at, link, targets)?;
    let target = targets.get(&to)?;
    let on = match (&link.by_identity, &link.on) {
        (Some(_), Some(_)) => {
            link.entry.wrong("`on:` and `by_identity:` exclude each other", None);
            return None;
        }
        (Some(kind), None) => {
            let columns = target.subject.as_ref();
            let Some(column) = columns.and_then(|subject| subject.get(kind)) else {
                let known = columns.into_iter().flat_map(|subject| subject.keys().map(IdentityKind::as_str));
                let fix = did_you_mean(kind.as_str(), known)
                    .unwrap_or_else(|| format!("add `{kind}` to the `subject:` of `{}`", to.model));
                link.entry.wrong(format!("`{}` holds no identifier of kind `{kind}`", to.model), fix);
                return None;
            };
            vec![column.clone()]
        }
        (None, Some(on)) => on.clone(),
        (None, None) if target.key.is_empty() => {
            let fix = "name the columns it is joined on with `on:`";
            link.entry.wrong(format!("`{}` has no key to refer to", to.model), String::from(fix));
            return None;
        }
        (None, None) => target.key.clone(),
    };
    if link.by.len() != on.len() || on.is_empty() {
        let there = on.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let what = format!(
            "`by:` names {} but `{}` is referred to by {} ({})",
            columns(link.by.len()),
            to.model,
            columns(on.len()),
            shown(&there)
        );
        link.entry.wrong(what, String::from("name one column for each, in the same order"));
        return None;
    }
    Some(Relation {
        to,
        by: link.by.clone(),
        on,
        kind: link.kind,
        when: link.when.clone(),
        by_identity: link.by_identity.clone(),
        redact: link.redact.clone(),
        shared: link.shared,
        on_erase: link.on_erase.clone(),
        span: link.entry.span(),
    })
}

fn columns(count: usize) -> String {
    if count == 1 { String::from("1 column") } else { format!("{count} columns") }
}

/// `model` in the same source, or `source.model`.
fn find(at: &ModelRef, link: &Link<'_>, targets: &BTreeMap<ModelRef, Target>) -> Option<ModelRef> {
    let (source, model) = match link.to_word.split_once('.') {
        Some((source, model)) => (Name::new(source).ok(), model),
        None => (Some(at.source.clone()), link.to_word.as_str()),
    };
    let to = source.zip(Name::new(model).ok()).map(|(source, model)| ModelRef { source, model });
    let found = to.filter(|to| targets.contains_key(to));
    if found.is_none() {
        let names: Vec<String> = targets
            .keys()
            .map(|to| if to.source == at.source { to.model.to_string() } else { to.to_string() })
            .collect();
        let fix = did_you_mean(&link.to_word, names.iter().map(String::as_str))
            .or_else(|| {
                targets.keys().find(|to| to.model.as_str() == model).map(|to| format!("did you mean `{to}`?"))
            })
            .unwrap_or_else(|| String::from("describe it under `models:`"));
        link.to.wrong(format!("there is no model `{}`", shown(&link.to_word)), fix);
    }
    found
}
