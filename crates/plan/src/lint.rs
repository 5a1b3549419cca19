//! What an officer must know before approving. Separate from building, and run on every plan.

mod erasure;
mod ghosts;
mod labels;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use exeunt_base::{ModelRef, Name, TableRef};
use exeunt_datamap::Model;
use exeunt_source::catalog::{Catalog, Table};

use crate::document::{Action, Document, Note, RowSet, Severity, Step};
use crate::inputs::Inputs;

/// Everything found. Errors block approval.
pub fn findings(document: &Document, inputs: Inputs<'_>) -> Vec<Note> {
    let map = inputs.map_in_force();
    let inputs = Inputs { map: &map, ..inputs };
    let view = View::new(document, inputs);
    let mut notes = Vec::new();
    columns(&view, &mut notes);
    indexes(&view, &mut notes);
    erasure::findings(&view, &mut notes);
    ghosts::findings(&view, &mut notes);
    labels::findings(&view, &mut notes);
    notes
}

/// Gravest first, each once.
pub(crate) fn tidy(notes: &mut Vec<Note>) {
    notes.sort_by(|a, b| {
        (Reverse(a.severity), &a.at, &a.code, &a.text).cmp(&(Reverse(b.severity), &b.at, &b.code, &b.text))
    });
    notes.dedup();
}

/// A plan beside the map and catalogs it was made from, indexed once.
pub(crate) struct View<'a> {
    pub(crate) document: &'a Document,
    pub(crate) inputs: Inputs<'a>,
    tables: HashMap<(&'a Name, &'a TableRef), &'a Table>,
}

impl<'a> View<'a> {
    fn new(document: &'a Document, inputs: Inputs<'a>) -> Self {
        let tables = inputs.catalogs.iter().flat_map(|(source, catalog)| {
            catalog.tables.iter().map(move |table| ((source, &table.name), table))
        });
        Self { document, inputs, tables: tables.collect() }
    }

    pub(crate) fn table(&self, source: &Name, table: &TableRef) -> Option<&'a Table> {
        self.tables.get(&(source, table)).copied()
    }

    pub(crate) fn table_of(&self, set: &RowSet) -> Option<&'a Table> {
        self.table(&set.model.source, set.table())
    }

    pub(crate) fn model(&self, at: &ModelRef) -> Option<&'a Model> {
        self.inputs.map.model(at)
    }

    pub(crate) fn catalog(&self, source: &Name) -> Option<&'a Catalog> {
        self.inputs.catalogs.get(source)
    }
}

pub(crate) fn note(severity: Severity, code: &str, at: String, text: impl Into<String>) -> Note {
    Note { severity, code: code.into(), at, text: text.into() }
}

/// A column nobody described: shown to nobody, masked by nobody.
fn columns(view: &View<'_>, notes: &mut Vec<Note>) {
    let mut seen: BTreeSet<&ModelRef> = BTreeSet::new();
    let deletes = |step: &&Step| matches!(step.action, Action::Delete { .. });
    let gone: BTreeSet<&ModelRef> =
        view.document.steps.iter().filter(deletes).map(|step| &view.document.sets[step.set].model).collect();
    for set in &view.document.sets {
        let (Some(table), Some(model)) = (view.table_of(set), view.model(&set.model)) else { continue };
        if !seen.insert(&set.model) {
            continue;
        }
        let stays = !gone.contains(&set.model);
        for column in table.columns.iter().filter(|column| !model.fields.contains_key(&column.name)) {
            let (severity, text) = if stays {
                (
                    Severity::Error,
                    "the map does not know this column, so it would be neither shown nor masked; add it to `fields:`",
                )
            } else {
                (
                    Severity::Warning,
                    "the map does not know this column; it goes with its rows, but add it to `fields:`",
                )
            };
            notes.push(note(severity, "column_unmapped", format!("{}.{}", set.model, column.name), text));
        }
    }
}

/// Rows are found by these columns: without an index, by reading the whole table.
fn indexes(view: &View<'_>, notes: &mut Vec<Note>) {
    for set in &view.document.sets {
        let Some(table) = view.table_of(set) else { continue };
        let rows = table.estimated_rows.unwrap_or(0);
        for branch in &set.selection.branches {
            let columns: Vec<&Name> = match branch.joins.first() {
                Some(join) => join.on.iter().map(|(column, _)| column).collect(),
                None => branch.columns.iter().collect(),
            };
            let led = |unique: &[Name]| unique.first().is_some_and(|first| columns.contains(&first));
            if led(&table.primary_key) || table.uniques.iter().any(|unique| led(&unique.columns)) {
                continue;
            }
            let at = format!(
                "{}.{}",
                set.model,
                columns.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
            );
            if rows >= view.inputs.policy.huge_rows {
                notes.push(note(
                    Severity::Warning,
                    "huge_table_searched",
                    at,
                    format!("about {rows} rows are searched by a column that no unique key leads with; see that it is indexed"),
                ));
            } else if rows >= 100_000 {
                notes.push(note(
                    Severity::Info,
                    "index_advised",
                    at,
                    "rows are found by this column, which no unique key leads with; an index makes it quick",
                ));
            }
        }
    }
}
