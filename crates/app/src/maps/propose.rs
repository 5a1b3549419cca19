//! Proposals for what the live schema has and the map does not: each table and column with its reason and how sure that is. What
//! somebody accepts becomes part of the draft; nothing is in force by it.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{ModelRef, Name, TableRef};
use exeunt_datamap::model::{
    Action, DataMap, EdgeAction, Ignored, Method, Model, Processing, Reference, RelationKind, SourceMap,
    Span, TableName,
};
use exeunt_datamap::region::Residence;
use exeunt_datamap::render::{Notes, render_with};
use exeunt_datamap::{categories, suggest};
use exeunt_plan::digest;
use exeunt_plan::map::discover::{self, Confidence, Discovered};
use exeunt_source::Catalog;
use exeunt_source::catalog::{Column, Table, TableSort};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::check::describe;
use crate::maps::discover::{pick, unknown};
use crate::office::Office;

/// A column that the map does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColumn {
    /// Its name.
    pub name: Name,
    /// Its type, as the source spells it.
    pub type_name: String,
    /// What it seems to hold; nothing for keys and references that need no category.
    pub category: String,
    /// Why.
    pub why: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What is proposed for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// To map it.
    Map {
        /// What erasure would do to its rows.
        fate: &'static str,
        /// Whether people are found in it.
        subject: bool,
        /// Why, sentence by sentence.
        why: Vec<String>,
        /// How sure that is.
        confidence: Confidence,
    },
    /// To leave it out.
    LeaveOut {
        /// Why.
        because: String,
        /// Whether its columns are named as if they held something about people: then somebody has to decide.
        telling: bool,
    },
    /// To add columns to the model of this name.
    Columns(Name),
}

/// One table of the live schema that the map does not have, or not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What forms call it.
    pub id: String,
    /// The table.
    pub table: TableRef,
    /// As people write it here.
    pub shown: String,
    /// Rows, as the source estimates them.
    pub rows: Option<u64>,
    /// What is proposed.
    pub what: What,
    /// Its columns that the map does not have.
    pub columns: Vec<NewColumn>,
}

/// What somebody makes of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// It goes into the draft, with another fate or other categories where they said so.
    Accept {
        /// `delete`, `anonymize` or `detach`; as proposed where nothing is said.
        fate: Option<String>,
        /// Categories by column, where they are others than proposed.
        categories: BTreeMap<String, String>,
    },
    /// The table is left out on purpose.
    LeaveOut(String),
}

/// The proposals for one source.
#[derive(Debug, Clone)]
pub struct Proposals {
    /// The source.
    pub source: Name,
    /// All of them, by table.
    pub all: Vec<Proposal>,
    /// The draft's revision that they begin from; 0 where there is none.
    pub revision: i64,
    /// Tables of the source that the map has, whole.
    pub known: usize,
}

impl Office {
    /// What the map has not of a source, by its live schema as it was lately.
    pub async fn propose_map(&self, actor: &Actor, source: Option<&Name>) -> Result<Proposals, Error> {
        self.allow(actor, Permission::DraftMap)?;
        let first = self.engine.sources.keys().next();
        let (name, _) = pick(&self.engine.sources, source.or(first))?;
        let (base, revision) = self.map_to_change().await?;
        let catalog = self.catalog_lately(name).await?;
        let all = proposals(&base, name, &catalog, &discover::discover(&catalog, name));
        let tables =
            catalog.tables.iter().filter(|table| !matches!(table.sort, TableSort::PartitionOf(_))).count();
        Ok(Proposals { source: name.clone(), known: tables.saturating_sub(all.len()), all, revision })
    }

    /// Puts what was accepted into the draft. Gives its revision.
    pub async fn accept_proposals(
        &self,
        actor: &Actor,
        source: &Name,
        choices: &BTreeMap<String, Choice>,
        seen: i64,
    ) -> Result<i64, Error> {
        self.allow(actor, Permission::DraftMap)?;
        let live = self.engine.sources.get(source).ok_or_else(|| unknown(&self.engine.sources, source))?;
        let (mut base, revision) = self.map_to_change().await?;
        if revision != seen {
            return Err(crate::maps::draft::changed_meanwhile());
        }
        let catalog = describe(source, live).await?;
        let discovered = discover::discover(&catalog, source);
        let all = proposals(&base, source, &catalog, &discovered);
        let mut merge = Merge::new(&mut base, source, &catalog, &discovered);
        for proposal in &all {
            if let Some(choice) = choices.get(&proposal.id) {
                merge.name(proposal, choice);
            }
        }
        let mut changed = 0;
        for proposal in &all {
            if let Some(choice) = choices.get(&proposal.id) {
                merge.take(proposal, choice)?;
                changed += 1;
            }
        }
        if changed == 0 {
            let why = "nothing was accepted; choose what becomes of at least one table";
            return Err(Error::Usage("E0801", String::from(why)));
        }
        let notes = std::mem::take(&mut merge.notes);
        self.save_map_draft(actor, &render_with(&base, &notes), seen).await
    }
}

fn proposals(base: &DataMap, source: &Name, catalog: &Catalog, found: &Discovered) -> Vec<Proposal> {
    let known = base.sources.get(source);
    let mapped: BTreeMap<TableRef, (&Name, &Model)> = known
        .into_iter()
        .flat_map(|source| &source.models)
        .filter_map(|(name, model)| Some((discover::resolve(catalog, &model.table)?, (name, model))))
        .collect();
    let left_out: BTreeSet<TableRef> = known
        .into_iter()
        .flat_map(|source| source.ignore.keys())
        .filter_map(|table| discover::resolve(catalog, table))
        .collect();
    let drafted = by_table(found, source, catalog);
    let ignored: BTreeMap<TableRef, &Ignored> = found
        .map
        .sources
        .get(source)
        .into_iter()
        .flat_map(|source| &source.ignore)
        .filter_map(|(table, why)| Some((discover::resolve(catalog, table)?, why)))
        .collect();
    let mut all = Vec::new();
    for table in catalog.tables.iter().filter(|table| !left_out.contains(&table.name)) {
        let is_person = |model: Option<&Model>| model.is_some_and(|model| model.subject.is_some());
        let (what, columns) =
            match (mapped.get(&table.name), drafted.get(&table.name), ignored.get(&table.name)) {
                (Some((name, model)), ..) => {
                    let new: Vec<&Column> = table
                        .columns
                        .iter()
                        .filter(|column| !model.fields.contains_key(&column.name))
                        .collect();
                    if new.is_empty() {
                        continue;
                    }
                    let columns =
                        new.into_iter().map(|column| column_of(table, column, is_person(Some(model)), None));
                    (What::Columns((*name).clone()), columns.collect())
                }
                (None, Some((at, model)), _) => {
                    let notes = |lines: &Vec<String>| {
                        lines
                            .iter()
                            .map(|line| line.trim_start_matches("reason: ").to_owned())
                            .collect::<Vec<_>>()
                    };
                    let mut why = found.notes.models.get(at).map(notes).unwrap_or_default();
                    let relations = found.notes.relations.range((at.clone(), 0)..=(at.clone(), usize::MAX));
                    for ((_, number), lines) in relations {
                        let to = model
                            .relations
                            .get(*number)
                            .map(|relation| relation.to.model.to_string())
                            .unwrap_or_default();
                        why.extend(notes(lines).into_iter().map(|line| format!("{to}: {line}")));
                    }
                    let guessed = why.iter().any(|line| line.contains("inferred"));
                    let confidence = match (guessed, &model.unlinked) {
                        (_, Some(_)) => Confidence::Low,
                        (true, None) => Confidence::Medium,
                        (false, None) => Confidence::High,
                    };
                    let columns = table
                        .columns
                        .iter()
                        .map(|column| column_of(table, column, is_person(Some(model)), Some(model)));
                    let what = What::Map {
                        fate: model.on_erase.word(),
                        subject: model.subject.is_some(),
                        why,
                        confidence,
                    };
                    (what, columns.collect())
                }
                (None, None, Some(ignored)) => {
                    let because = ignored.because.trim_end_matches(" (check)").to_owned();
                    let telling = because.contains("holds ") || matches!(table.sort, TableSort::Remote(_));
                    (What::LeaveOut { because, telling }, Vec::new())
                }
                (None, None, None) => continue,
            };
        all.push(Proposal {
            id: digest::of_text(&format!("{source}\n{}\n{}", table.name.schema, table.name.name))[..16]
                .to_owned(),
            shown: short(catalog, &table.name).to_string(),
            table: table.name.clone(),
            rows: table.estimated_rows,
            what,
            columns,
        });
    }
    all
}

/// A table as a map writes it: without the schema that a bare name means.
fn short(catalog: &Catalog, table: &TableRef) -> TableName {
    let schema = (Some(&table.schema) != catalog.default_schema.as_ref()).then(|| table.schema.clone());
    TableName { schema, name: table.name.clone() }
}

fn by_table<'f>(
    found: &'f Discovered,
    source: &Name,
    catalog: &Catalog,
) -> BTreeMap<TableRef, (ModelRef, &'f Model)> {
    let models = found.map.sources.get(source).into_iter().flat_map(|source| &source.models);
    models
        .filter_map(|(name, model)| {
            let at = ModelRef { source: source.clone(), model: name.clone() };
            Some((discover::resolve(catalog, &model.table)?, (at, model)))
        })
        .collect()
}

fn column_of(table: &Table, column: &Column, is_person: bool, drafted: Option<&Model>) -> NewColumn {
    let opinion = discover::opinion(table, column, is_person);
    let field = drafted.and_then(|model| model.fields.get(&column.name));
    let bare = field.is_some_and(|field| field.category.is_none());
    let (why, confidence) = match bare {
        true => (String::from("a key or a reference: no category is needed"), Confidence::High),
        false => (opinion.why, opinion.confidence),
    };
    NewColumn {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
        category: if bare { String::new() } else { opinion.field.category.unwrap_or_default() },
        why,
        confidence,
    }
}

/// A draft in the making.
struct Merge<'a> {
    base: &'a mut DataMap,
    source: &'a Name,
    catalog: &'a Catalog,
    discovered: &'a Discovered,
    drafted: BTreeMap<TableRef, (ModelRef, &'a Model)>,
    /// What models are called in the draft, by table: those it has and those it gets.
    names: BTreeMap<TableRef, Name>,
    notes: Notes,
}

impl<'a> Merge<'a> {
    fn new(
        base: &'a mut DataMap,
        source: &'a Name,
        catalog: &'a Catalog,
        discovered: &'a Discovered,
    ) -> Self {
        let known = base.sources.entry(source.clone()).or_insert_with(|| SourceMap {
            name: source.clone(),
            models: BTreeMap::new(),
            ignore: BTreeMap::new(),
            residence: Residence::default(),
            processing: Processing::default(),
            extra: BTreeMap::new(),
            span: Span::default(),
        });
        let models = known.models.iter();
        let names = models
            .filter_map(|(name, model)| Some((discover::resolve(catalog, &model.table)?, name.clone())))
            .collect();
        let drafted = by_table(discovered, source, catalog);
        Self { base, source, catalog, discovered, drafted, names, notes: Notes::default() }
    }

    fn at(&self, name: &Name) -> ModelRef {
        ModelRef { source: self.source.clone(), model: name.clone() }
    }

    fn known(&mut self) -> &mut SourceMap {
        self.base.sources.get_mut(self.source).expect("it was put in when this was made")
    }

    /// Finds a name for a table that is accepted, before any relation looks for it.
    fn name(&mut self, proposal: &Proposal, choice: &Choice) {
        if !matches!((&proposal.what, choice), (What::Map { .. }, Choice::Accept { .. })) {
            return;
        }
        let Some((at, _)) = self.drafted.get(&proposal.table) else { return };
        let wanted = at.model.as_str();
        let taken = |text: &str| self.names.values().any(|name| name.as_str() == text);
        let mut numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let free = if taken(wanted) { numbered.find(|text| !taken(text)) } else { Some(wanted.to_owned()) };
        if let Some(name) = free.and_then(|text| Name::new(&text).ok()) {
            self.names.insert(proposal.table.clone(), name);
        }
    }

    fn take(&mut self, proposal: &Proposal, choice: &Choice) -> Result<(), Error> {
        match (&proposal.what, choice) {
            (_, Choice::LeaveOut(because)) => self.leave_out(proposal, because),
            (What::LeaveOut { because, .. }, Choice::Accept { .. }) => self.leave_out(proposal, because),
            (What::Columns(name), Choice::Accept { categories, .. }) => {
                self.add_columns(proposal, name, categories)
            }
            (What::Map { .. }, Choice::Accept { fate, categories }) => {
                self.add_model(proposal, fate.as_deref(), categories)
            }
        }
    }

    fn leave_out(&mut self, proposal: &Proposal, because: &str) -> Result<(), Error> {
        if matches!(proposal.what, What::Columns(_)) {
            return Err(wrong(
                proposal,
                "a table that the map has is not left out here; take it out of the text",
            ));
        }
        let because = because.trim();
        if because.is_empty() {
            return Err(wrong(proposal, "say why it is left out, for whoever reviews the map"));
        }
        let table = short(self.catalog, &proposal.table);
        let ignored = Ignored { because: because.chars().take(500).collect(), span: Span::default() };
        self.known().ignore.insert(table, ignored);
        Ok(())
    }

    fn add_columns(
        &mut self,
        proposal: &Proposal,
        name: &Name,
        said: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let Some(table) = self.catalog.table(&proposal.table) else { return Ok(()) };
        let is_person = self.known().models.get(name).is_some_and(|model| model.subject.is_some());
        for column in &proposal.columns {
            let Some(live) = table.column(&column.name) else { continue };
            let opinion = discover::opinion(table, live, is_person);
            let mut field = opinion.field;
            if let Some(category) = said.get(column.name.as_str()) {
                field.category = category_of(proposal, &column.name, category)?;
            }
            let at = self.at(name);
            self.notes.fields.insert((at, column.name.clone()), vec![format!("reason: {}", opinion.why)]);
            if let Some(model) = self.known().models.get_mut(name) {
                model.fields.insert(column.name.clone(), field);
            }
        }
        Ok(())
    }

    fn add_model(
        &mut self,
        proposal: &Proposal,
        fate: Option<&str>,
        said: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let (Some((was, drafted)), Some(name)) =
            (self.drafted.get(&proposal.table), self.names.get(&proposal.table))
        else {
            return Ok(());
        };
        let (was, name, mut model) = (was.clone(), name.clone(), (*drafted).clone());
        let at = self.at(&name);
        let mut relations = Vec::new();
        let mut lost = Vec::new();
        for (number, mut relation) in std::mem::take(&mut model.relations).into_iter().enumerate() {
            let to = self
                .discovered
                .map
                .model(&relation.to)
                .and_then(|to| discover::resolve(self.catalog, &to.table));
            let Some((to, known)) = to.and_then(|to| Some((self.names.get(&to)?.clone(), to))) else {
                lost.push(relation.to.model.to_string());
                continue;
            };
            if relation.on_erase == Some(EdgeAction::Cut(Reference::Repoint)) {
                self.lend_ghost(&to, &known);
            }
            relation.to = self.at(&to);
            if let Some(lines) = self.discovered.notes.relations.get(&(was.clone(), number)) {
                self.notes.relations.insert((at.clone(), relations.len()), lines.clone());
            }
            relations.push(relation);
        }
        let belongs = relations.iter().any(|relation| relation.kind != RelationKind::RefersTo);
        let owner = lost.first().filter(|_| model.subject.is_none() && model.unlinked.is_none() && !belongs);
        if let Some(owner) = owner {
            let why = format!(
                "its rows belong to people by `{owner}`, which the draft does not have; accept that one too"
            );
            return Err(wrong(proposal, &why));
        }
        model.relations = relations;
        for (column, category) in said {
            let column = Name::new(column).map_err(|_| wrong(proposal, "a column has no name"))?;
            if let Some(field) = model.fields.get_mut(&column) {
                field.category = category_of(proposal, &column, category)?;
            }
        }
        if let Some(fate) = fate {
            model.on_erase = self.fate_of(proposal, &model, fate)?;
        }
        if let Some(lines) = self.discovered.notes.models.get(&was) {
            self.notes.models.insert(at.clone(), lines.clone());
        }
        let fields = self.discovered.notes.fields.iter().filter(|((model, _), _)| *model == was);
        let fields: Vec<_> =
            fields.map(|((_, column), lines)| ((at.clone(), column.clone()), lines.clone())).collect();
        self.notes.fields.extend(fields);
        self.known().models.insert(name, model);
        Ok(())
    }

    /// Rows are pointed at the ghost of a model; one that has none gets the proposed one.
    fn lend_ghost(&mut self, name: &Name, table: &TableRef) {
        let ghost = self.drafted.get(table).and_then(|(_, model)| model.ghost.clone());
        if let Some(model) = self.known().models.get_mut(name).filter(|model| model.ghost.is_none()) {
            model.ghost = ghost;
        }
    }

    fn fate_of(&self, proposal: &Proposal, model: &Model, word: &str) -> Result<Action, Error> {
        match word {
            "delete" => Ok(Action::Delete),
            "detach" => Ok(Action::Detach),
            "anonymize" => {
                let table = self.catalog.table(&proposal.table);
                let by: BTreeSet<&Name> = model.relations.iter().flat_map(|relation| &relation.by).collect();
                let told = model.fields.iter().filter(|(name, field)| {
                    let personal = field.category.as_deref().is_some_and(categories::is_personal);
                    personal && !model.key.contains(name) && !by.contains(name)
                });
                let methods: BTreeMap<Name, Method> = told
                    .map(|(name, _)| {
                        let required =
                            table.and_then(|table| table.column(name)).is_some_and(|column| column.not_null);
                        (name.clone(), if required { Method::Redact } else { Method::Null })
                    })
                    .collect();
                if methods.is_empty() {
                    return Err(wrong(
                        proposal,
                        "none of its columns tells of a person, so nothing could be anonymized",
                    ));
                }
                Ok(Action::Anonymize(methods))
            }
            _ => Err(wrong(proposal, "erasure deletes a row, anonymizes it or detaches it")),
        }
    }
}

fn category_of(proposal: &Proposal, column: &Name, said: &str) -> Result<Option<String>, Error> {
    let said = said.trim();
    if said.is_empty() {
        return Ok(None);
    }
    if categories::is_known(said) {
        return Ok(Some(said.to_owned()));
    }
    let near =
        suggest::did_you_mean(said, categories::all()).map(|near| format!("; {near}")).unwrap_or_default();
    Err(wrong(proposal, &format!("`{}` of column {column} is no category{near}", suggest::shown(said))))
}

fn wrong(proposal: &Proposal, why: &str) -> Error {
    Error::Usage("E0801", format!("table {}: {why}", suggest::shown(&proposal.shown)))
}
