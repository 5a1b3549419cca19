//! A ghost is nobody: rows whose reference came to point to one own neither it nor what is at it. It is told from rows of
//! people by what the map writes into it, and by everything else of a person's being empty.

use exeunt_base::{Cell, Kind, Name};
use exeunt_datamap::model::{EdgeAction, Reference, Relation};
use exeunt_source::catalog::{Column, Generated};
use exeunt_source::selection::{Filter, KeyBy, Test};

use crate::build::owned::joined;
use crate::build::parts;
use crate::build::reach::{Reach, Through};
use crate::build::schema::{ModelId, Schema};
use crate::problem::Problem;

/// What the engine writes anew for each ghost.
const TOKEN: &str = "{token}";

/// How a model's ghosts are known.
pub(crate) struct Likeness {
    /// What holds of every ghost.
    pub(crate) tests: Vec<Filter>,
    /// Columns that may say something of a person, and of which nothing is known in a ghost.
    open: Vec<Name>,
}

impl Likeness {
    /// Whether no row of anybody's is taken for a ghost.
    fn certain(&self) -> bool {
        self.open.is_empty() && self.tests.iter().any(|filter| filter.test != Test::IsNull)
    }
}

/// How the ghosts of a model are known; `None` when the map makes none.
pub(crate) fn likeness(schema: &Schema<'_>, model: ModelId) -> Option<Likeness> {
    let node = &schema.models[model];
    let ghost = node.model.ghost.as_ref()?;
    let KeyBy::Columns(key) = &node.key else { return None };
    let table = schema.table_of(model);
    let (mut tests, mut constants, mut marked) = (Vec::new(), Vec::new(), false);
    for (column, value) in &ghost.row {
        let comparable = table.columns.get(column).is_some_and(|column| comparable(&column.kind));
        let test = match parts::constant(table, column, value) {
            Cell::Null => Test::IsNull,
            _ if !comparable => continue,
            Cell::Text(text) if text.contains(TOKEN) => {
                let around: Vec<String> = text.split(TOKEN).map(str::to_owned).collect();
                marked |= around.iter().any(|part| !part.is_empty());
                Test::Tokens(around)
            }
            cell => {
                constants.push(column.clone());
                Test::Equals(cell)
            }
        };
        tests.push(Filter { column: column.clone(), test });
    }
    // nobody else can have what no two rows have
    if marked || table.table.is_unique(&constants) {
        return Some(Likeness { tests, open: Vec::new() });
    }
    let mut open = Vec::new();
    let says_nothing = |column: &Column| {
        let field = node.model.fields.get(&column.name);
        let category = field.and_then(|field| field.category.as_deref());
        category.is_some_and(|category| category.split('.').next() == Some("system"))
    };
    for column in &table.table.columns {
        let made = column.generated != Generated::No || key.contains(&column.name);
        if made || ghost.row.contains_key(&column.name) || says_nothing(column) {
            continue;
        }
        if column.default.as_deref().is_some_and(|default| !is_null(default)) {
            open.push(column.name.clone());
        } else if !column.not_null {
            tests.push(Filter { column: column.name.clone(), test: Test::IsNull });
        }
    }
    Some(Likeness { tests, open })
}

/// What a shared ghost is found again by, where that is more than its values.
pub(crate) fn known_by(schema: &Schema<'_>, model: ModelId) -> Vec<Filter> {
    let ghost = schema.models[model].model.ghost.as_ref();
    let values = ghost.map_or(0, |ghost| ghost.row.len());
    let tests = likeness(schema, model).map(|likeness| likeness.tests).unwrap_or_default();
    let all_equal = tests.iter().all(|filter| matches!(filter.test, Test::Equals(_)));
    if all_equal && tests.len() == values { Vec::new() } else { tests }
}

/// What holds of rows that `relation` leads to and that are no ghosts.
pub(crate) fn not_a_ghost(schema: &Schema<'_>, holder: ModelId, relation: &Relation) -> Vec<Filter> {
    let to = schema.model(&relation.to).filter(|_| may_point(schema, holder, relation));
    let likeness = to.and_then(|to| likeness(schema, to)).filter(Likeness::certain);
    let tests = likeness.map(|likeness| likeness.tests).unwrap_or_default();
    let first = tests.first().map(|first| first.column.clone());
    first.map(|column| Filter { column, test: Test::NotAll(tests) }).into_iter().collect()
}

/// Refuses ownership along references that may come to point to a ghost nobody could tell from a row of somebody's.
pub(crate) fn check(schema: &Schema<'_>, reach: &Reach<'_>, problems: &mut Vec<Problem>) {
    if !schema.inputs.right.changes_rows() {
        return;
    }
    for way in reach.ways.iter().flatten() {
        let Through::Up { relation, from } = &way.through else { continue };
        let Some(likeness) = likeness(schema, way.to).filter(|_| may_point(schema, *from, relation)) else {
            continue;
        };
        if likeness.certain() {
            continue;
        }
        let to = &schema.models[way.to];
        problems.push(Problem {
            code: "ghost_like_a_row",
            span: to.model.span.clone(),
            at: to.at.to_string(),
            text: format!(
                "`{}` of {} owns what it points to and may come to point to the ghost, which could not be told from a row of somebody's",
                joined(&relation.by),
                schema.models[*from].at
            ),
            fix: if likeness.open.is_empty() {
                "write a value into the ghost's `row:` that no row of a person has".into()
            } else {
                format!(
                    "write values for `{}` into the ghost's `row:`, or one of a unique column, or a text with `{TOKEN}` in it",
                    joined(&likeness.open)
                )
            },
        });
    }
}

/// Whether rows may be made to point to a ghost by columns of a relation.
fn may_point(schema: &Schema<'_>, holder: ModelId, relation: &Relation) -> bool {
    let node = &schema.models[holder];
    let stays_filled = |column: &Name| schema.not_null(node.table, column) || node.model.key.contains(column);
    let mut same = node.model.relations.iter().filter(|other| {
        other.to == relation.to && other.by.iter().any(|column| relation.by.contains(column))
    });
    same.any(|other| match &other.on_erase {
        Some(EdgeAction::Cut(Reference::Repoint)) => true,
        Some(EdgeAction::Cut(_) | EdgeAction::Cascade) => false,
        None | Some(EdgeAction::Row(_)) => other.by.iter().all(stays_filled),
    })
}

/// Whether a source can be asked for a value in such a column.
fn comparable(kind: &Kind) -> bool {
    !matches!(kind, Kind::Json | Kind::Array(_) | Kind::Other(_))
}

/// A default that is none.
fn is_null(default: &str) -> bool {
    let word = default.split("::").next().unwrap_or_default();
    word.trim().eq_ignore_ascii_case("null")
}

#[cfg(test)]
mod tests {
    use super::is_null;

    #[test]
    fn a_default_of_null_is_none() {
        assert!(is_null("NULL") && is_null("NULL::character varying") && is_null(" null "));
        assert!(!is_null("'NULL'") && !is_null("0") && !is_null(""));
    }
}
