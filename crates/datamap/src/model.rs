//! The map as everyone else sees it: checked, public to read. Only the parser and discovery build one.

pub mod action;
pub mod method;
pub mod relation;
pub mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use exeunt_base::{ModelRef, Name};

use crate::region::Residence;
use crate::yaml::write::Out;

pub use crate::model::action::{
    Action, Ghost, GhostPer, Keep, KeepFrom, KeepMode, Period, Starting, Then, Unit,
};
pub use crate::model::method::{FakeKind, Generalize, Method, Noise, Scalar};
pub use crate::model::relation::{EdgeAction, Reference, Relation, RelationKind, Shared};
pub use crate::model::table::TableName;

/// Every source and model of an organization, checked against itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataMap {
    /// The sources, by name.
    pub sources: BTreeMap<Name, SourceMap>,
}

/// Keys of other tools' formats and what they hold (`extra:` in a map).
pub type Extra = BTreeMap<String, Out>;

/// One source: a database whose address and credentials are settings, never in the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMap {
    /// The name other rooms know the source by.
    pub name: Name,
    /// The mapped tables, by model name.
    pub models: BTreeMap<Name, Model>,
    /// Tables left out on purpose.
    pub ignore: BTreeMap<TableName, Ignored>,
    /// Where the data is.
    pub residence: Residence,
    /// What the information part of an access answer says about this source.
    pub processing: Processing,
    /// What other tools say about the source, kept for them and not read by us.
    pub extra: Extra,
    /// Where the source is written.
    pub span: Span,
}

/// Why a table is left out of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The reason, for the reviewer.
    pub because: String,
    /// Where it is written.
    pub span: Span,
}

/// One mapped table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The table as written; the schema, if left out, is the source's own (`public`, `main`).
    pub table: TableName,
    /// The columns that tell rows apart. Empty: the table has no key and a row is known by all its values.
    pub key: Vec<Name>,
    /// Present on models that hold people: which identifier is found in which column.
    pub subject: Option<BTreeMap<IdentityKind, Name>>,
    /// Every mapped column. Columns named only by `key` or a relation are here too, without a category.
    pub fields: BTreeMap<Name, Field>,
    /// How rows belong to people and to each other, in the order written.
    pub relations: Vec<Relation>,
    /// What erasure does to a row, unless the relation that led to it says otherwise.
    pub on_erase: Action,
    /// What anonymization does to a row, where it is something else. Never [`Action::Keep`].
    pub on_anonymize: Option<Action>,
    /// The law that holds rows back, and until when.
    pub keep: Option<Keep>,
    /// The row that stands in for an erased row of this model where references are repointed.
    pub ghost: Option<Ghost>,
    /// Why this model needs no path to a person (a lookup table that others refer to).
    pub unlinked: Option<String>,
    /// What was decided about triggers, by trigger name.
    pub triggers: BTreeMap<Name, TriggerDecision>,
    /// What the information part of an access answer says about this model, over the source's.
    pub processing: Option<Processing>,
    /// What other tools say about the table, kept for them and not read by us.
    pub extra: Extra,
    /// Where the model is written.
    pub span: Span,
}

/// One mapped column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Fideslang data category, such as `user.contact.email`; absent only on key and reference columns.
    pub category: Option<String>,
    /// Worked out about the person, not given by them: left out of portability, labelled in access.
    pub computed: bool,
    /// A heading for people.
    pub title: Option<String>,
    /// What the column means.
    pub description: Option<String>,
    /// Codes and what they mean, for the reader of an export.
    pub values: BTreeMap<String, String>,
    /// Whether *look again* searches this column for identifiers after purge.
    pub search: bool,
    /// Whether the column is left out of what the person is shown (a password hash).
    pub hidden: bool,
    /// What other tools say about the column, kept for them and not read by us.
    pub extra: Extra,
    /// Where the field is written.
    pub span: Span,
}

impl Field {
    /// A searched field with nothing said about it: a key or a reference.
    pub fn structural(span: Span) -> Self {
        Self { search: true, span, ..Self::default() }
    }
}

/// What a trigger does that the plan must know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerDecision {
    /// The effect.
    pub effect: TriggerEffect,
    /// Why somebody is sure of it.
    pub because: String,
    /// Where it is written.
    pub span: Span,
}

/// Effects a trigger may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerEffect {
    /// Keeps a count or total elsewhere; restoring the row runs it back.
    Counter,
    /// Changes only the row it fires for.
    Local,
    /// Writes a log or audit table that may hold copies of personal data.
    Log,
    /// Nothing that matters to erasure.
    None,
}

/// The kind of an identifier: `email`, `phone`, `customer_id`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKind(String);

impl IdentityKind {
    /// Takes a word as a kind: lower-case letters, digits, `_`, starting with a letter.
    pub fn new(word: &str) -> Option<Self> {
        let first = word.bytes().next()?;
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        (first.is_ascii_lowercase() && word.len() <= 64 && word.bytes().all(fits))
            .then(|| Self(word.to_owned()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdentityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IdentityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The information part of an access answer (GDPR art. 15(1) and (2)). What is absent is not said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Processing {
    /// Who decides why and how the data is used, with an address.
    pub controller: Option<String>,
    /// How to reach the data protection officer.
    pub contact: Option<String>,
    /// What the data is used for.
    pub purposes: Vec<String>,
    /// The grounds for using it.
    pub legal_basis: Vec<String>,
    /// Who gets it.
    pub recipients: Vec<String>,
    /// How long it is kept, or how that is decided.
    pub retention: Option<String>,
    /// Where it came from, when not from the person.
    pub data_source: Option<String>,
    /// Decisions made by machine alone, their logic and consequences.
    pub automated_decisions: Option<String>,
    /// Transfers to other countries and their safeguards.
    pub transfers: Option<String>,
    /// The rights the person has.
    pub rights: Option<String>,
    /// Where the person can complain.
    pub authority: Option<String>,
}

/// Where something is written. Lines and columns count from 1; 0 means it was not read from a file.
#[derive(Debug, Clone, Default)]
pub struct Span {
    /// The file as the caller named it.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// Two maps are equal when they say the same, wherever it is written.
impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl DataMap {
    /// The model a reference leads to.
    pub fn model(&self, at: &ModelRef) -> Option<&Model> {
        self.sources.get(&at.source)?.models.get(&at.model)
    }

    /// All models, by source and name.
    pub fn models(&self) -> impl Iterator<Item = (ModelRef, &Model)> {
        self.sources.values().flat_map(|source| {
            source
                .models
                .iter()
                .map(|(name, model)| (ModelRef { source: source.name.clone(), model: name.clone() }, model))
        })
    }

    /// The models that hold people.
    pub fn subjects(&self) -> impl Iterator<Item = (ModelRef, &Model)> {
        self.models().filter(|(_, model)| model.subject.is_some())
    }

    /// What is said about processing a model's data: its own words where it has any, else its source's.
    pub fn processing(&self, at: &ModelRef) -> Processing {
        let Some(source) = self.sources.get(&at.source) else { return Processing::default() };
        match source.models.get(&at.model).and_then(|model| model.processing.as_ref()) {
            Some(own) => own.over(&source.processing),
            None => source.processing.clone(),
        }
    }
}

impl Model {
    /// What erasure does to a row reached through `relation`.
    ///
    /// The relation's own fate goes first. A relation that cuts its reference (`null`, `repoint`) spares a row the
    /// model would delete: it stays, detached from the person.
    pub fn fate<'a>(&'a self, relation: &'a Relation) -> &'a Action {
        match (&relation.on_erase, &self.on_erase) {
            (Some(EdgeAction::Row(action)), _) => action,
            (Some(EdgeAction::Cascade), _) => &Action::Delete,
            (Some(EdgeAction::Cut(Reference::Null | Reference::Repoint)), Action::Delete) => &Action::Detach,
            (_, action) => action,
        }
    }
}

impl Processing {
    /// These words, and `base`'s where these are silent.
    pub fn over(&self, base: &Self) -> Self {
        let list =
            |own: &Vec<String>, base: &Vec<String>| if own.is_empty() { base.clone() } else { own.clone() };
        let text = |own: &Option<String>, base: &Option<String>| own.clone().or_else(|| base.clone());
        Self {
            controller: text(&self.controller, &base.controller),
            contact: text(&self.contact, &base.contact),
            purposes: list(&self.purposes, &base.purposes),
            legal_basis: list(&self.legal_basis, &base.legal_basis),
            recipients: list(&self.recipients, &base.recipients),
            retention: text(&self.retention, &base.retention),
            data_source: text(&self.data_source, &base.data_source),
            automated_decisions: text(&self.automated_decisions, &base.automated_decisions),
            transfers: text(&self.transfers, &base.transfers),
            rights: text(&self.rights, &base.rights),
            authority: text(&self.authority, &base.authority),
        }
    }
}
