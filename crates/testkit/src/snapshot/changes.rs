//! What differs between two states of a database, row by row and column by column.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use crate::snapshot::{Snapshot, Stored, Table};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// `schema.table`, or what a definition defines.
    pub place: String,
    /// `id=3`, or `#…` in a table without a key; empty for a definition.
    pub key: String,
    /// What happened.
    pub what: What,
}

/// What happened to a row or a definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is there only before.
    Removed,
    /// It is there only after.
    Added,
    /// It is there both times, with these columns changed.
    Changed(Vec<String>),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match &self.what {
            What::Removed => "-",
            What::Added => "+",
            What::Changed(_) => "~",
        };
        write!(f, "{sign} {}", self.place)?;
        if !self.key.is_empty() {
            write!(f, "[{}]", self.key)?;
        }
        if let What::Changed(columns) = &self.what {
            write!(f, ": {}", columns.join(", "))?;
        }
        Ok(())
    }
}

/// The first of them, one a line.
pub(crate) fn list(changes: &[Change], most: usize) -> String {
    let mut lines: Vec<String> = changes.iter().take(most).map(ToString::to_string).collect();
    if changes.len() > most {
        lines.push(format!("… and {} more", changes.len() - most));
    }
    lines.join("\n")
}

pub(crate) fn between(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let mut found = Vec::new();
    let definitions: BTreeSet<&String> = before.schema.keys().chain(after.schema.keys()).collect();
    for place in definitions {
        let what = match (before.schema.get(place), after.schema.get(place)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(_), Some(_)) => What::Changed(vec!["definition".into()]),
            (Some(_), None) => What::Removed,
            _ => What::Added,
        };
        found.push(Change { place: place.clone(), key: String::new(), what });
    }
    let tables: BTreeSet<&String> = before.tables.keys().chain(after.tables.keys()).collect();
    let none = Table::default();
    for name in tables {
        let (old, new) = (before.tables.get(name), after.tables.get(name));
        rows(name, old.unwrap_or(&none), new.unwrap_or(&none), &mut found);
    }
    found
}

/// Walks both sorted lists side by side.
fn rows(table: &str, before: &Table, after: &Table, found: &mut Vec<Change>) {
    let mut note = |row: &Stored, what| {
        found.push(Change { place: table.to_owned(), key: row.key.clone(), what });
    };
    let (mut old, mut new) = (before.rows.iter().peekable(), after.rows.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some(left), Some(right)) => left.key.cmp(&right.key),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return,
        };
        match order {
            Ordering::Less => old.next().into_iter().for_each(|row| note(row, What::Removed)),
            Ordering::Greater => new.next().into_iter().for_each(|row| note(row, What::Added)),
            Ordering::Equal => {
                let (Some(left), Some(right)) = (old.next(), new.next()) else { return };
                let columns = changed_columns(before, left, after, right);
                if !columns.is_empty() {
                    note(left, What::Changed(columns));
                }
            }
        }
    }
}

/// By name, so that a column added or dropped meanwhile is reported once, as such.
fn changed_columns(before: &Table, left: &Stored, after: &Table, right: &Stored) -> Vec<String> {
    let cell = |table: &Table, row: &Stored, column: &String| {
        table.columns.iter().position(|name| name == column).map(|index| row.cells[index])
    };
    let names: BTreeSet<&String> = before.columns.iter().chain(&after.columns).collect();
    names.into_iter().filter(|name| cell(before, left, name) != cell(after, right, name)).cloned().collect()
}
