//! Paths: from the rows of a model, over relations or identifiers, to where the search for them starts.

use exeunt_base::{Kind, Name};
use exeunt_datamap::model::{IdentityKind, Relation, RelationKind};
use exeunt_source::selection::{Compare, Filter, Join, KeyBy};

use crate::build::nobody;
use crate::build::owned::Owned;
use crate::build::parts;
use crate::build::reach::{Reach, Through, Way};
use crate::build::schema::{ModelId, Schema};
use crate::build::sets::{Owner, Path};
use crate::document::AnchorFrom;
use crate::problem::Problem;

/// The paths of one way.
pub(super) fn paths_of<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    owned: &mut Owned<'a>,
    way: &Way<'a>,
) -> Vec<Path> {
    let table = schema.table_of(way.to);
    match &way.through {
        Through::Identity(kinds) => kinds
            .iter()
            .map(|(kind, column, tellers)| {
                identity(schema, owned, way.to, (kind, column), tellers, Vec::new())
            })
            .collect(),
        Through::Down { relation, .. } | Through::Cascade { relation, .. }
            if relation.by_identity.is_some() =>
        {
            let kind = relation.by_identity.as_ref();
            kind.map(|kind| identity_paths(schema, reach, owned, way.to, relation, kind)).unwrap_or_default()
        }
        Through::Down { relation, from } => {
            let filters = parts::when_filters(table, &relation.when);
            owned.hop(schema, &relation.by, *from, &relation.on, filters)
        }
        Through::Cascade { relation, from } => {
            let filters = parts::when_filters(table, &relation.when);
            let going = owned.deleted(*from);
            going
                .into_iter()
                .map(|set| owned.sets.path_to(schema, set, &relation.by, &relation.on, filters.clone()))
                .collect()
        }
        Through::Up { relation, from } => upward(schema, owned, relation, *from),
    }
}

/// Paths to rows that hold a person's identifier, where nothing else joins the two.
pub(crate) fn identity_paths<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    owned: &Owned<'a>,
    model: ModelId,
    relation: &Relation,
    kind: &IdentityKind,
) -> Vec<Path> {
    let filters = parts::when_filters(schema.table_of(model), &relation.when);
    let tellers = reach.tellers.get(kind).map(Vec::as_slice).unwrap_or_default();
    let path = |column| identity(schema, owned, model, (kind, column), tellers, filters.clone());
    relation.by.iter().map(path).collect()
}

fn identity<'a>(
    schema: &Schema<'a>,
    owned: &Owned<'a>,
    model: ModelId,
    (kind, column): (&IdentityKind, &Name),
    tellers: &[ModelId],
    filters: Vec<Filter>,
) -> Path {
    let holds = schema.table_of(model).columns.get(column).map(|column| &column.kind);
    Path {
        filters,
        joins: Vec::new(),
        columns: vec![column.clone()],
        anchor: AnchorFrom::Identity {
            kind: kind.as_str().to_owned(),
            learned_from: tellers.iter().filter_map(|teller| owned.base[*teller]).collect(),
        },
        compare: compare(kind.as_str(), holds),
    }
}

/// From rows that are owned to the rows of `from` that own them, where the constants are on the owner's side.
pub(crate) fn upward<'a>(
    schema: &Schema<'a>,
    owned: &mut Owned<'a>,
    relation: &Relation,
    from: ModelId,
) -> Vec<Path> {
    let node = schema.table_of(from);
    let tests = parts::when_filters(node, &relation.when);
    let real = nobody::not_a_ghost(schema, from, relation);
    if tests.is_empty() {
        return owned.hop(schema, &relation.on, from, &relation.by, real);
    }
    let abroad = schema.models[from].at.source != relation.to.source;
    let by_key = matches!(schema.models[from].key, KeyBy::Columns(_));
    match owned.base[from] {
        Some(base) if abroad || !by_key => {
            let set = owned.filtered(schema, base, tests);
            vec![owned.sets.path_to(schema, set, &relation.on, &relation.by, real)]
        }
        _ => {
            let on = relation.on.iter().cloned().zip(relation.by.iter().cloned()).collect();
            let step = Join { table: node.table.name.clone(), on, filters: tests };
            let through = |path: Path| {
                let mut step = step.clone();
                step.filters.extend(path.filters.iter().cloned());
                let joins = std::iter::once(step).chain(path.joins.iter().cloned()).collect();
                let Path { columns, anchor, compare, .. } = path;
                Path { filters: real.clone(), joins, columns, anchor, compare }
            };
            owned.reached(schema, from).into_iter().map(through).collect()
        }
    }
}

/// Everyone who may own a row of the model, and which of them go anyway.
pub(super) fn owners<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    owned: &mut Owned<'a>,
    model: ModelId,
    problems: &mut Vec<Problem>,
) -> Vec<Owner> {
    let mut found = Vec::new();
    let rows = schema.table_of(model);
    for (holder, _, other, relation) in schema.relations() {
        let (owner, on, row_filters, filters) = match relation.kind {
            RelationKind::OwnedBy if holder == model => {
                let on = relation.by.iter().cloned().zip(relation.on.iter().cloned()).collect();
                let real = nobody::not_a_ghost(schema, holder, relation);
                (other, on, parts::when_filters(rows, &relation.when), real)
            }
            RelationKind::Owns if other == model => {
                let on = relation.on.iter().cloned().zip(relation.by.iter().cloned()).collect();
                (holder, on, Vec::new(), parts::when_filters(schema.table_of(holder), &relation.when))
            }
            _ => continue,
        };
        if relation.by_identity.is_some() {
            continue; // a row that carries a person's own address has no second owner by it
        }
        let ring = reach.cyclic[model] && reach.cyclic[owner];
        if ring || schema.models[owner].at.source != schema.models[model].at.source {
            problems.push(Problem {
                code: "shared_out_of_sight",
                span: relation.span.clone(),
                at: format!("{} -> {}", schema.models[model].at, schema.models[owner].at),
                text: if ring {
                    "`shared: last_owner` inside a ring of owners has no one answer".into()
                } else {
                    "`shared: last_owner` cannot count owners in another source".into()
                },
                fix: "leave `shared` out and decide with `on_erase` what becomes of the row".into(),
            });
            continue;
        }
        let flows = reach.ways[owner].iter().any(|way| way.fate.flows());
        let reached = if flows { owned.reached(schema, owner) } else { Vec::new() };
        found.push(Owner {
            table: schema.table_of(owner).table.name.clone(),
            on,
            row_filters,
            filters,
            reached,
        });
    }
    found
}

/// How identifiers of a kind are compared with a column.
pub(crate) fn compare(kind: &str, column: Option<&Kind>) -> Compare {
    let textual = column.is_none_or(|kind| match kind {
        Kind::Text { .. } | Kind::Any => true,
        Kind::Other(name) => name == "citext",
        _ => false,
    });
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if !textual {
        Compare::Exact
    } else if has(&["email", "mail"]) {
        Compare::Folded
    } else if has(&["phone", "mobile", "msisdn", "fax"]) {
        Compare::Digits
    } else {
        Compare::Exact
    }
}
