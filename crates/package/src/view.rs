//! A model as its formats see it: the columns that are shown, and what hides their cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::{Cell, Kind, ModelRef, Timestamp};

use crate::error::Error;
use crate::spec::{Field, Layer, Mark, ModelSpec, Reason, Right};
use crate::withhold::withheld_kind;

/// A checked model.
pub(crate) struct Model {
    pub(crate) model: ModelRef,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) reason: Reason,
    pub(crate) layer: Layer,
    pub(crate) erasure_due: Option<Timestamp>,
    pub(crate) columns: Vec<Column>,
    pub(crate) withheld: Vec<Withheld>,
    pub(crate) left_out: Vec<String>,
    /// How many cells each row of the source has.
    pub(crate) width: usize,
}

/// A column that is shown.
pub(crate) struct Column {
    /// Where it is in the rows given.
    pub(crate) index: usize,
    pub(crate) field: Field,
    pub(crate) redacted: Option<Arc<str>>,
    codes: BTreeMap<String, String>,
}

/// A column that is never shown, and what it is called instead.
pub(crate) struct Withheld {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
}

impl Column {
    /// What people call it.
    pub(crate) fn label(&self) -> &str {
        self.field.title.as_deref().unwrap_or(&self.field.name)
    }

    /// What a raw value stands for, when the map says so.
    pub(crate) fn meaning(&self, cell: &Cell) -> Option<&str> {
        if self.codes.is_empty() {
            return None;
        }
        self.codes.get(&cell.to_plain()?).map(String::as_str)
    }

    /// Raw values and what they stand for.
    pub(crate) fn codes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.codes.iter().map(|(raw, label)| (raw.as_str(), label.as_str()))
    }

    /// Whether its values are short and read badly when broken over lines.
    pub(crate) fn is_compact(&self) -> bool {
        matches!(self.field.kind, Kind::Date | Kind::Time | Kind::Timestamp { .. } | Kind::Bool)
    }

    /// Whether its values stand to the right in a table.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.field.kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real)
            && self.codes.is_empty()
    }
}

impl Model {
    pub(crate) fn new(spec: ModelSpec, right: Right) -> Result<Self, Error> {
        let width = spec.fields.len();
        let mut redactions = BTreeMap::new();
        for redaction in spec.redactions {
            if redaction.column >= width {
                return Err(Error::Mark { model: spec.model, row: 0, column: redaction.column });
            }
            redactions.insert(redaction.column, redaction.ground);
        }
        let (mut columns, mut withheld, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for (index, mut field) in spec.fields.into_iter().enumerate() {
            if let Some(kind) = field.category.as_deref().and_then(withheld_kind) {
                withheld.push(Withheld { index, name: field.name, kind });
            } else if right == Right::Portability && field.computed {
                left_out.push(field.name);
            } else {
                let codes = std::mem::take(&mut field.codes).into_iter().collect();
                columns.push(Column { index, field, redacted: redactions.remove(&index), codes });
            }
        }
        Ok(Self {
            model: spec.model,
            title: spec.title,
            description: spec.description,
            reason: spec.reason,
            layer: spec.layer,
            erasure_due: spec.erasure_due,
            columns,
            withheld,
            left_out,
            width,
        })
    }
}

/// What a reader sees of one cell.
pub(crate) enum Shown<'a> {
    Cell(&'a Cell),
    /// Hidden for the sake of others, and why.
    Redacted(&'a str),
}

/// One row through the model's eyes.
pub(crate) struct View<'a> {
    cells: &'a [Cell],
    marks: &'a [&'a Mark],
}

impl<'a> View<'a> {
    /// `marks` are those of this row.
    pub(crate) fn new(cells: &'a [Cell], marks: &'a [&'a Mark]) -> Self {
        Self { cells, marks }
    }

    /// What is seen of a column.
    pub(crate) fn of(&self, column: &'a Column) -> Shown<'a> {
        if let Some(ground) = &column.redacted {
            return Shown::Redacted(ground);
        }
        match self.marks.iter().find(|mark| mark.column == column.index) {
            Some(mark) => Shown::Redacted(&mark.ground),
            None => Shown::Cell(&self.cells[column.index]),
        }
    }
}
