//! Cutting references: the steps that clear or repoint them, the rings inside one table, the guards.

use exeunt_base::Name;
use exeunt_datamap::model::{EdgeAction, Reference, Relation};
use exeunt_source::catalog::Rule;
use exeunt_source::selection::{Filter, KeyBy, Test};
use exeunt_source::strike::Referrer;

use crate::build::integrity::Look;
use crate::build::owned::joined;
use crate::build::schema::ModelId;
use crate::build::sets::{Path, SetDraft, SetId};
use crate::build::steps::{Guard, StepDraft, nulls, to_ghost};
use crate::document::{Assign, Purpose, Severity, Value};

impl Look<'_, '_> {
    /// Rows of one table that refer to each other, checked by the source as each statement ends. `true` when those that go
    /// are cut from each other before.
    pub(super) fn inside(&mut self, from: ModelId, covered: bool) -> bool {
        let table = self.edge.to;
        let mut own = self.steps.of(from).iter().map(|place| &self.steps.steps[*place]);
        let repointed = own.find(|step| self.is_cut(step) && step.purpose == Some(Purpose::Repoint));
        if let Some(step) = repointed {
            let all = self.owned.sets.drafts[step.set].paths.iter().any(|path| path.filters.is_empty());
            if all {
                return true;
            }
        }
        let to_ghosts = self.steps.of(from).iter().any(|place| {
            let assign = &self.steps.steps[*place].assign;
            assign
                .iter()
                .any(|one| self.edge.columns.contains(&one.column) && matches!(one.to, Value::Ghost { .. }))
        });
        let refuses = |relation: &Relation| relation.on_erase == Some(EdgeAction::Cut(Reference::Refuse));
        let refuses = self.edge.relations.iter().any(|(_, one)| refuses(one));
        if let Some(columns) = self.clearable() {
            let why = String::from("rows of the table refer to each other: cut before they go");
            let spares = to_ghosts || refuses;
            match (spares, &self.schema.models[from].key) {
                // some are pointed to a ghost and stay so, or stop the deletion: only rows that go are cut
                (true, KeyBy::Columns(key)) => self.cut_going(from, key.clone(), &columns, why),
                _ => self.clear(from, Vec::new(), why),
            }
            return true;
        }
        if !covered && self.edge.key.is_some_and(|key| key.on_delete != Rule::Refuse) {
            self.refuse(
                "ring_cannot_be_cut",
                None,
                format!(
                    "rows of the table refer to each other by `{}`, which cannot be cleared, and the database would take or change other rows along",
                    joined(&self.edge.columns)
                ),
                "write a relation to the same model with `on_erase: cascade`, or make the column nullable",
            );
            return false;
        }
        if !covered && refuses && !self.edge.enforced() {
            self.refuse(
                "ring_cannot_be_cut",
                None,
                format!(
                    "rows of the table refer to each other by `{}`, which cannot be cleared, and no foreign key would stop the deletion of a row that others still refer to",
                    joined(&self.edge.columns)
                ),
                "write `on_erase: cascade` or `repoint`, make the column nullable, or add a foreign key",
            );
            return false;
        }
        self.steps.each_deletion(self.schema, table, |step| {
            step.together = true;
            step.because.push(
                "rows of the table refer to each other and cannot be cut: all go in one statement".into(),
            );
        });
        if !covered {
            self.note(
                Severity::Warning,
                "ring_not_cut",
                format!(
                    "`{}` cannot be cleared; a row of somebody else that refers here stops the deletion",
                    joined(&self.edge.columns)
                ),
            );
        }
        false
    }

    /// Clears a reference in all rows that go, whatever it leads to.
    pub(super) fn cut_going(&mut self, from: ModelId, key: Vec<Name>, columns: &[Name], why: String) {
        let mut draft = SetDraft::new(from);
        draft.why =
            format!("{} that go and refer to others by {}", self.schema.models[from].at, joined(columns));
        draft
            .filters
            .extend(columns.first().map(|column| Filter { column: column.clone(), test: Test::IsNotNull }));
        for going in self.going.clone() {
            draft.paths.push(self.owned.sets.path_to(self.schema, going, &key, &key, Vec::new()));
        }
        let set = self.owned.sets.add(draft);
        self.steps.add(StepDraft {
            set,
            model: from,
            purpose: Some(Purpose::Clear),
            assign: nulls(columns.to_vec()),
            guards: Vec::new(),
            together: false,
            because: vec![why],
            before: vec![self.edge.to],
        });
    }

    pub(super) fn is_cut(&self, step: &StepDraft) -> bool {
        step.model == self.to
            && matches!(step.purpose, Some(Purpose::Clear | Purpose::Repoint))
            && step.assign.iter().any(|one| self.edge.columns.contains(&one.column))
    }

    pub(super) fn clear(&mut self, from: ModelId, filters: Vec<Filter>, why: String) {
        let assign = nulls(self.clearable().unwrap_or_default());
        self.cut(from, filters, Purpose::Clear, assign, why);
    }

    pub(super) fn repoint(&mut self, from: ModelId, filters: Vec<Filter>, relation: Option<&Relation>) {
        match self.steps.ghost(self.schema, self.to) {
            Some(ghost) => {
                let assign = to_ghost(ghost, &self.edge.columns, &self.edge.to_columns);
                let asked =
                    relation.is_some_and(|one| one.on_erase == Some(EdgeAction::Cut(Reference::Repoint)));
                let why = if asked { "as the map asks" } else { "because it cannot be empty" };
                self.cut(
                    from,
                    filters,
                    Purpose::Repoint,
                    assign,
                    format!("the reference is pointed to a ghost, {why}"),
                );
            }
            None => self.refuse(
                "ghost_missing",
                relation,
                format!("there is no ghost of {} to point to", self.schema.models[self.to].at),
                "give that model a key and a `ghost:`",
            ),
        }
    }

    /// Adds rows to the step that cuts this edge, or makes it.
    pub(super) fn cut(
        &mut self,
        from: ModelId,
        filters: Vec<Filter>,
        purpose: Purpose,
        assign: Vec<Assign>,
        why: String,
    ) {
        let own = self.edge.from == self.edge.to && self.edge.enforced();
        let parts: Vec<SetId> = self.owned.parts_of(from).map(|part| part.set).collect();
        let known = self.steps.of(from).iter().copied().find(|place| {
            let step = &self.steps.steps[*place];
            let same = step.purpose == Some(purpose) && step.assign == assign;
            same && step.before.contains(&self.edge.to) && !parts.contains(&step.set)
        });
        let set = match known {
            Some(step) => {
                let step = &mut self.steps.steps[step];
                if !step.because.contains(&why) {
                    step.because.push(why);
                }
                step.set
            }
            None => {
                let mut draft = SetDraft::new(from);
                draft.why = format!(
                    "{} that refer by {} to rows of {} that go",
                    self.schema.models[from].at,
                    joined(&self.edge.columns),
                    self.schema.models[self.to].at
                );
                if !own {
                    draft.yields_to = self.owned.deleted(from);
                }
                let set = self.owned.sets.add(draft);
                self.steps.add(StepDraft {
                    set,
                    model: from,
                    purpose: Some(purpose),
                    assign,
                    guards: Vec::new(),
                    together: false,
                    because: vec![why],
                    before: vec![self.edge.to],
                });
                set
            }
        };
        for going in self.going.clone() {
            let path = self.owned.sets.path_to(
                self.schema,
                going,
                &self.edge.columns,
                &self.edge.to_columns,
                filters.clone(),
            );
            let paths = &mut self.owned.sets.drafts[set].paths;
            let wider = |known: &Path| {
                known.anchor == path.anchor
                    && known.columns == path.columns
                    && (known.filters.is_empty() || known.filters == path.filters)
            };
            if !paths.iter().any(wider) {
                paths.push(path);
            }
        }
    }

    /// Rows that go must find nobody referring to them by this edge; `cut` when those of the table itself no longer do.
    pub(super) fn guard(&mut self, cut: bool) {
        let by =
            Referrer { table: self.schema.tables[self.edge.from].table.name.clone(), on: self.edge.pairs() };
        self.steps.each_deletion(self.schema, self.edge.to, |step| {
            match step.guards.iter_mut().find(|guard| guard.by == by) {
                Some(known) => known.cut |= cut,
                None => step.guards.push(Guard { by: by.clone(), cut }),
            }
        });
    }

    /// Whether the source can be asked for rows that refer here, and for no others.
    pub(super) fn can_guard(&self, filters: &[Filter]) -> bool {
        let near = self.schema.tables[self.edge.from].source == self.schema.tables[self.edge.to].source;
        near && (filters.is_empty() || self.edge.key.is_some())
    }
}
