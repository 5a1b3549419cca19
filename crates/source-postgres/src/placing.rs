//! Which place in the caller's list a row of an answer has.

use std::collections::HashMap;

use exeunt_base::{Cell, Fault, FaultKind, Row, TableRef};
use exeunt_source::KeyBy;
use exeunt_source::sql::Given;

use crate::bind;
use crate::schema::Schema;

/// What is done with each row of an answer before it is sent on.
pub(crate) trait Shaper: Send + 'static {
    /// The row as the caller wants it.
    fn shape(&mut self, row: Row) -> Result<Row, Fault>;

    /// Called after the last row.
    fn end(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Finds the place of each row in the list given.
pub(crate) enum Placing {
    /// The server says it.
    Told,
    /// By the key in front of the row.
    ByNumbers(ByNumbers),
}

impl Placing {
    /// How the rows of these keys are best asked for.
    pub(crate) fn of(
        schema: &Schema,
        table: &TableRef,
        key: &KeyBy,
        keys: &[Row],
    ) -> Result<(Self, Given), Fault> {
        let one_column = matches!(key, KeyBy::Columns(columns) if columns.len() == 1);
        let numbers = if one_column { ByNumbers::of(schema, table, key, keys)? } else { None };
        Ok(match numbers {
            Some(numbers) => (Self::ByNumbers(numbers), Given::Any),
            None => (Self::Told, Given::Arrays),
        })
    }
}

impl Shaper for Placing {
    fn shape(&mut self, row: Row) -> Result<Row, Fault> {
        match self {
            Self::Told => Ok(row),
            Self::ByNumbers(numbers) => numbers.shape(row),
        }
    }
}

/// A key of up to three whole numbers; what it has fewer is 0.
type Numbers = [i64; 3];

/// Finds the place of each row by its key of whole numbers.
pub(crate) struct ByNumbers {
    places: HashMap<Numbers, i64>,
    width: usize,
    /// What it means when a row comes that was not asked for.
    stranger: (FaultKind, &'static str),
}

impl ByNumbers {
    /// Of keys of a table; `None` when they are not whole numbers.
    pub(crate) fn of(
        schema: &Schema,
        table: &TableRef,
        key: &KeyBy,
        keys: &[Row],
    ) -> Result<Option<Self>, Fault> {
        let KeyBy::Columns(columns) = key else { return Ok(None) };
        let width = columns.len();
        if width > Numbers::default().len() {
            return Ok(None);
        }
        for column in columns {
            let form = &schema.travel(table, column)?.form;
            if form.wire != "int8" || form.into.is_some() {
                return Ok(None);
            }
        }
        let places = keys.iter().zip(0..).map(|(key, place)| Some((numbers_of(key, width)?, place)));
        let stranger = (FaultKind::Corrupt, "the server answered with a row not asked for");
        Ok(places.collect::<Option<_>>().map(|places| Self { places, width, stranger }))
    }

    /// For an answer in which rows may come that were added among those asked for.
    pub(crate) fn along_a_way(mut self) -> Self {
        let words = "rows were added among those that are to go since they were looked for";
        self.stranger = (FaultKind::Contended, words);
        self
    }

    /// The least and the most of the keys.
    pub(crate) fn bounds(&self) -> Option<(Vec<i64>, Vec<i64>)> {
        let cut = |numbers: &Numbers| numbers[..self.width].to_vec();
        Some((cut(self.places.keys().min()?), cut(self.places.keys().max()?)))
    }
}

/// The first cells of a row as whole numbers.
fn numbers_of(row: &[Cell], width: usize) -> Option<Numbers> {
    let mut numbers = Numbers::default();
    for (number, cell) in numbers.iter_mut().zip(row.get(..width)?) {
        *number = bind::int(cell)?;
    }
    Some(numbers)
}

impl Shaper for ByNumbers {
    fn shape(&mut self, mut row: Row) -> Result<Row, Fault> {
        let place = numbers_of(&row, self.width).and_then(|numbers| self.places.get(&numbers));
        let (kind, words) = self.stranger;
        let place = *place.ok_or_else(|| Fault::new(kind, words))?;
        row.drain(..self.width - 1);
        row[0] = Cell::Int(place);
        Ok(row)
    }
}

/// Rows go on as they come.
pub(crate) struct AsIs;

impl Shaper for AsIs {
    fn shape(&mut self, row: Row) -> Result<Row, Fault> {
        Ok(row)
    }
}
