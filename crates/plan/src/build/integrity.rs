//! The integrity pass: for each row that goes, everything that could point at it, mapped or not, decided or refused.

mod cut;
mod identity;

use exeunt_base::Name;
use exeunt_datamap::model::{EdgeAction, Reference, Relation, RelationKind, Span};
use exeunt_source::catalog::Rule;
use exeunt_source::selection::Filter;

use crate::build::edges::{Edge, Edges};
use crate::build::owned::{Owned, joined};
use crate::build::parts::{self, Act};
use crate::build::reach::{Fate, Reach, Through};
use crate::build::schema::{ModelId, Schema};
use crate::build::sets::SetId;
use crate::build::steps::{StepDraft, Steps, clearable, nulls, to_ghost};
use crate::document::{Assign, Note, Purpose, Severity, Value};
use crate::problem::Problem;

/// Edges that bind the order of deletions: rows at their start go before rows at their end.
pub(crate) type Order = Vec<usize>;

/// Goes over every edge into a table that loses rows.
pub(crate) fn pass<'a>(
    schema: &Schema<'a>,
    edges: &Edges<'a>,
    reach: &Reach<'a>,
    owned: &mut Owned<'a>,
    steps: &mut Steps,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Order {
    let mut order = Vec::new();
    identity::clear(schema, reach, owned, steps);
    for to in 0..schema.models.len() {
        let going = owned.deleted(to);
        if going.is_empty() {
            continue;
        }
        for &place in &edges.into[schema.models[to].table] {
            let mut look = Look {
                schema,
                edges,
                reach,
                owned,
                steps,
                notes,
                problems,
                to,
                going: going.clone(),
                edge: &edges.all[place],
            };
            if look.decide() {
                order.push(place);
            }
        }
    }
    order
}

/// One edge, looked at.
struct Look<'l, 'a> {
    schema: &'l Schema<'a>,
    edges: &'l Edges<'a>,
    reach: &'l Reach<'a>,
    owned: &'l mut Owned<'a>,
    steps: &'l mut Steps,
    notes: &'l mut Vec<Note>,
    problems: &'l mut Vec<Problem>,
    to: ModelId,
    going: Vec<SetId>,
    edge: &'l Edge<'a>,
}

/// What is to be done with references that are not gone by themselves.
enum Demand<'a> {
    /// Decided in the map: cut it.
    Cut(Reference, Vec<Filter>, Option<&'a Relation>),
    /// Rows the person owned, which stay: part and relation.
    Stays(usize, usize, &'a Relation),
    /// Nobody decided.
    Open(Option<&'a Relation>, Vec<Filter>),
}

impl<'a> Look<'_, 'a> {
    /// Decides the edge; answers whether rows at its start that go must go first.
    fn decide(&mut self) -> bool {
        let schema = self.schema;
        let Some(from) = schema.tables[self.edge.from].model else {
            self.unmapped();
            return false;
        };
        let own = self.edge.from == self.edge.to;
        let (demands, covered) = self.demands(from);
        let refused = demands.iter().any(|demand| match demand {
            Demand::Cut(Reference::Refuse, filters, _) => self.can_guard(filters),
            _ => false,
        });
        for demand in demands {
            self.meet(from, demand);
        }
        let cut = own && self.edge.checked() && self.inside(from, covered);
        let takes_along = self.edge.key.is_some_and(|key| key.enforced && key.on_delete != Rule::Refuse);
        if takes_along || (cut && refused) {
            self.guard(cut);
        }
        !own && !self.owned.deleted(from).is_empty()
    }

    /// What the map says about each relation over this edge, and whether all rows go with what they refer to.
    fn demands(&self, from: ModelId) -> (Vec<Demand<'a>>, bool) {
        let mut demands = Vec::new();
        let (mut said, mut covered, mut decided) = (false, false, false);
        for (_, relation) in &self.edge.relations {
            let whole = relation.when.is_empty();
            said |= whole || self.edge.key.is_none();
            let filters = || parts::when_filters(&self.schema.tables[self.edge.from], &relation.when);
            let way = self.reach.ways[from].iter().position(|way| {
                way.relation().is_some_and(|other| std::ptr::eq(other, *relation))
                    && matches!(way.through, Through::Down { .. } | Through::Cascade { .. })
            });
            match (way, &relation.on_erase) {
                (Some(way), _) if self.reach.ways[from][way].fate == Fate::Refuse => {
                    demands.push(Demand::Cut(Reference::Refuse, filters(), Some(*relation)));
                }
                (Some(way), _) => {
                    let mut stays = false;
                    for &place in &self.owned.of_model[from] {
                        let part = &self.owned.parts[place];
                        let here = part.ways.contains(&way);
                        // a shared row may be spared for another owner's sake
                        let gone = matches!(part.act, Act::Delete | Act::Detach(_)) && !part.shared;
                        if here && !gone {
                            stays = true;
                            demands.push(Demand::Stays(place, way, relation));
                        }
                    }
                    covered |= whole && !stays;
                }
                (None, Some(EdgeAction::Cut(cut))) => {
                    demands.push(Demand::Cut(*cut, filters(), Some(*relation)))
                }
                (None, _) if relation.kind == RelationKind::Owns && self.only_owners_refer(from) => {
                    covered = true
                }
                (None, _) => demands.push(Demand::Open(Some(*relation), filters())),
            }
            decided |= whole && relation.on_erase.is_some();
        }
        if !said {
            demands.push(Demand::Open(None, Vec::new()));
        }
        if covered || decided {
            demands.retain(|demand| !matches!(demand, Demand::Open(..)));
        }
        if covered {
            // another relation over the same edge takes these rows along: those that stay refer to rows that stay
            let cuts = |relation: &Relation| matches!(relation.on_erase, Some(EdgeAction::Cut(_)));
            demands.retain(|demand| !matches!(demand, Demand::Stays(_, _, relation) if !cuts(relation)));
        }
        (demands, covered)
    }

    fn meet(&mut self, from: ModelId, demand: Demand<'a>) {
        match demand {
            Demand::Cut(Reference::Refuse, filters, relation) if !self.can_guard(&filters) => self.refuse(
                "refuse_out_of_sight",
                relation,
                "`on_erase: refuse` cannot be asked here: the rows are in another source, or only `when:` tells them apart".into(),
                "write `null`, `cascade` or `repoint` instead",
            ),
            Demand::Cut(Reference::Refuse, ..) => {
                self.guard(false);
                self.note(
                    Severity::Info,
                    "reference_refuses",
                    format!(
                        "rows of {} that still refer here stop the deletion, as the map asks",
                        self.spot()
                    ),
                );
            }
            Demand::Cut(Reference::Null, filters, relation) => match self.clearable() {
                Some(_) => self.clear(from, filters, "the reference is cleared, as the map asks".into()),
                None => self.refuse(
                    "reference_not_nullable",
                    relation,
                    format!(
                        "`on_erase: null` cannot be done: `{}` is NOT NULL or part of the key",
                        joined(&self.edge.columns)
                    ),
                    "write `repoint` (with a `ghost:`), `cascade` or `refuse` instead",
                ),
            },
            Demand::Cut(Reference::Repoint, filters, relation) => self.repoint(from, filters, relation),
            Demand::Stays(part, way, relation) => self.stays(from, part, way, relation),
            Demand::Open(relation, filters) => self.open(from, relation, filters),
        }
    }

    /// A row that was the person's stays, and what it refers to goes.
    fn stays(&mut self, from: ModelId, place: usize, way: usize, relation: &'a Relation) {
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
        let repoint = relation.on_erase == Some(EdgeAction::Cut(Reference::Repoint));
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
            (Some(_), _) if repoint => self.repoint(from, filters, Some(relation)),
            (Some(_), _) => {
                self.said_of_staying(relation);
                self.clear(from, filters, "the row stays, what it refers to goes".into());
            }
            (None, _) if repoint => self.repoint(from, filters, Some(relation)),
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

    fn said_of_staying(&mut self, relation: &Relation) {
        if !matches!(relation.on_erase, Some(EdgeAction::Cut(_))) {
            self.note(
                Severity::Info,
                "reference_cleared",
                format!(
                    "`{}` of rows that stay is cleared, because what it refers to goes",
                    joined(&self.edge.columns)
                ),
            );
        }
    }

    /// A reference nobody decided.
    fn open(&mut self, from: ModelId, relation: Option<&'a Relation>, filters: Vec<Filter>) {
        let clearable = self.clearable().is_some();
        let by_catalog = self.edge.key.is_some_and(|key| key.on_delete == Rule::SetNull);
        let reached = self.reach.reaches(from);
        if clearable && (by_catalog || relation.is_some() || reached) {
            let why = if by_catalog {
                "the database would clear the reference; it is cleared and sealed first"
            } else {
                "what it refers to goes"
            };
            self.note(Severity::Info, "reference_cleared", format!("`{}` of rows that refer to deleted ones is cleared; write `on_erase` to decide otherwise", joined(&self.edge.columns)));
            return self.clear(from, filters, why.into());
        }
        let only_deleted = self.owned.parts_of(from).all(|part| part.act == Act::Delete)
            && !self.owned.deleted(from).is_empty();
        let pointing = relation.is_none_or(|relation| relation.kind == RelationKind::RefersTo);
        let own = self.edge.from == self.edge.to;
        if !clearable && only_deleted && pointing && !own && self.can_guard(&filters) {
            self.guard(false);
            return self.note(Severity::Info, "reference_by_order", format!("the person's rows of {} go first; a row of somebody else that refers here stops the deletion", self.spot()));
        }
        let nullable = if clearable { "`null`, " } else { "" };
        self.refuse(
            "reference_undecided",
            relation,
            format!("rows here may refer to rows of {} that are deleted, and nobody decided what becomes of them", self.schema.models[self.to].at),
            &if relation.is_some() {
                format!("write `on_erase:` with {nullable}`cascade`, `repoint` or `refuse` on this relation")
            } else {
                format!(
                    "add `- {{ to: {}, by: {}, as: refers_to, on_erase: … }}` with {nullable}`cascade`, `repoint` or `refuse` to {}",
                    self.schema.models[self.to].at.model,
                    match &self.edge.columns[..] {
                        [one] => one.to_string(),
                        many => format!("[{}]", joined(many)),
                    },
                    self.schema.models[from].at
                )
            },
        );
    }

    fn unmapped(&mut self) {
        let node = &self.schema.tables[self.edge.from];
        let rule = self.edge.key.map_or("", |key| match key.on_delete {
            Rule::Refuse => "",
            Rule::Cascade => " (the database would delete them too, unsealed)",
            Rule::SetNull | Rule::SetDefault => " (the database would change them, unsealed)",
        });
        self.problems.push(Problem {
            code: "reference_unmapped",
            span: self.schema.models[self.to].model.span.clone(),
            at: format!("{} -> {}", self.spot(), self.schema.spot(self.edge.to, &self.edge.to_columns)),
            text: format!(
                "table `{}` is not mapped, but its rows refer to rows that are deleted{rule}",
                node.table.name
            ),
            fix: format!(
                "map the table with a relation `by: {}` to {}, or anonymize {} instead of deleting it",
                joined(&self.edge.columns),
                self.schema.models[self.to].at,
                self.schema.models[self.to].at
            ),
        });
    }

    /// Whether rows of the target go only with the last row that refers to them, and all of those go.
    fn only_owners_refer(&self, from: ModelId) -> bool {
        let shared = self.reach.ways[self.to].iter().all(|way| way.shared || !way.fate.flows());
        shared && self.owned.parts_of(from).all(|part| part.act == Act::Delete && !part.shared)
    }

    /// Whether every reached row of the target goes.
    fn all_go(&self) -> bool {
        self.owned.parts_of(self.to).all(|part| part.act == Act::Delete && !part.shared)
    }

    fn clearable(&self) -> Option<Vec<Name>> {
        clearable(self.schema, self.edges, self.edge.from, &self.edge.columns)
    }

    fn spot(&self) -> String {
        self.schema.spot(self.edge.from, &self.edge.columns)
    }

    fn note(&mut self, severity: Severity, code: &str, text: String) {
        self.notes.push(Note { severity, code: code.into(), at: self.spot(), text });
    }

    fn refuse(&mut self, code: &'static str, relation: Option<&Relation>, text: String, fix: &str) {
        let span = relation.map_or_else(
            || {
                let model = self.schema.tables[self.edge.from].model;
                model.map_or_else(Span::default, |model| self.schema.models[model].model.span.clone())
            },
            |relation| relation.span.clone(),
        );
        self.problems.push(Problem {
            code,
            span,
            at: format!("{} -> {}", self.spot(), self.schema.spot(self.edge.to, &self.edge.to_columns)),
            text,
            fix: fix.to_owned(),
        });
    }
}
