//! Fitting an old image to the table as it is now: columns that were added, dropped or renamed since.

use exeunt_base::{Cell, Name, Row};
use exeunt_source::catalog::{Generated, Table};

use crate::image::Shape;

/// How images of a shape fit the live table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Columns of the live table that get a value, in order.
    pub columns: Vec<Name>,
    /// For each, its place in the image.
    from: Vec<usize>,
    /// What to tell people.
    pub notes: Vec<String>,
}

impl Fit {
    /// Fits a shape to a table. A column that is gone while exactly one new column of the same type appeared was renamed;
    /// else it was dropped, and its value stays in the vault until the window ends.
    pub fn new(shape: &Shape, table: &Table) -> Self {
        let mut fit = Self { columns: Vec::new(), from: Vec::new(), notes: Vec::new() };
        let is_new = |column: &&exeunt_source::catalog::Column| {
            !shape.columns.contains(&column.name) && column.generated != Generated::Computed
        };
        for (place, name) in shape.columns.iter().enumerate() {
            if let Some(column) = table.column(name) {
                if column.generated != Generated::Computed {
                    fit.columns.push(name.clone());
                    fit.from.push(place);
                }
                continue;
            }
            let type_then = shape.types.get(place).map(String::as_str).unwrap_or_default();
            let lost = |other: &(usize, &Name)| {
                other.0 != place
                    && table.column(other.1).is_none()
                    && shape.types.get(other.0).map(String::as_str) == Some(type_then)
            };
            let alone = !shape.columns.iter().enumerate().any(|other| lost(&other));
            let mut same = table.columns.iter().filter(is_new).filter(|column| column.type_name == type_then);
            match (same.next(), same.next()) {
                (Some(column), None) if alone => {
                    fit.columns.push(column.name.clone());
                    fit.from.push(place);
                    fit.notes.push(format!(
                        "{}.{name} is now {}: its values went there",
                        shape.table, column.name
                    ));
                }
                _ => fit
                    .notes
                    .push(format!("{}.{name} is no longer there: its values did not come back", shape.table)),
            }
        }
        fit
    }

    /// The cells of an image for the fitted columns.
    pub fn row(&self, image: &[Cell]) -> Row {
        self.from.iter().map(|place| image.get(*place).cloned().unwrap_or(Cell::Null)).collect()
    }
}
