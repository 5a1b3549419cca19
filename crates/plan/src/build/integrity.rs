//! The integrity pass: for each row that goes, everything that could point at it, mapped or not, decided or refused.

mod cut;
mod demand;
mod identity;
mod stays;

use exeunt_base::Name;
use exeunt_datamap::model::{Reference, Relation, RelationKind, Span};
use exeunt_source::catalog::Rule;
use exeunt_source::selection::Filter;

use crate::build::edges::{Edge, Edges};
use crate::build::integrity::demand::Demand;
use crate::build::owned::{Owned, joined};
use crate::build::parts::Act;
use crate::build::reach::{Reach, Way};
use crate::build::schema::{ModelId, Schema};
use crate::build::sets::SetId;
use crate::build::steps::{Steps, clearable};
use crate::document::{Note, Severity};
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
                let text = format!("rows of {} that still refer here stop the deletion, as the map asks", self.spot());
                self.note(Severity::Info, "reference_refuses", text);
                self.held_back_alone();
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
        if let Some(said) = relation
            && self.only_a_ghost_helps()
        {
            self.said_of_staying(said);
            return self.repoint(from, filters, relation);
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

    /// Says what a row that is held back loses all the same: the rows below it go before it is its turn.
    fn held_back_alone(&mut self) {
        let hangs =
            |ways: &Vec<Way<'_>>| ways.iter().any(|way| way.from() == Some(self.to) && way.fate.flows());
        let models = self.reach.ways.iter().enumerate();
        let below = models.filter(|(model, ways)| *model != self.to && hangs(ways));
        let below: Vec<String> = below.map(|(model, _)| self.schema.models[model].at.to_string()).collect();
        if !below.is_empty() {
            let text = format!(
                "a row of {} that is held back for this reference stays without its rows in {}: those go before",
                self.schema.models[self.to].at,
                below.join(", ")
            );
            self.note(Severity::Warning, "held_back_alone", text);
        }
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
