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
    /// By the whole number that is the row's key.
    ByNumber(HashMap<i64, i64>),
}

impl Placing {
    /// How the rows of these keys are best asked for.
    pub(crate) fn of(
        schema: &Schema,
        table: &TableRef,
        key: &KeyBy,
        keys: &[Row],
    ) -> Result<(Self, Given), Fault> {
        let KeyBy::Columns(columns) = key else { return Ok((Self::Told, Given::Arrays)) };
        let [column] = columns.as_slice() else { return Ok((Self::Told, Given::Arrays)) };
        let form = &schema.travel(table, column)?.form;
        if form.wire != "int8" || form.into.is_some() {
            return Ok((Self::Told, Given::Arrays));
        }
        let places = keys.iter().zip(0..).filter_map(|(key, place)| Some((bind::int(key.first()?)?, place)));
        Ok((Self::ByNumber(places.collect()), Given::Any))
    }
}

impl Shaper for Placing {
    fn shape(&mut self, mut row: Row) -> Result<Row, Fault> {
        if let Self::ByNumber(places) = self {
            let place = row.first().and_then(Cell::as_int).and_then(|number| places.get(&number));
            let Some(place) = place else {
                return Err(Fault::new(FaultKind::Corrupt, "the server answered with a row not asked for"));
            };
            row[0] = Cell::Int(*place);
        }
        Ok(row)
    }
}

/// A key of up to three whole numbers; what it has fewer is 0.
type Numbers = [i64; 3];

/// Finds the place of each row by its key of whole numbers, where rows that were not asked for may come too.
pub(crate) struct Expected {
    places: HashMap<Numbers, i64>,
    width: usize,
}

impl Expected {
    /// Of keys of a table; `None` when they are not whole numbers.
    pub(crate) fn of(
        schema: &Schema,
        table: &TableRef,
        key: &KeyBy,
        keys: &[Row],
    ) -> Result<Option<Self>, Fault> {
        let KeyBy::Columns(columns) = key else { return Ok(None) };
        let mut numbers = columns.len() <= Numbers::default().len();
        for column in columns {
            let form = &schema.travel(table, column)?.form;
            numbers = numbers && form.wire == "int8" && form.into.is_none();
        }
        let width = columns.len();
        let places = keys.iter().zip(0..).map(|(key, place)| Some((numbers_of(key, width)?, place)));
        let places = if numbers { places.collect::<Option<_>>() } else { None };
        Ok(places.map(|places| Self { places, width }))
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

impl Shaper for Expected {
    fn shape(&mut self, mut row: Row) -> Result<Row, Fault> {
        let place = numbers_of(&row, self.width).and_then(|numbers| self.places.get(&numbers));
        let Some(place) = place else {
            let words = "rows were added among those that are to go since they were looked for";
            return Err(Fault::new(FaultKind::Contended, words));
        };
        row.drain(..self.width - 1);
        row[0] = Cell::Int(*place);
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
