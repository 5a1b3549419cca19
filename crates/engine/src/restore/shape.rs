//! Fitting an old image to the table as it is now: columns that were added, dropped or renamed since.

use exeunt_base::{Cell, Name, Row, TableRef};
use exeunt_source::catalog::{Generated, Table};

use crate::image::Shape;

/// How images of a shape fit the live table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Columns of the live table that get a value, in order.
    pub columns: Vec<Name>,
    /// For each, its place in the image.
    from: Vec<usize>,
    /// Columns of the image that have no place in the live table.
    pub lost: Vec<Lost>,
    /// What to tell people.
    pub notes: Vec<String>,
}

/// A column whose values have no place to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its place in the image.
    pub place: usize,
    /// The name it had.
    pub column: Name,
    /// Whether the source computes it now: its value may be the old one.
    pub computed: bool,
}

impl Lost {
    /// Why the values did not come back.
    pub fn words(&self, table: &TableRef) -> String {
        match self.computed {
            true => format!("{table} computes this column now, and came to something else"),
            false => format!("{table} has no such column any more"),
        }
    }
}

impl Fit {
    /// Fits a shape to a table. A column that is gone while exactly one new column of the same type appeared was renamed;
    /// else it was dropped, and its values stay in the vault.
    pub fn new(shape: &Shape, table: &Table) -> Self {
        let mut fit = Self { columns: Vec::new(), from: Vec::new(), lost: Vec::new(), notes: Vec::new() };
        let is_new = |column: &&exeunt_source::catalog::Column| {
            !shape.columns.contains(&column.name) && column.generated != Generated::Computed
        };
        for (place, name) in shape.columns.iter().enumerate() {
            if let Some(column) = table.column(name) {
                if column.generated != Generated::Computed {
                    fit.columns.push(name.clone());
                    fit.from.push(place);
                } else {
                    fit.lost.push(Lost { place, column: name.clone(), computed: true });
                }
                continue;
            }
            let type_then = shape.types.get(place).map(String::as_str).unwrap_or_default();
            let gone = |other: &(usize, &Name)| {
                other.0 != place
                    && table.column(other.1).is_none()
                    && shape.types.get(other.0).map(String::as_str) == Some(type_then)
            };
            let alone = !shape.columns.iter().enumerate().any(|other| gone(&other));
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
                _ => fit.lost.push(Lost { place, column: name.clone(), computed: false }),
            }
        }
        fit
    }

    /// Where the values of an image's column go: its place among the fitted columns.
    pub fn place_of(&self, shape: &Shape, column: &Name) -> Option<usize> {
        let place = shape.columns.iter().position(|name| name == column)?;
        self.from.iter().position(|from| *from == place)
    }

    /// The cells of an image for the fitted columns.
    pub fn row(&self, image: &[Cell]) -> Row {
        self.from.iter().map(|place| image.get(*place).cloned().unwrap_or(Cell::Null)).collect()
    }
}
