//! What is missing of what a plan was made for, in words: a table or column that is gone is the drift people ask about first.

use exeunt_base::Name;
use exeunt_plan::document::{Action, Document};
use exeunt_source::KeyBy;
use exeunt_source::catalog::Catalog;

/// ` (table … is gone)`, or nothing when all that the plan names is still there and something else of the schema changed.
pub(crate) fn told(document: &Document, source: &Name, catalog: &Catalog) -> String {
    let mut gone: Vec<String> = Vec::new();
    for set in document.sets.iter().filter(|set| set.model.source == *source) {
        let Some(table) = catalog.table(set.table()) else {
            gone.push(format!("table {} is gone", set.table()));
            continue;
        };
        let key: &[Name] = match set.key() {
            KeyBy::Columns(columns) => columns,
            KeyBy::WholeRow => &[],
        };
        let steps = document.steps.iter().filter(|step| step.set == set.number);
        let assigned = steps.flat_map(|step| match &step.action {
            Action::Update { assign, .. } => assign.as_slice(),
            Action::Delete { .. } => step.veil.as_slice(),
        });
        let named = key.iter().chain(&set.carried).chain(assigned.map(|assign| &assign.column));
        let missing = named.filter(|column| table.column(column).is_none());
        gone.extend(missing.map(|column| format!("column {column} of {} is gone", set.table())));
    }
    gone.sort_unstable();
    gone.dedup();
    if gone.is_empty() { String::new() } else { format!(" ({})", gone.join(", ")) }
}
