//! A row that was the person's stays, and what it refers to goes: its reference is cleared or pointed to a ghost.

use exeunt_datamap::model::{EdgeAction, Reference, Relation};
use exeunt_source::selection::KeyBy;

use crate::build::integrity::Look;
use crate::build::owned::joined;
use crate::build::parts::{self, Act};
use crate::build::schema::ModelId;
use crate::build::steps::{StepDraft, nulls, to_ghost};
use crate::document::{Assign, Purpose, Severity, Value};

impl<'a> Look<'_, 'a> {
    /// A row that was the person's stays, and what it refers to goes.
    pub(super) fn stays(&mut self, from: ModelId, place: usize, way: usize, relation: &'a Relation) {
        let part = self.owned.parts[place].clone();
        let clear = self.clearable();
        let cleared = |assign: &[Assign]| {
            assign.iter().any(|one| {
                self.edge.columns.contains(&one.column) && one.to == Value::Mask(exeunt_mask::Method::Null)
            })
        };
        let step = self.steps.of(from).iter().copied().find(|place| {
            let step = &self.steps.steps[*place];
            step.set == part.set && step.purpose == Some(Purpose::Anonymize)
        });
        if step.is_some_and(|step| cleared(&self.steps.steps[step].assign)) {
            if let Some(step) = step {
                self.steps.steps[step].before.push(self.edge.to);
            }
            return;
        }
        let repoint =
            relation.on_erase == Some(EdgeAction::Cut(Reference::Repoint)) || self.only_a_ghost_helps();
        // every row of the part refers by this edge to a row that goes: one change does both
        let alone = part.ways == [way] && !part.shared && self.all_go();
        let ghost = if repoint { self.steps.ghost(self.schema, self.to) } else { None };
        let assign = match (ghost, &clear) {
            (Some(ghost), _) => Some(to_ghost(ghost, &self.edge.columns, &self.edge.to_columns)),
            (None, Some(columns)) if !repoint => Some(nulls(columns.clone())),
            _ => None,
        };
        let mut filters = parts::when_filters(&self.schema.tables[self.edge.from], &relation.when);
        filters.extend(part.filters.iter().cloned());
        match (assign, step) {
            (Some(assign), Some(step)) if alone => {
                self.said_of_staying(relation);
                let step = &mut self.steps.steps[step];
                let fresh: Vec<Assign> = assign
                    .into_iter()
                    .filter(|one| step.assign.iter().all(|other| other.column != one.column))
                    .collect();
                step.assign.extend(fresh);
                step.before.push(self.edge.to);
                step.because.push(format!(
                    "{} goes, so `{}` no longer refers to it",
                    self.schema.models[self.to].at,
                    joined(&self.edge.columns)
                ));
            }
            // the part is exactly the rows that refer: no need to find them twice
            (Some(assign), None) if alone => {
                self.said_of_staying(relation);
                self.steps.add(StepDraft {
                    set: part.set,
                    model: from,
                    purpose: Some(if repoint { Purpose::Repoint } else { Purpose::Clear }),
                    assign,
                    guards: Vec::new(),
                    together: false,
                    because: vec!["the row stays, what it refers to goes".into()],
                    before: vec![self.edge.to],
                });
            }
            (_, _) if repoint => {
                self.said_of_staying(relation);
                self.repoint(from, filters, Some(relation));
            }
            (Some(_), _) => {
                self.said_of_staying(relation);
                self.clear(from, filters, "the row stays, what it refers to goes".into());
            }
            (None, _) => {
                let law = matches!(part.act, Act::Keep(Some(_)) | Act::Minimize(..));
                let runs_out = self.schema.models[self.to].model.keep.is_some();
                if law
                    && runs_out
                    && self
                        .can_guard(&parts::when_filters(&self.schema.tables[self.edge.from], &relation.when))
                {
                    self.guard(false);
                    self.note(
                        Severity::Warning,
                        "kept_row_holds_back",
                        format!(
                            "rows whose time is over stay while a kept row of {} refers to them",
                            self.spot()
                        ),
                    );
                    return;
                }
                let what = match part.act {
                    Act::Keep(_) => "kept",
                    Act::Minimize(..) | Act::Anonymize(_) => "anonymized and stay",
                    _ => "shared and may stay",
                };
                self.refuse(
                    "reference_undecided",
                    Some(relation),
                    format!("its rows are {what}, but what they refer to is deleted and `{}` cannot be cleared", joined(&self.edge.columns)),
                    &format!(
                        "write `on_erase: repoint` on this relation and a `ghost:` on {to}, or anonymize {to} instead of deleting it",
                        to = self.schema.models[self.to].at
                    ),
                );
            }
        }
    }

    pub(super) fn said_of_staying(&mut self, relation: &Relation) {
        if matches!(relation.on_erase, Some(EdgeAction::Cut(_))) {
            return;
        }
        let columns = joined(&self.edge.columns);
        if self.only_a_ghost_helps() {
            let text = format!(
                "`{columns}` of rows that stay cannot be empty and points to a ghost, because what it refers to goes"
            );
            self.note(Severity::Info, "reference_repointed", text);
        } else {
            let text = format!("`{columns}` of rows that stay is cleared, because what it refers to goes");
            self.note(Severity::Info, "reference_cleared", text);
        }
    }

    /// Whether the reference cannot be empty, and rows that stay can point to a ghost instead. Where rows must differ in it, it
    /// is not changed unasked: those that point to one ghost are equal.
    pub(super) fn only_a_ghost_helps(&self) -> bool {
        let (from, to) = (&self.schema.tables[self.edge.from], &self.schema.models[self.to]);
        let lists = from.table.uniques.iter().map(|unique| &unique.columns).chain([&from.table.primary_key]);
        let differs = self.edge.columns.iter().any(|column| lists.clone().any(|list| list.contains(column)));
        let ghost = to.model.ghost.is_some() && to.key != KeyBy::WholeRow;
        ghost && self.clearable().is_none() && !differs
    }

    /// Whether every reached row of the target goes.
    fn all_go(&self) -> bool {
        self.owned.parts_of(self.to).all(|part| part.act == Act::Delete && !part.shared)
    }
}
