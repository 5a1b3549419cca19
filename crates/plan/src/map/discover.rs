//! A first map from a live schema: who the people are, what hangs on them, what each column holds, each with its
//! reason. A draft for a person to review; it never deletes shared content on a guess where it can leave it standing.

mod categories;
mod distance;
mod ghost;
mod infer;
mod links;
mod loose;
mod people;
mod roles;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{ModelRef, Name, TableRef};
use exeunt_datamap::DataMap;
use exeunt_datamap::model::{
    Action, Field, Ghost, IdentityKind, Ignored, Model, Processing, Relation, SourceMap, Span, TableName,
    TriggerDecision, TriggerEffect,
};
use exeunt_datamap::region::Residence;
use exeunt_datamap::render::{Notes, render_with};
use exeunt_source::catalog::{Catalog, Column, Table, TableSort, Trigger, Verb, Writes};

use crate::map::discover::links::Linked;
use crate::map::live::Live;

/// A first map and why it says what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// The map. Without models when no table looks like it holds people; such a map is not valid yet.
    pub map: DataMap,
    /// The reasons.
    pub notes: Notes,
}

impl Discovered {
    /// The map as YAML, reasons as comments.
    pub fn text(&self) -> String {
        let head = "# A first map, written by `exeunt map discover`. Review every `reason:`, then run `exeunt map check`.\n";
        let empty = self.map.models().next().is_none();
        let lost =
            "# No table looks like it holds people: describe one under `models:` with its `subject:`.\n";
        format!("{head}{}{}", if empty { lost } else { "" }, render_with(&self.map, &self.notes))
    }
}

/// How sure a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Declared, or named like it.
    High,
    /// Inferred from a name.
    Medium,
    /// Nothing better was found.
    Low,
}

/// What a column of a live table seems to hold, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The field as a map would describe it.
    pub field: Field,
    /// Why.
    pub why: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What a column seems to hold. Pure; only its name and type are looked at, never a row.
pub fn opinion(table: &Table, column: &Column, is_person: bool) -> Opinion {
    let guess = categories::guess(table, column, is_person);
    let field = Field {
        category: Some(guess.category.to_owned()),
        computed: guess.computed,
        hidden: guess.hidden,
        search: !guess.hidden,
        ..Field::structural(Span::default())
    };
    let (why, confidence) = match (guess.generic, guess.note) {
        (true, _) => (format!("only its type, {}, tells anything", column.type_name), Confidence::Low),
        (false, Some(note)) => (note.to_owned(), Confidence::Medium),
        (false, None) => (format!("named like it: {}", column.name), Confidence::High),
    };
    Opinion { field, why, confidence }
}

/// The table of a live schema that a map means; without a schema, the source's own one.
pub fn resolve(catalog: &Catalog, name: &TableName) -> Option<TableRef> {
    if name.schema.is_some() || catalog.default_schema.is_some() {
        let schema = name.schema.clone().or_else(|| catalog.default_schema.clone())?;
        return Some(TableRef { schema, name: name.name.clone() });
    }
    let mut named = catalog.tables.iter().filter(|table| table.name.name == name.name);
    let first = named.next()?;
    named.next().is_none().then(|| first.name.clone())
}

/// Writes a first map of one source. Pure: the same catalog gives the same map.
pub fn discover(catalog: &Catalog, source: &Name) -> Discovered {
    let guessed = infer::with_inferred_keys(catalog);
    let live = Live::new(&guessed.catalog);
    let people = people::find(&live);
    let linked = links::link(&live, &people, &guessed.inferred);
    let names = model_names(&live, linked.tables.keys());
    let writer = Writer { source, live: &live, names: &names, linked: &linked, people: &people };
    let mut notes = Notes::default();
    let models = linked.tables.keys().filter_map(|table| writer.model(table, &mut notes)).collect();
    let source_map = SourceMap {
        name: source.clone(),
        models,
        ignore: writer.ignored(),
        residence: Residence::default(),
        processing: Processing::default(),
        extra: BTreeMap::new(),
        span: Span::default(),
    };
    let mut map = DataMap { sources: BTreeMap::from([(source.clone(), source_map)]) };
    ghost::add(&mut map, &live, &names, &mut notes);
    Discovered { map, notes }
}

/// A short name for each mapped table: its own where no other schema has the same.
fn model_names<'t>(
    live: &Live<'_>,
    tables: impl Iterator<Item = &'t TableRef> + Clone,
) -> BTreeMap<TableRef, Name> {
    let clean = |text: &str| -> String {
        let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '.' | '/' | '\\' | '"' | '`');
        text.chars().take(100).map(|c| if bad(c) { '_' } else { c }).collect()
    };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = BTreeMap::new();
    // Tables of the default schema choose first.
    let default = live.catalog.default_schema.as_ref();
    let mut ordered: Vec<&TableRef> = tables.collect();
    ordered.sort_by_key(|table| (Some(&table.schema) != default, *table));
    for table in ordered {
        let short = clean(table.name.as_str());
        let long = clean(&format!("{}_{}", table.schema.as_str(), table.name.as_str()));
        let numbered = (2..).map(|number| format!("{long}_{number}"));
        let name = [short, long.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name));
        if let Some((text, name)) = name.and_then(|text| Name::new(&text).ok().map(|name| (text, name))) {
            taken.insert(text);
            names.insert(table.clone(), name);
        }
    }
    names
}

struct Writer<'a> {
    source: &'a Name,
    live: &'a Live<'a>,
    names: &'a BTreeMap<TableRef, Name>,
    linked: &'a Linked,
    people: &'a people::People,
}

impl Writer<'_> {
    fn at(&self, table: &TableRef) -> Option<ModelRef> {
        Some(ModelRef { source: self.source.clone(), model: self.names.get(table)?.clone() })
    }

    fn model(&self, table_name: &TableRef, notes: &mut Notes) -> Option<(Name, Model)> {
        let table = self.live.table(table_name)?;
        let links = self.linked.tables.get(table_name)?;
        let at = self.at(table_name)?;
        let subject = self.people.subjects.get(table_name);
        let mut relations = Vec::new();
        for link in &links.relations {
            let to = self.at(&link.to)?;
            notes.relations.insert((at.clone(), relations.len()), vec![format!("reason: {}", link.because)]);
            relations.push(Relation {
                to,
                by: link.by.clone(),
                on: link.on.clone(),
                kind: link.kind,
                when: link.when.clone(),
                by_identity: link.by_identity.clone(),
                redact: Vec::new(),
                shared: link.shared,
                on_erase: link.on_erase.clone(),
                span: Span::default(),
            });
        }
        let reasons = subject.map(|person| person.because.clone()).or_else(|| links.unlinked.clone());
        let mut lines: Vec<String> = reasons.iter().map(|reason| format!("reason: {reason}")).collect();
        let structural: BTreeSet<&Name> = key_of(table).into_iter().chain(links.columns()).collect();
        let mut fields = BTreeMap::new();
        for column in &table.columns {
            let guess = categories::guess(table, column, subject.is_some());
            let bare = structural.contains(&column.name) && guess.generic;
            let field = Field {
                category: (!bare).then(|| guess.category.to_owned()),
                computed: guess.computed,
                hidden: guess.hidden,
                search: !guess.hidden,
                ..Field::structural(Span::default())
            };
            if let Some(note) = guess.note {
                notes.fields.insert((at.clone(), column.name.clone()), vec![format!("reason: {note}")]);
            }
            fields.insert(column.name.clone(), field);
        }
        let (triggers, unsure) = triggers(table);
        lines.extend(unsure);
        lines.extend(links.remarks.iter().cloned());
        if !lines.is_empty() {
            notes.models.insert(at.clone(), lines);
        }
        let schema = (Some(&table.name.schema) != self.live.catalog.default_schema.as_ref())
            .then(|| table.name.schema.clone());
        let model = Model {
            table: TableName { schema, name: table.name.name.clone() },
            key: key_of(table).into_iter().cloned().collect(),
            subject: subject.map(identities),
            fields,
            relations,
            on_erase: if links.unlinked.is_some() { Action::Detach } else { Action::Delete },
            on_anonymize: None,
            keep: None,
            ghost: None::<Ghost>,
            unlinked: links.unlinked.clone(),
            triggers,
            processing: None,
            extra: BTreeMap::new(),
            span: Span::default(),
        };
        Some((at.model, model))
    }

    /// Everything else, with a reason that says what to look at.
    fn ignored(&self) -> BTreeMap<TableName, Ignored> {
        let mut ignored = BTreeMap::new();
        for table in &self.live.catalog.tables {
            let part = match &table.sort {
                TableSort::PartitionOf(_) => true,
                TableSort::InheritsFrom(parent) => self.linked.tables.contains_key(parent),
                _ => false,
            };
            if part || self.linked.tables.contains_key(&table.name) {
                continue;
            }
            let because = self.why_ignored(table);
            ignored.insert(TableName::from(&table.name), Ignored { because, span: Span::default() });
        }
        ignored
    }

    fn why_ignored(&self, table: &Table) -> String {
        let personal: Vec<&str> = table
            .columns
            .iter()
            .filter(|column| {
                categories::is_telling(table, column) || categories::guess(table, column, false).hidden
            })
            .map(|column| column.name.as_str())
            .collect();
        match (&table.sort, personal.is_empty()) {
            (TableSort::Remote(what), _) => {
                format!("virtual or foreign table ({what}); may hold copies (check)")
            }
            (_, true) => match words::polymorphic(table).first() {
                Some((sort, id)) => format!("points at rows of any table by {sort} and {id} (check)"),
                None => String::from("not linked to a person (check)"),
            },
            (_, false) => format!("not linked to a person, but holds {} (check)", personal.join(", ")),
        }
    }
}

fn identities(person: &people::Person) -> BTreeMap<IdentityKind, Name> {
    person
        .identities
        .iter()
        .filter_map(|(kind, column)| Some((IdentityKind::new(kind)?, column.clone())))
        .collect()
}

/// The primary key, else a unique constraint whose columns refuse NULL.
fn key_of(table: &Table) -> Vec<&Name> {
    if !table.primary_key.is_empty() {
        return table.primary_key.iter().collect();
    }
    let firm = |columns: &[Name]| {
        columns.iter().all(|name| table.column(name).is_some_and(|column| column.not_null))
    };
    let unique = table
        .uniques
        .iter()
        .filter(|unique| unique.whole && !unique.columns.is_empty() && firm(&unique.columns));
    unique
        .min_by_key(|unique| unique.columns.len())
        .map(|unique| unique.columns.iter().collect())
        .unwrap_or_default()
}

/// What can be decided about triggers from what they are seen to write; the rest is said, and left to `map check`.
fn triggers(table: &Table) -> (BTreeMap<Name, TriggerDecision>, Vec<String>) {
    let mut decided = BTreeMap::new();
    let mut unsure = Vec::new();
    for trigger in table.triggers.iter().filter(|trigger| trigger.enabled) {
        match effect(table, trigger) {
            Some((effect, because)) => {
                let because = because.to_owned();
                decided
                    .insert(trigger.name.clone(), TriggerDecision { effect, because, span: Span::default() });
            }
            None => unsure.push(format!("trigger `{}` must be decided under `triggers:`", trigger.name)),
        }
    }
    (decided, unsure)
}

fn effect(table: &Table, trigger: &Trigger) -> Option<(TriggerEffect, &'static str)> {
    let Writes::Known(writes) = &trigger.writes else { return None };
    let elsewhere: Vec<_> = writes.iter().filter(|write| write.table != table.name).collect();
    if elsewhere.is_empty() {
        return Some((TriggerEffect::Local, "it writes no other table"));
    }
    if elsewhere.iter().all(|write| write.verb == Verb::Count) {
        return Some((TriggerEffect::Counter, "it only adds to and takes from numbers"));
    }
    let logs =
        elsewhere.iter().all(|write| write.verb == Verb::Insert && words::is_log(write.table.name.as_str()));
    logs.then_some((TriggerEffect::Log, "it only adds to a log table"))
}
