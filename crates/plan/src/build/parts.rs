//! What becomes of the rows of one fate once the law has had its say: a model's rows fall into parts.

use std::collections::BTreeMap;

use exeunt_base::Name;
use exeunt_base::{Cell, Kind};
use exeunt_datamap::model::{Keep, KeepFrom, KeepMode, Method, Reference, Scalar, Starting, Then};
use exeunt_source::selection::{Filter, KeyBy, Test};

use crate::build::reach::Fate;
use crate::build::retention;
use crate::build::schema::{ModelId, Schema, TableNode};
use crate::build::sets::Owner;
use crate::document::{Note, Severity};
use crate::problem::Problem;

/// What is done to the rows of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act<'a> {
    /// They are read.
    Read,
    /// They go.
    Delete,
    /// They are masked.
    Anonymize(&'a BTreeMap<Name, Method>),
    /// They stay verbatim: by this law, or because the map says so.
    Keep(Option<&'a Keep>),
    /// They are masked down to what this law needs.
    Minimize(&'a BTreeMap<Name, Method>, &'a Keep),
    /// Their link to the person is cut.
    Detach(Reference),
}

/// A share of the rows of one fate.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    pub(crate) act: Act<'a>,
    /// What tells its rows from those of the other parts.
    pub(crate) filters: Vec<Filter>,
    /// As above, where it takes a negation.
    pub(crate) unless: Option<Owner>,
}

impl Part<'_> {
    /// Whether it is all of the rows.
    pub(crate) fn is_whole(&self) -> bool {
        self.filters.is_empty() && self.unless.is_none()
    }
}

/// The parts of a fate, kept rows first.
pub(crate) fn of<'a>(
    schema: &Schema<'a>,
    model: ModelId,
    fate: Fate<'a>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Vec<Part<'a>> {
    let whole = |act| Part { act, filters: Vec::new(), unless: None };
    let node = &schema.models[model];
    let table = schema.table_of(model);
    let keep = match (fate, &node.model.keep) {
        (Fate::Read, _) => return vec![whole(Act::Read)],
        (Fate::Refuse, _) => return Vec::new(),
        (_, Some(keep)) => keep,
        (Fate::Delete, None) => return vec![whole(Act::Delete)],
        (Fate::Anonymize(methods), None) => return vec![whole(Act::Anonymize(methods))],
        (Fate::Keep, None) => return vec![whole(Act::Keep(None))],
        (Fate::Detach(cut), None) => return vec![whole(Act::Detach(cut))],
    };
    let mut covered = when_filters(table, &keep.when);
    let mut over = Vec::new();
    if let (KeepFrom::Column(column), Some(boundary)) =
        (&keep.from, retention::boundary(keep, schema.inputs.today))
    {
        let kind = table.columns.get(column).map_or(&Kind::Any, |column| &column.kind);
        let at = format!("{}.{column}", node.at);
        match retention::boundary_text(kind, boundary, schema.inputs.zone) {
            Some(text) => {
                over.push(Filter { column: column.clone(), test: Test::Before(text.clone()) });
                covered.push(Filter { column: column.clone(), test: Test::NotBefore(text) });
            }
            None => problems.push(Problem {
                code: "retention_not_a_date",
                span: node.model.span.clone(),
                at: at.clone(),
                text: format!("retention counts from this column, but it holds {}, not dates", kind.word()),
                fix: "name a date or timestamp column under `keep: { from: … }`".into(),
            }),
        }
        if matches!(kind, Kind::Text { .. } | Kind::Any) {
            notes.push(Note {
                severity: Severity::Warning,
                code: "retention_from_text".into(),
                at: at.clone(),
                text: "retention counts from a text column: its dates must be written like 2026-11-21; look at samples".into(),
            });
        }
        if !schema.not_null(node.table, column) {
            notes.push(Note {
                severity: Severity::Info,
                code: "retention_without_date".into(),
                at,
                text: "rows without a date here stay kept: nobody can say when their time began".into(),
            });
        }
    }
    let kept = match (keep.mode, fate, &node.model.on_erase) {
        (KeepMode::Minimized, Fate::Anonymize(methods), _)
        | (KeepMode::Minimized, _, exeunt_datamap::model::Action::Anonymize(methods)) => {
            Act::Minimize(methods, keep)
        }
        _ => Act::Keep(Some(keep)),
    };
    // a row that was only to be cut from the person is not taken for having outlived its law
    let rest = match (fate, &keep.then) {
        (Fate::Detach(cut), _) => Act::Detach(cut),
        (Fate::Delete, _) | (_, Then::Delete) => Act::Delete,
        (_, Then::Anonymize(methods)) => Act::Anonymize(methods),
    };
    if covered.is_empty() {
        return vec![whole(kept)];
    }
    let unless = (!keep.when.is_empty()).then(|| itself(table, &node.key, &keep.when, &covered));
    vec![
        Part { act: kept, filters: covered, unless: None },
        Part { act: rest, filters: if unless.is_some() { Vec::new() } else { over }, unless },
    ]
}

/// `10y from paid_at, counted from the end of the year`.
pub(crate) fn until(schema: &Schema<'_>, keep: &Keep) -> String {
    let starting = match keep.starting {
        Starting::Date => "",
        Starting::EndOfYear => ", counted from the end of the year",
        Starting::EndOfMonth => ", counted from the end of the month",
    };
    match &keep.from {
        KeepFrom::Column(column) => format!("{} from {column}{starting}", keep.period),
        KeepFrom::Request => {
            let end = retention::kept_until(keep, schema.inputs.today);
            format!("{} from the day of the request{starting}: {}", keep.period, retention::day_text(end))
        }
    }
}

/// Constants of a map as tests of a row.
pub(crate) fn when_filters(table: &TableNode<'_>, when: &BTreeMap<Name, Scalar>) -> Vec<Filter> {
    let test = |(column, value): (&Name, &Scalar)| Filter {
        column: column.clone(),
        test: match value {
            Scalar::Null => Test::IsNull,
            value => Test::Equals(constant(table, column, value)),
        },
    };
    when.iter().map(test).collect()
}

/// A constant of a map as a cell of its column.
pub(crate) fn constant(table: &TableNode<'_>, column: &Name, value: &Scalar) -> Cell {
    let kind = table.columns.get(column).map(|column| &column.kind);
    kind.map_or_else(|| value.to_cell(), |kind| constant_of(kind, value))
}

/// A constant of a map as a cell of a column of this kind.
pub(crate) fn constant_of(kind: &Kind, value: &Scalar) -> Cell {
    match (kind, value) {
        (Kind::Text { .. } | Kind::Enum(_) | Kind::Uuid, Scalar::Int(number)) => {
            Cell::text(&number.to_string())
        }
        (Kind::Text { .. } | Kind::Decimal { .. }, Scalar::Number(text)) => Cell::text(text),
        (Kind::Integer { .. }, Scalar::Bool(value)) => Cell::Int(i64::from(*value)),
        _ => value.to_cell(),
    }
}

/// Leaves out rows that meet all of `tests`: such a row is its own "owner that stays".
fn itself(table: &TableNode<'_>, key: &KeyBy, when: &BTreeMap<Name, Scalar>, tests: &[Filter]) -> Owner {
    let columns: Vec<Name> = match key {
        KeyBy::Columns(columns) => columns.clone(),
        // any column does that is known to be filled where the tests hold
        KeyBy::WholeRow => when
            .iter()
            .filter(|(_, value)| **value != Scalar::Null)
            .map(|(column, _)| column.clone())
            .take(1)
            .collect(),
    };
    Owner {
        table: table.table.name.clone(),
        on: columns.iter().map(|column| (column.clone(), column.clone())).collect(),
        row_filters: tests.to_vec(),
        filters: Vec::new(),
        reached: Vec::new(),
    }
}
