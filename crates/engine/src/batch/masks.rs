//! What an update makes of its rows: each assigned column's masker, ready for this plan and this live schema.

use exeunt_base::{Cell, Name, Row};
use exeunt_mask::{MaskKey, Masker, Place};
use exeunt_plan::document::{Assign, Document, RowSet, Value};
use exeunt_plan::facts::facts_of;
use exeunt_source::catalog::Table;

use crate::batch::ghosts::Ghosts;
use crate::error::Error;

/// The columns an update sets, in order, and how each new value comes about.
pub struct Changer {
    columns: Vec<(Name, usize, Setting)>,
    scope: String,
}

enum Setting {
    Mask(Box<Masker>),
    Ghost { ghost: usize, column: Name },
}

impl std::fmt::Debug for Changer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Changer({})", self.scope)
    }
}

impl Changer {
    /// Makes the maskers of an update ready. `image` are the columns of the row images the values come from.
    pub fn new(
        set: &RowSet,
        table: &Table,
        assign: &[Assign],
        image: &[Name],
        kind: &str,
    ) -> Result<Self, Error> {
        let columns = assign
            .iter()
            .map(|assign| {
                let gone = || {
                    Error::Refused(
                        "E0206",
                        format!("{}.{} is no longer there; plan again", set.model, assign.column),
                    )
                };
                let place = image.iter().position(|name| *name == assign.column).ok_or_else(gone)?;
                let setting = match &assign.to {
                    Value::Ghost { ghost, column } => {
                        Setting::Ghost { ghost: *ghost, column: column.clone() }
                    }
                    Value::Mask(method) => {
                        let column = table.column(&assign.column).ok_or_else(gone)?;
                        let facts = facts_of(table, column, &assign.category, kind);
                        let masker = Masker::plan(method, &facts).map_err(|refusal| {
                            Error::Refused("E0406", format!("{}.{}: {refusal}", set.model, assign.column))
                        })?;
                        Setting::Mask(Box::new(masker))
                    }
                };
                Ok((assign.column.clone(), place, setting))
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { columns, scope: set.model.to_string() })
    }

    /// The columns set, in the order of the values.
    pub fn set(&self) -> Vec<Name> {
        self.columns.iter().map(|(name, ..)| name.clone()).collect()
    }

    /// New values for rows, in row order. `first` is the first row's place in the census, so that a repeated batch
    /// gives the same.
    pub fn apply(
        &self,
        key: &MaskKey,
        first: u64,
        images: &[(Vec<u32>, Row)],
        ghosts: &Ghosts,
        document: &Document,
    ) -> Result<Vec<Row>, Error> {
        let mut out: Vec<Row> = images.iter().map(|_| Vec::with_capacity(self.columns.len())).collect();
        for (name, place, setting) in &self.columns {
            match setting {
                Setting::Mask(masker) => {
                    let cells: Vec<Cell> = images.iter().map(|(_, image)| image[*place].clone()).collect();
                    let scope = format!("{}.{name}", self.scope);
                    let masked = masker.apply(key, Place { scope: &scope, first_row: first }, &cells);
                    out.iter_mut().zip(masked.cells).for_each(|(row, cell)| row.push(cell));
                }
                Setting::Ghost { ghost, column } => {
                    for ((who, image), row) in images.iter().zip(&mut out) {
                        // a reference that points nowhere is not made to point to a ghost
                        let cell = if image[*place].is_null() {
                            Cell::Null
                        } else {
                            ghosts.cell(document, *ghost, who.first().copied(), column)?
                        };
                        row.push(cell);
                    }
                }
            }
        }
        Ok(out)
    }

    /// Leaves a column of a row as it is.
    pub fn leave(&self, column: &Name, image: &Row, values: &mut Row) {
        let at = self.columns.iter().position(|(name, ..)| name == column);
        let Some((at, cell)) = at.and_then(|at| Some((at, image.get(self.columns[at].1)?))) else { return };
        if let Some(value) = values.get_mut(at) {
            *value = cell.clone();
        }
    }

    /// The ghosts this update points to.
    pub fn ghosts(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().filter_map(|(_, _, setting)| match setting {
            Setting::Ghost { ghost, .. } => Some(*ghost),
            Setting::Mask(_) => None,
        })
    }
}
