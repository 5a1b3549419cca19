//! Reading rows by their keys: one by one, or many with one statement.

use exeunt_base::{Cell, Fault, FaultKind, Name, Row, TableRef};
use exeunt_source::KeyBy;
use exeunt_source::pages::PAGE_BYTES;
use exeunt_source::sql::{self, Given, Slot, Statement};

use crate::apply::ambiguous;
use crate::cells::{Bound, bind, next};
use crate::error::fault;
use crate::worker::Held;

/// Keys of one statement. A list this short costs SQLite less than a table of keys, which it would have to sort.
pub(crate) const TOGETHER: usize = 250;
/// Rows read ahead of their turn weigh no more than about this.
const AHEAD_BYTES: usize = 16 * PAGE_BYTES;

const DOING: &str = "read rows by key";

/// Keys with their places in the list.
pub(crate) fn numbered<'k>(keys: impl IntoIterator<Item = &'k Row>) -> impl Iterator<Item = (Cell, &'k Row)> {
    keys.into_iter().zip(0i64..).map(|(key, place)| (Cell::Int(place), key))
}

/// A statement that reads one row by its key.
pub(crate) struct ByKey<'a> {
    statement: rusqlite::Statement<'a>,
    slots: Vec<Slot>,
    table: TableRef,
    width: usize,
}

impl<'a> ByKey<'a> {
    pub(crate) fn prepare(
        held: &'a Held,
        table: &TableRef,
        key: &KeyBy,
        columns: &[Name],
    ) -> Result<Self, Fault> {
        let Statement { text, slots } = sql::read_keyed(&held.shapes, table, key, columns, &Given::One)?;
        let statement = held.connection.prepare(&text).map_err(|error| fault("read rows by key", &error))?;
        Ok(Self { statement, slots, table: table.clone(), width: columns.len() })
    }

    /// The row, if it is there, with something put before it.
    pub(crate) fn read(&mut self, key: &[Cell], first: Option<Cell>) -> Result<Option<Row>, Fault> {
        bind_row(&mut self.statement, &self.slots, key)?;
        let mut rows = self.statement.raw_query();
        let row = next(&mut rows, self.width, first, DOING)?;
        if row.is_some() && rows.next().map_err(|error| fault(DOING, &error))?.is_some() {
            return Err(ambiguous(&self.table).while_doing(DOING));
        }
        Ok(row)
    }
}

/// Binds the cells of one given row to the places that ask for them.
pub(crate) fn bind_row(
    statement: &mut rusqlite::Statement<'_>,
    slots: &[Slot],
    row: &[Cell],
) -> Result<(), Fault> {
    let short = || Fault::new(FaultKind::Unsupported, "a row or key has fewer cells than columns");
    for (place, slot) in slots.iter().enumerate() {
        let Slot::Row { column } = slot else { return Err(short()) };
        let cell = row.get(*column).ok_or_else(short)?;
        statement
            .raw_bind_parameter(place + 1, Bound(cell))
            .map_err(|error| fault("hand over a value", &error))?;
    }
    Ok(())
}

/// Statements that read rows by their keys, and answer in the order of the keys.
pub(crate) struct ByKeys<'a> {
    held: &'a Held,
    one: ByKey<'a>,
    /// For [`TOGETHER`] keys of a single column, once there are so many.
    list: List<'a>,
}

enum List<'a> {
    /// Keys of several columns are read one by one.
    Never,
    Possible(KeyBy, Vec<Name>),
    Prepared(rusqlite::Statement<'a>),
}

impl<'a> ByKeys<'a> {
    pub(crate) fn prepare(
        held: &'a Held,
        table: &TableRef,
        key: &KeyBy,
        columns: &[Name],
    ) -> Result<Self, Fault> {
        let one = ByKey::prepare(held, table, key, columns)?;
        let list = match key {
            KeyBy::Columns(key_columns) if key_columns.len() == 1 => {
                List::Possible(key.clone(), columns.to_vec())
            }
            _ => List::Never,
        };
        Ok(Self { held, one, list })
    }

    /// Gives each row that is there, after its place in the list of keys, until told to stop; `false` then.
    pub(crate) fn read(
        &mut self,
        keys: &[Row],
        mut take: impl FnMut(Row) -> Result<bool, Fault>,
    ) -> Result<bool, Fault> {
        for (part, first) in keys.chunks(TOGETHER).zip((0i64..).step_by(TOGETHER)) {
            let mut ahead = self.read_ahead(part)?;
            for (at, (key, place)) in part.iter().zip(first..).enumerate() {
                let place = Cell::Int(place);
                let row = match ahead.get_mut(at).and_then(Option::take) {
                    Some(mut row) => {
                        row[0] = place;
                        Some(row)
                    }
                    // not there, or given twice, or not read ahead
                    None => self.one.read(key, Some(place))?,
                };
                if let Some(row) = row
                    && !take(row)?
                {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Rows of a whole part, by their places in it, with something in front. Not necessarily all of them.
    fn read_ahead(&mut self, part: &[Row]) -> Result<Vec<Option<Row>>, Fault> {
        if part.len() < TOGETHER {
            return Ok(Vec::new());
        }
        if let List::Possible(key, columns) = &self.list {
            let given = Given::Several(TOGETHER);
            let list = sql::read_keyed(&self.held.shapes, &self.one.table, key, columns, &given)?;
            let list = self.held.connection.prepare(&list.text).map_err(|error| fault(DOING, &error))?;
            self.list = List::Prepared(list);
        }
        let List::Prepared(list) = &mut self.list else { return Ok(Vec::new()) };
        bind(list, part.iter().flatten())?;
        let mut ahead = vec![None; part.len()];
        let (mut weight, mut expected) = (0, 0);
        let mut rows = list.raw_query();
        while weight < AHEAD_BYTES {
            let Some(row) = next(&mut rows, self.one.width + 1, None, DOING)? else { break };
            // they come in the order of the key, as the list mostly is
            let is_it = |at: &usize| part[*at].first() == row.first();
            let Some(at) = (expected..part.len()).chain(0..expected).find(is_it) else {
                // spelled in another way than the column does: one by one it is clear which key means which row
                return Ok(Vec::new());
            };
            weight += row.iter().map(Cell::weight).sum::<usize>();
            expected = at + 1;
            if ahead[at].replace(row).is_some() {
                return Err(ambiguous(&self.one.table).while_doing(DOING));
            }
        }
        Ok(ahead)
    }
}
