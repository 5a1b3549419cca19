//! Steps while a plan is being made, the ghosts they point to, and what the parts of the reached rows ask for.

use std::collections::{BTreeMap, HashMap};

use exeunt_base::{Kind, Name};
use exeunt_datamap::model::{GhostPer, KeepMode, Reference, Relation, Then};
use exeunt_source::catalog::Generated;
use exeunt_source::selection::KeyBy;
use exeunt_source::strike::Referrer;

use crate::build::edges::Edges;
use crate::build::masks;
use crate::build::nobody;
use crate::build::owned::{Owned, PartSet, joined};
use crate::build::parts::{self, Act};
use crate::build::reach::{Reach, Through};
use crate::build::schema::{ModelId, Schema, TableId};
use crate::build::sets::SetId;
use crate::document::{Assign, Ghost, Note, Purpose, Severity, Value};
use crate::problem::Problem;

/// A step without its number.
#[derive(Debug, Clone)]
pub(crate) struct StepDraft {
    pub(crate) set: SetId,
    pub(crate) model: ModelId,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) assign: Vec<Assign>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) together: bool,
    pub(crate) because: Vec<String>,
    /// Tables whose deletions must wait for this step.
    pub(crate) before: Vec<TableId>,
}

/// A reference by which nobody may point to the rows of a deletion.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) by: Referrer,
    /// Rows of the table itself that go along do not point to each other any more: they are cut before.
    pub(crate) cut: bool,
}

impl StepDraft {
    /// Whether its rows go.
    pub(crate) fn deletes(&self) -> bool {
        self.purpose.is_none()
    }
}

/// Rows that stay, before sets have numbers.
pub(crate) struct KeptDraft {
    pub(crate) set: SetId,
    pub(crate) because: String,
    pub(crate) until: String,
    pub(crate) then: String,
    pub(crate) minimized: bool,
}

/// All steps being made.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) steps: Vec<StepDraft>,
    pub(crate) kept: Vec<KeptDraft>,
    pub(crate) ghosts: Vec<Ghost>,
    ghost_of: BTreeMap<ModelId, usize>,
    /// Steps of each model, by their place in `steps`.
    of_model: HashMap<ModelId, Vec<usize>>,
    /// Ghosts that the database would refuse.
    pub(crate) bad_ghosts: Vec<Problem>,
}

impl Steps {
    /// The ghost of a model; `None` when the map makes none.
    pub(crate) fn ghost(&mut self, schema: &Schema<'_>, model: ModelId) -> Option<usize> {
        if let Some(known) = self.ghost_of.get(&model) {
            return Some(*known);
        }
        let node = &schema.models[model];
        let table = schema.table_of(model);
        let ghost = node.model.ghost.as_ref()?;
        let lacking: Vec<&str> = table
            .table
            .columns
            .iter()
            .filter(|column| {
                let filled = column.default.is_some() || column.generated != Generated::No;
                let counted =
                    node.model.key.contains(&column.name) && matches!(column.kind, Kind::Integer { .. });
                column.not_null && !filled && !counted && !ghost.row.contains_key(&column.name)
            })
            .map(|column| column.name.as_str())
            .collect();
        if !lacking.is_empty() {
            self.bad_ghosts.push(Problem {
                code: "ghost_incomplete",
                span: node.model.span.clone(),
                at: node.at.to_string(),
                text: format!(
                    "the ghost has no value for `{}`, which is NOT NULL without a default",
                    lacking.join("`, `")
                ),
                fix: "add it to the ghost's `row:`".into(),
            });
        }
        self.ghosts.push(Ghost {
            source: node.at.source.clone(),
            table: table.table.name.clone(),
            key: match &node.key {
                KeyBy::Columns(key) => key.clone(),
                KeyBy::WholeRow => return None,
            },
            per_person: ghost.per == GhostPer::Person,
            row: ghost
                .row
                .iter()
                .map(|(column, value)| (column.clone(), parts::constant(table, column, value)))
                .collect(),
            known_by: if ghost.per == GhostPer::Shared {
                nobody::known_by(schema, model)
            } else {
                Vec::new()
            },
        });
        self.ghost_of.insert(model, self.ghosts.len() - 1);
        Some(self.ghosts.len() - 1)
    }

    /// Adds a step.
    pub(crate) fn add(&mut self, step: StepDraft) {
        self.of_model.entry(step.model).or_default().push(self.steps.len());
        self.steps.push(step);
    }

    /// Places of a model's steps.
    pub(crate) fn of(&self, model: ModelId) -> &[usize] {
        self.of_model.get(&model).map(Vec::as_slice).unwrap_or_default()
    }

    /// Does this to each deletion of a table.
    pub(crate) fn each_deletion(
        &mut self,
        schema: &Schema<'_>,
        table: TableId,
        mut change: impl FnMut(&mut StepDraft),
    ) {
        let model = schema.tables[table].model;
        for place in model.and_then(|model| self.of_model.get(&model)).into_iter().flatten() {
            if self.steps[*place].deletes() {
                change(&mut self.steps[*place]);
            }
        }
    }
}

/// Columns whose clearing cuts a reference: nullable, no part of the key, and if possible of no other reference.
pub(crate) fn clearable(
    schema: &Schema<'_>,
    edges: &Edges<'_>,
    table: TableId,
    columns: &[Name],
) -> Option<Vec<Name>> {
    let node = &schema.tables[table];
    let key = node.model.map(|model| schema.models[model].model.key.as_slice()).unwrap_or_default();
    let free: Vec<&Name> =
        columns.iter().filter(|column| !schema.not_null(table, column) && !key.contains(column)).collect();
    let shared = |column: &Name| {
        edges.out[table].iter().any(|edge| {
            let other = &edges.all[*edge];
            other.columns.contains(column) && other.columns != columns
        })
    };
    let own: Vec<Name> =
        free.iter().filter(|column| !shared(column)).map(|column| (*column).clone()).collect();
    match (own.is_empty(), free.is_empty()) {
        (false, _) => Some(own),
        (true, false) => Some(free.into_iter().cloned().collect()),
        (true, true) => None,
    }
}

/// Sets these columns to NULL.
pub(crate) fn nulls(columns: Vec<Name>) -> Vec<Assign> {
    let null =
        |column| Assign { column, to: Value::Mask(exeunt_mask::Method::Null), category: String::new() };
    columns.into_iter().map(null).collect()
}

/// Points these columns to a ghost's.
pub(crate) fn to_ghost(ghost: usize, columns: &[Name], of: &[Name]) -> Vec<Assign> {
    let pair = |(column, of): (&Name, &Name)| Assign {
        column: column.clone(),
        to: Value::Ghost { ghost, column: of.clone() },
        category: String::new(),
    };
    columns.iter().zip(of).map(pair).collect()
}

/// The steps and kept rows that the parts themselves ask for.
pub(crate) fn from_parts<'a>(
    schema: &Schema<'a>,
    edges: &Edges<'a>,
    reach: &Reach<'a>,
    owned: &Owned<'a>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Steps {
    let mut steps = Steps::default();
    for part in &owned.parts {
        let node = &schema.models[part.model];
        let mut step = StepDraft {
            set: part.set,
            model: part.model,
            purpose: None,
            assign: Vec::new(),
            guards: Vec::new(),
            together: false,
            because: Vec::new(),
            before: Vec::new(),
        };
        match part.act {
            Act::Read => {}
            Act::Delete => {
                step.because.push(deletion(schema, part));
                steps.add(step);
            }
            Act::Anonymize(methods) => {
                step.purpose = Some(Purpose::Anonymize);
                step.assign = masks::assign(schema, edges, part.model, methods, notes, problems);
                step.because.push("the map keeps the row without what tells of the person".into());
                push(&mut steps, step);
            }
            Act::Minimize(methods, keep) => {
                step.purpose = Some(Purpose::Anonymize);
                step.assign = masks::assign(schema, edges, part.model, methods, notes, problems);
                step.because.push(format!("kept for {}: only what that needs stays", keep.because));
                push(&mut steps, step);
                keep_part(schema, &mut steps, part, keep);
            }
            Act::Keep(Some(keep)) => keep_part(schema, &mut steps, part, keep),
            Act::Keep(None) => steps.kept.push(KeptDraft {
                set: part.set,
                because: String::new(),
                until: String::new(),
                then: String::new(),
                minimized: false,
            }),
            Act::Detach(cut) => {
                let Some(relation) = reach.ways[part.model][part.ways[0]].relation() else { continue };
                step.purpose = Some(Purpose::Detach);
                step.because.push(format!("the row stays without its link to {}", relation.to));
                step.before.extend(schema.model(&relation.to).map(|model| schema.models[model].table));
                step.assign = detachment(schema, edges, &mut steps, part.model, relation, cut, problems);
                if matches!(reach.ways[part.model][part.ways[0]].through, Through::Down { .. }) {
                    steps.add(step);
                }
            }
        }
        if node.model.keep.as_ref().is_some_and(|keep| keep.mode == KeepMode::Verbatim)
            && matches!(part.act, Act::Detach(_))
            && part.whole
        {
            notes.push(Note {
                severity: Severity::Warning,
                code: "verbatim_detached".into(),
                at: node.at.to_string(),
                text: "the law keeps these rows as they are, yet their link to the person is cut".into(),
            });
        }
    }
    steps
}

/// A step with nothing to do is no step.
fn push(steps: &mut Steps, step: StepDraft) {
    if !step.assign.is_empty() {
        steps.add(step);
    }
}

fn deletion(schema: &Schema<'_>, part: &PartSet<'_>) -> String {
    match &schema.models[part.model].model.keep {
        Some(keep) if !part.filters.is_empty() => {
            format!("kept for {} until now; the time is over", keep.because)
        }
        Some(keep) => format!("not covered by {}, or its time is over", keep.because),
        None if part.shared => "no other owner is left".into(),
        None => "the map deletes it with the person".into(),
    }
}

fn keep_part(schema: &Schema<'_>, steps: &mut Steps, part: &PartSet<'_>, keep: &exeunt_datamap::model::Keep) {
    steps.kept.push(KeptDraft {
        set: part.set,
        because: keep.because.clone(),
        until: parts::until(schema, keep),
        then: match &keep.then {
            Then::Delete => "delete".into(),
            Then::Anonymize(methods) => {
                let words: Vec<String> = methods
                    .iter()
                    .map(|(column, method)| format!("{column}: {}", masks::convert(method)))
                    .collect();
                format!("anonymize ({})", words.join(", "))
            }
        },
        minimized: matches!(part.act, Act::Minimize(..)),
    });
}

/// What cuts the link of a detached row.
fn detachment<'a>(
    schema: &Schema<'a>,
    edges: &Edges<'a>,
    steps: &mut Steps,
    model: ModelId,
    relation: &Relation,
    cut: Reference,
    problems: &mut Vec<Problem>,
) -> Vec<Assign> {
    let at = format!("{}.{} -> {}", schema.models[model].at, joined(&relation.by), relation.to);
    if cut == Reference::Repoint {
        let ghost = schema.model(&relation.to).and_then(|to| steps.ghost(schema, to));
        if let Some(ghost) = ghost {
            return to_ghost(ghost, &relation.by, &relation.on);
        }
        problems.push(Problem {
            code: "ghost_missing",
            span: relation.span.clone(),
            at,
            text: format!("there is no ghost of {} to point to", relation.to),
            fix: format!("give {} a key and a `ghost:`", relation.to),
        });
        return Vec::new();
    }
    match clearable(schema, edges, schema.models[model].table, &relation.by) {
        Some(columns) => nulls(columns),
        None => {
            problems.push(Problem {
                code: "link_not_nullable",
                span: relation.span.clone(),
                at,
                text: format!(
                    "the link cannot be cleared: `{}` is NOT NULL or part of the key",
                    joined(&relation.by)
                ),
                fix: format!(
                    "write `on_erase: repoint` here and a `ghost:` on {}, or `on_erase: delete`",
                    relation.to
                ),
            });
            Vec::new()
        }
    }
}
