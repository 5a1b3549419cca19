//! Fides datasets as a first map.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use exeunt_base::{ModelRef, Name};

use crate::categories;
use crate::model::{
    Action, DataMap, Extra, Field, IdentityKind, Model, Processing, Relation, RelationKind, Shared,
    SourceMap, Span, TableName,
};
use crate::parse::{Problem, Problems};
use crate::region::Residence;
use crate::render::{Notes, render_with};
use crate::suggest::shown;
use crate::yaml::write::Out;
use crate::yaml::{Mark, Node, Value, read};
use crate::{reach, suggest};

/// A map made from Fides datasets, to be reviewed. Not yet valid when the datasets name no identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The map.
    pub map: DataMap,
    /// What could not be taken over, and what was assumed.
    pub notes: Notes,
}

impl Imported {
    /// The map as YAML, with what was assumed as comments.
    pub fn text(&self) -> String {
        let head = "# Imported from Fides. Fides does not say what erasure does to a row: review every `on_erase:`.\n";
        format!("{head}{}", render_with(&self.map, &self.notes))
    }
}

/// Reads a file of Fides datasets.
pub fn import(file: &str, text: &str) -> Result<Imported, Problems> {
    let file: Arc<str> = suggest::shown(file).into();
    let span = |at: Mark| Span { file: file.clone(), line: at.line, column: at.column };
    let problem = |at: Mark, what: &str| Problem {
        span: span(at),
        path: String::new(),
        what: what.to_owned(),
        fix: None,
    };
    let (documents, flaws) = read(text);
    if !flaws.is_empty() {
        return Err(Problems(flaws.iter().map(|flaw| problem(flaw.at, &flaw.what)).collect()));
    }
    let mut reader = Reader::default();
    let mut problems = Vec::new();
    for node in &documents {
        let datasets: Vec<&Node> = match get(node, "dataset").map(|found| &found.value) {
            Some(Value::List(items)) => items.iter().collect(),
            Some(_) => get(node, "dataset").into_iter().collect(),
            None => vec![node],
        };
        for dataset in datasets {
            if let Err((at, what)) = reader.dataset(dataset) {
                problems.push(problem(at, &what));
            }
        }
    }
    if reader.map.sources.is_empty() && problems.is_empty() {
        problems.push(problem(Mark { line: 1, column: 1 }, "the file holds no Fides dataset"));
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    reader.link();
    Ok(Imported { map: reader.map, notes: reader.notes })
}

/// A reference still to be bound.
struct Pending {
    at: ModelRef,
    by: Name,
    dataset: String,
    field: String,
    direction: Option<String>,
}

#[derive(Default)]
struct Reader {
    map: DataMap,
    notes: Notes,
    pending: Vec<Pending>,
}

type Wrong = (Mark, String);

impl Reader {
    fn dataset(&mut self, node: &Node) -> Result<(), Wrong> {
        let key = text(node, "fides_key").ok_or((node.at, String::from("the dataset has no `fides_key`")))?;
        let name = plain_name(&key).ok_or((node.at, format!("`{}` cannot name a source", shown(&key))))?;
        let mut extra = rest(node, &["fides_key", "collections"]);
        if name.as_str() != key {
            extra.insert(String::from("fides_key"), Out::text(&key));
        }
        let mut source = SourceMap {
            name: name.clone(),
            models: BTreeMap::new(),
            ignore: BTreeMap::new(),
            residence: Residence::default(),
            processing: Processing::default(),
            extra,
            span: Span::default(),
        };
        for collection in list(node, "collections") {
            let written = text(collection, "name")
                .ok_or((collection.at, String::from("the collection has no `name`")))?;
            let model_name = plain_name(&written)
                .ok_or((collection.at, format!("`{}` cannot name a model", shown(&written))))?;
            let table = Name::new(&written).map_err(|bad| (collection.at, bad.to_string()))?;
            let at = ModelRef { source: name.clone(), model: model_name.clone() };
            let model = self.collection(&at, table, collection)?;
            if source.models.insert(model_name, model).is_some() {
                return Err((
                    collection.at,
                    format!("the collection `{}` is described twice", shown(&written)),
                ));
            }
        }
        if self.map.sources.insert(name, source).is_some() {
            return Err((node.at, format!("the dataset `{}` is described twice", shown(&key))));
        }
        Ok(())
    }

    fn collection(&mut self, at: &ModelRef, table: Name, node: &Node) -> Result<Model, Wrong> {
        let mut model = Model {
            table: TableName { schema: None, name: table },
            key: Vec::new(),
            subject: None,
            fields: BTreeMap::new(),
            relations: Vec::new(),
            on_erase: Action::Delete,
            on_anonymize: None,
            keep: None,
            ghost: None,
            unlinked: None,
            triggers: BTreeMap::new(),
            processing: None,
            extra: rest(node, &["name", "fields"]),
            span: Span::default(),
        };
        for field in list(node, "fields") {
            let written = text(field, "name").ok_or((field.at, String::from("the field has no `name`")))?;
            let name = Name::new(&written).map_err(|bad| (field.at, bad.to_string()))?;
            self.field(at, &mut model, name, field);
        }
        Ok(model)
    }

    fn field(&mut self, at: &ModelRef, model: &mut Model, name: Name, node: &Node) {
        let nested = list(node, "fields").into_iter().flat_map(|inner| texts(inner, "data_categories"));
        let named = texts(node, "data_categories");
        let first = named.first().cloned().or_else(|| nested.into_iter().next());
        let mut extra = rest(node, &["name", "description", "data_categories"]);
        let known = first.as_deref().map(nearest_known);
        if named.len() > 1 || first.as_deref() != known {
            extra.extend(
                get(node, "data_categories").map(|kept| (String::from("data_categories"), Out::from(kept))),
            );
        }
        if let (Some(first), Some(known)) = (&first, known)
            && first != known
        {
            let note =
                format!("the taxonomy has no category {}; its nearest parent stands here", shown(first));
            self.notes.fields.insert((at.clone(), name.clone()), vec![note]);
        }
        let field = Field {
            category: Some(known.unwrap_or("system.operations").to_owned()),
            description: text(node, "description"),
            extra,
            ..Field::structural(Span::default())
        };
        let meta = get(node, "fides_meta").or_else(|| get(node, "fidesops_meta"));
        if let Some(meta) = meta {
            if text(meta, "primary_key").is_some_and(|word| word.eq_ignore_ascii_case("true")) {
                model.key.push(name.clone());
            }
            if let Some(word) = text(meta, "identity") {
                let subject = model.subject.get_or_insert_default();
                // A second e-mail column is another kind of identifier; a number keeps the two apart.
                let words =
                    std::iter::once(word.clone()).chain((2..).map(|number| format!("{word}_{number}")));
                let kind = words
                    .take(100)
                    .filter_map(|word| IdentityKind::new(&word))
                    .find(|kind| !subject.contains_key(kind));
                if let Some(kind) = kind {
                    subject.insert(kind, name.clone());
                }
            }
            for reference in list(meta, "references") {
                if let (Some(dataset), Some(field)) = (text(reference, "dataset"), text(reference, "field")) {
                    let direction = text(reference, "direction");
                    self.pending.push(Pending {
                        at: at.clone(),
                        by: name.clone(),
                        dataset,
                        field,
                        direction,
                    });
                }
            }
        }
        model.fields.insert(name, field);
    }

    fn link(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            if let Err(why) = self.relation(&pending) {
                let note = format!(
                    "the reference to {}.{} was left out: {why}",
                    shown(&pending.dataset),
                    shown(&pending.field)
                );
                self.notes.fields.entry((pending.at, pending.by)).or_default().push(note);
            }
        }
        for source in self.map.sources.values_mut() {
            for model in source
                .models
                .values_mut()
                .filter(|model| model.subject.as_ref().is_some_and(BTreeMap::is_empty))
            {
                model.subject = None;
            }
        }
        let reached: BTreeSet<ModelRef> = reach::reached(&self.map).into_keys().collect();
        for source in self.map.sources.values_mut() {
            for (name, model) in &mut source.models {
                let at = ModelRef { source: source.name.clone(), model: name.clone() };
                if !reached.contains(&at) {
                    model.unlinked = Some(String::from("nothing in the Fides dataset links it to a person"));
                    model.on_erase = Action::Detach;
                }
            }
        }
    }

    fn relation(&mut self, pending: &Pending) -> Result<(), &'static str> {
        let (collection, column) = pending.field.split_once('.').ok_or("it names no field")?;
        let to = plain_name(&pending.dataset).zip(plain_name(collection)).ok_or("it cannot be read")?;
        let to = ModelRef { source: to.0, model: to.1 };
        let target = self.map.model(&to).ok_or("its dataset or collection is not in this file")?;
        let column = Name::new(column).map_err(|_| "it cannot be read")?;
        if !target.fields.contains_key(&column) {
            return Err("the field there is nested or unknown");
        }
        let personal = target
            .fields
            .values()
            .any(|field| field.category.as_deref().is_some_and(categories::is_personal));
        let (kind, shared) = match pending.direction.as_deref() {
            Some("to") if personal => (RelationKind::Owns, Some(Shared::LastOwner)),
            Some("to") => (RelationKind::Accesses, None),
            _ => (RelationKind::OwnedBy, None),
        };
        let relation = Relation {
            to,
            by: vec![pending.by.clone()],
            on: vec![column],
            kind,
            when: BTreeMap::new(),
            by_identity: None,
            redact: Vec::new(),
            shared,
            on_erase: None,
            span: Span::default(),
        };
        let source = self.map.sources.get_mut(&pending.at.source).ok_or("its source is missing")?;
        let model = source.models.get_mut(&pending.at.model).ok_or("its model is missing")?;
        if !model.relations.contains(&relation) {
            model.relations.push(relation);
        }
        Ok(())
    }
}

/// The category, or the nearest of its parents that the taxonomy knows.
fn nearest_known(key: &str) -> &str {
    let mut known = key;
    while !categories::is_known(known) {
        match known.rsplit_once('.') {
            Some((parent, _)) => known = parent,
            None => return "user",
        }
    }
    known
}

/// Names of sources and models hold no dots.
fn plain_name(text: &str) -> Option<Name> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '.' | '/' | '\\' | '"' | '`');
    let plain: String = text.chars().take(128).map(|c| if bad(c) { '_' } else { c }).collect();
    Name::new(&plain).ok()
}

fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(pairs) => pairs.iter().find(|(known, _)| known.text == key).map(|(_, value)| value),
        _ => None,
    }
}

fn text(node: &Node, key: &str) -> Option<String> {
    match &get(node, key)?.value {
        Value::Scalar { text, .. } if !text.is_empty() && text != "null" => Some(text.clone()),
        _ => None,
    }
}

fn list<'n>(node: &'n Node, key: &str) -> Vec<&'n Node> {
    match get(node, key).map(|found| &found.value) {
        Some(Value::List(items)) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let text = |item: &Node| match &item.value {
        Value::Scalar { text, .. } => Some(text.clone()),
        _ => None,
    };
    list(node, key).into_iter().filter_map(text).collect()
}

/// Everything but these keys.
fn rest(node: &Node, known: &[&str]) -> Extra {
    match &node.value {
        Value::Map(pairs) => {
            let others = pairs.iter().filter(|(key, _)| !known.contains(&key.text.as_str()));
            others.map(|(key, value)| (key.text.clone(), Out::from(value))).collect()
        }
        _ => Extra::new(),
    }
}
