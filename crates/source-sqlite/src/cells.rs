//! Cells and SQLite's values: the five storage classes, exactly.

use exeunt_base::{Cell, Fault, Row};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Rows, Statement};

use crate::error::fault;

/// A stored value as a cell. Text that is not UTF-8 keeps its bytes.
pub(crate) fn from_sqlite(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Real(number) => Cell::real(number),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Cell::text(text),
            Err(_) => Cell::BrokenText(text.to_vec()),
        },
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

/// A cell on its way in. SQLite has no truth values (they are 0 and 1) and stores NaN as NULL.
pub(crate) struct Bound<'a>(pub(crate) &'a Cell);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Bool(value) => ToSqlOutput::Owned(Value::Integer(i64::from(*value))),
            Cell::Int(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            Cell::Real(value) => ToSqlOutput::Owned(Value::Real(value.value())),
            Cell::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Cell::BrokenText(value) => ToSqlOutput::Borrowed(ValueRef::Text(value)),
            Cell::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
        })
    }
}

/// Binds the cell for each slot of a statement.
pub(crate) fn bind<'a>(
    statement: &mut Statement<'_>,
    cells: impl IntoIterator<Item = &'a Cell>,
) -> Result<(), Fault> {
    for (place, cell) in cells.into_iter().enumerate() {
        statement
            .raw_bind_parameter(place + 1, Bound(cell))
            .map_err(|error| fault("hand over a value", &error))?;
    }
    Ok(())
}

/// The next row of an answer, after `first`.
pub(crate) fn next(
    rows: &mut Rows<'_>,
    width: usize,
    first: Option<Cell>,
    doing: &str,
) -> Result<Option<Row>, Fault> {
    let Some(row) = rows.next().map_err(|error| fault(doing, &error))? else { return Ok(None) };
    let mut cells = Vec::with_capacity(width + 1);
    cells.extend(first);
    for column in 0..width {
        let value = row.get_ref(column).map_err(|error| fault(doing, &error))?;
        cells.push(from_sqlite(value));
    }
    Ok(Some(cells))
}
