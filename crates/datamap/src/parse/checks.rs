//! The map against itself: every name that is used exists, every row can be reached, every decision can be carried out.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{ModelRef, Name};

use crate::model::{
    Action, DataMap, EdgeAction, KeepFrom, Method, Model, Reference, Relation, RelationKind, Span, Then,
};
use crate::parse::entry::Entry;
use crate::parse::{Desk, Problem};
use crate::reach;
use crate::suggest::{did_you_mean, shown};

/// Reports what does not hold together. With `broken` files, nothing is said about models that may just be missing.
pub(super) fn check(map: &DataMap, entries: &BTreeMap<ModelRef, Entry<'_>>, desk: &Desk, broken: bool) {
    for (at, model) in map.models() {
        let Some(entry) = entries.get(&at) else { continue };
        let checks = Checks { map, desk, entry, at: &at, model };
        checks.fields();
        checks.action(&model.on_erase, &["on_erase"]);
        if let Some(action) = &model.on_anonymize {
            checks.action(action, &["on_anonymize"]);
        }
        checks.keep();
        model.relations.iter().for_each(|relation| checks.relation(relation));
    }
    twice_mapped(map, desk);
    if broken || map.sources.is_empty() || !desk.problems.borrow().is_empty() {
        return;
    }
    if map.subjects().next().is_none() {
        let span = map.sources.values().next().map(|source| source.span.clone()).unwrap_or_default();
        let fix = "add `subject: { email: email }` to the model that holds people";
        desk.put(problem(span, "models", "no model holds people", Some(fix.to_owned())));
        return;
    }
    let reached = reach::reached(map);
    for (at, model) in map.models() {
        if !reached.contains_key(&at) && model.unlinked.is_none() {
            let fix = "add a relation that leads to one, or say why not with `unlinked: \"reason\"`";
            let path = format!("models.{}", at.model);
            desk.put(problem(
                model.span.clone(),
                &path,
                "no relation leads to a person",
                Some(fix.to_owned()),
            ));
        }
    }
}

struct Checks<'a> {
    map: &'a DataMap,
    desk: &'a Desk,
    entry: &'a Entry<'a>,
    at: &'a ModelRef,
    model: &'a Model,
}

impl Checks<'_> {
    fn wrong(&self, keys: &[&str], what: impl Into<String>, fix: Option<String>) {
        let number = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
        let word = |key: &&str| if number(key) { format!("[{key}]") } else { format!(".{}", shown(key)) };
        let below: String = keys.iter().map(word).collect();
        let path = format!("models.{}{below}", self.at.model);
        self.desk.put(problem(self.entry.seek(keys), &path, what, fix));
    }

    /// Every name is a field of `model`.
    fn known<'n>(&self, names: impl IntoIterator<Item = &'n Name>, model: &Model, keys: &[&str]) {
        for name in names {
            if !model.fields.contains_key(name) {
                let fix = did_you_mean(name.as_str(), model.fields.keys().map(Name::as_str))
                    .unwrap_or_else(|| String::from("add it under `fields:` with its category"));
                let keys = [keys, &[name.as_str()]].concat();
                let what = format!("there is no field `{}`", shown(name.as_str()));
                // A name that is a value (`from: paid_at`), not a key, is shown where the value is.
                let shown_at = if self.entry.has(&keys) { &keys[..] } else { &keys[..keys.len() - 1] };
                self.wrong(shown_at, what, Some(fix));
            }
        }
    }

    fn fields(&self) {
        let model = self.model;
        for (kind, name) in model.subject.iter().flatten() {
            self.known([name], model, &["subject", kind.as_str()]);
        }
        self.known(model.ghost.iter().flat_map(|ghost| ghost.row.keys()), model, &["ghost", "row"]);
    }

    fn methods(&self, methods: &BTreeMap<Name, Method>, keys: &[&str]) {
        self.known(methods.keys(), self.model, &[keys, &["anonymize"]].concat());
    }

    fn action(&self, action: &Action, keys: &[&str]) {
        match action {
            Action::Anonymize(methods) => self.methods(methods, keys),
            // A `keep:` that could not be read has been reported already.
            Action::Keep if self.model.keep.is_none() && !self.entry.has(&["keep"]) => {
                let fix = "add `keep:` with `for`, `from` and `because`, or choose another action";
                self.wrong(
                    keys,
                    "nothing says by which law and until when the row is kept",
                    Some(fix.to_owned()),
                );
            }
            _ => {}
        }
    }

    fn keep(&self) {
        let Some(keep) = &self.model.keep else { return };
        if let KeepFrom::Column(column) = &keep.from {
            self.known([column], self.model, &["keep", "from"]);
        }
        self.known(keep.when.keys(), self.model, &["keep", "when"]);
        if let Then::Anonymize(methods) = &keep.then {
            self.methods(methods, &["keep", "then"]);
        }
        let fates = self.model.relations.iter().filter_map(|relation| match &relation.on_erase {
            Some(EdgeAction::Row(action)) => Some(action),
            _ => None,
        });
        let keeps = |action: &Action| matches!(action, Action::Keep | Action::Anonymize(_));
        if !keeps(&self.model.on_erase) && !fates.into_iter().any(keeps) {
            let fix = "choose `on_erase: keep` or `on_erase: { anonymize: … }`, or leave `keep:` out";
            let word = self.model.on_erase.word();
            self.wrong(
                &["keep"],
                format!("rows cannot be kept with `on_erase: {word}`"),
                Some(fix.to_owned()),
            );
        }
    }

    fn relation(&self, relation: &Relation) {
        // Relations that could not be read are missing from the list: the number as written is found by place.
        let number = self.entry.number_of("relations", &relation.span).to_string();
        let keys = ["relations", number.as_str()];
        let below = |key: &'static str| ["relations", number.as_str(), key];
        let Some(target) = self.map.model(&relation.to) else { return };
        self.known(&relation.on, target, &below("on"));
        let shown_row = if relation.kind == RelationKind::Accesses { target } else { self.model };
        self.known(&relation.redact, shown_row, &below("redact"));
        if relation.to == *self.at && relation.by == relation.on {
            self.wrong(&keys, "the relation leads from a row to itself", None);
        }
        match &relation.on_erase {
            Some(EdgeAction::Row(action)) => self.action(action, &below("on_erase")),
            Some(EdgeAction::Cut(Reference::Repoint)) if target.ghost.is_none() => {
                let fix = format!("add `ghost:` to the model `{}`", relation.to.model);
                let what = format!("`repoint` needs a ghost, and `{}` has none", relation.to.model);
                self.wrong(&below("on_erase"), what, Some(fix));
            }
            _ => {}
        }
        let twin = |other: &&Relation| {
            (&other.to, &other.by, &other.on, other.kind, &other.when)
                == (&relation.to, &relation.by, &relation.on, relation.kind, &relation.when)
        };
        let first = self.model.relations.iter().find(twin);
        if first.is_some_and(|first| !std::ptr::eq(first, relation)) {
            self.wrong(&keys, "the same relation is written twice", None);
        }
    }
}

/// A table is mapped once: two models of one table would erase, keep and count its rows twice.
fn twice_mapped(map: &DataMap, desk: &Desk) {
    for source in map.sources.values() {
        let mut seen: BTreeMap<_, &Name> = BTreeMap::new();
        for (name, model) in &source.models {
            if let Some(first) = seen.insert(model.table.clone(), name) {
                let what = format!("the table `{}` is mapped by the model `{first}` already", model.table);
                desk.put(problem(model.span.clone(), &format!("models.{name}.table"), what, None));
            }
        }
        let tables: BTreeSet<_> = source.models.values().map(|model| &model.table).collect();
        for (table, ignored) in source.ignore.iter().filter(|(table, _)| tables.contains(table)) {
            let what = format!("the table `{table}` is mapped and ignored at once");
            desk.put(problem(ignored.span.clone(), "ignore", what, None));
        }
    }
}

fn problem(span: Span, path: &str, what: impl Into<String>, fix: Option<String>) -> Problem {
    Problem { span, path: path.to_owned(), what: what.into(), fix }
}
