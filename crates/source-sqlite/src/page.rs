//! Reading: keys of the rows a selection reaches, whole rows, and texts.

use exeunt_base::{Cell, Fault, FaultKind, Name, Row, TableRef};
use exeunt_source::pages::{PAGE_BYTES, PAGE_ROWS};
use exeunt_source::sql::{self, Anchors, Given, Slot, Statement};
use exeunt_source::{Anchor, KeyBy, PageSender, Read, Rows, Search, SearchHit, Selection};

use crate::apply::ambiguous;
use crate::cells::{Bound, bind, next};
use crate::error::fault;
use crate::temp;
use crate::worker::Held;

/// Rows on their way out. Once nobody listens, nothing more is read.
pub(crate) struct Page<'a> {
    sender: &'a PageSender,
    rows: Vec<Row>,
    weight: usize,
    /// Whether somebody still listens.
    pub(crate) heard: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(sender: &'a PageSender) -> Self {
        Self { sender, rows: Vec::new(), weight: 0, heard: true }
    }

    /// Takes a row; `false` when nobody listens any more.
    pub(crate) fn push(&mut self, row: Row) -> bool {
        self.weight += row.iter().map(Cell::weight).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() >= PAGE_ROWS || self.weight >= PAGE_BYTES {
            self.flush();
        }
        self.heard
    }

    /// Sends what there is.
    pub(crate) fn flush(&mut self) {
        self.weight = 0;
        let rows = std::mem::take(&mut self.rows);
        self.heard = self.heard && self.sender.blocking_send(rows);
    }
}

/// Keys of the rows a selection reaches, with the claimant before and the carried columns after.
pub(crate) fn find(
    held: &mut Held,
    sender: &PageSender,
    what: &Selection,
    anchors: &[Anchor],
    carried: &[Name],
) -> Result<(), Fault> {
    held.shapes.learn_selection(&held.connection, what)?;
    let mut page = Page::new(sender);
    Found::prepare(held, what, anchors, carried)?.each(|row| Ok(page.push(row)))?;
    page.flush();
    Ok(())
}

/// Whole rows.
pub(crate) fn read(held: &mut Held, sender: &PageSender, what: &Read) -> Result<(), Fault> {
    held.shapes.learn(&held.connection, [&what.table])?;
    let mut page = Page::new(sender);
    match &what.rows {
        Rows::Keyed(key, keys) => {
            let mut by_key = ByKey::prepare(held, &what.table, key, &what.columns)?;
            for (number, key) in numbered(keys) {
                if by_key.read(key, Some(number))?.is_some_and(|row| !page.push(row)) {
                    break;
                }
            }
        }
        Rows::Every(key) => {
            let every = sql::read_every(&held.shapes, &what.columns, &what.table, key)?;
            let statement = held.connection.prepare(&every.text).map_err(|error| fault(FINDING, &error))?;
            let width = statement.column_count();
            Found { statement, width }.each(|row| Ok(page.push(row)))?;
        }
        Rows::Selected(selection, anchors) => {
            // By way of keys: sorting whole rows would keep them all in memory.
            held.shapes.learn_selection(&held.connection, selection)?;
            let found = Found::prepare(held, selection, anchors, &[])?;
            let mut by_key = ByKey::prepare(held, &what.table, &selection.key, &what.columns)?;
            let mut last = Row::new();
            found.each(|found| {
                let key = &found[1..];
                if last != key {
                    last = key.to_vec();
                    if let Some(row) = by_key.read(key, None)? {
                        page.push(row);
                    }
                }
                Ok(page.heard)
            })?;
        }
    }
    page.flush();
    Ok(())
}

/// In how many rows texts are found.
pub(crate) fn search(held: &mut Held, what: &Search) -> Result<Vec<SearchHit>, Fault> {
    const DOING: &str = "search a table for texts";
    held.shapes.learn(&held.connection, [&what.table])?;
    for column in &what.columns {
        held.shapes.affinity(&what.table, column)?;
    }
    let mut hits = Vec::new();
    if what.needles.is_empty() {
        return Ok(hits);
    }
    // SQLite answers with a limited number of columns.
    let columns_at_once = (1000 / what.needles.len()).max(1);
    for columns in what.columns.chunks(columns_at_once) {
        let some = Search { columns: columns.to_vec(), ..what.clone() };
        let statement = sql::search(&held.shapes, &some)?;
        let mut prepared = held.connection.prepare(&statement.text).map_err(|error| fault(DOING, &error))?;
        bind(&mut prepared, values(&statement)?)?;
        let width = columns.len() * what.needles.len();
        let counts = next(&mut prepared.raw_query(), width, None, DOING)?.unwrap_or_default();
        let places =
            columns.iter().flat_map(|column| (0..what.needles.len()).map(move |needle| (column, needle)));
        for ((column, needle), count) in places.zip(&counts) {
            let rows = count.as_int().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            if rows > 0 {
                hits.push(SearchHit { column: column.clone(), needle, rows });
            }
        }
    }
    Ok(hits)
}

/// Keys with their places in the list.
pub(crate) fn numbered(keys: &[Row]) -> impl Iterator<Item = (Cell, &Row)> {
    keys.iter().zip(0i64..).map(|(key, place)| (Cell::Int(place), key))
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
        const DOING: &str = "read rows by key";
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

/// A selection ready to be run.
struct Found<'a> {
    statement: rusqlite::Statement<'a>,
    width: usize,
}

impl<'a> Found<'a> {
    /// The tables named must have been learned.
    fn prepare(
        held: &'a Held,
        what: &Selection,
        anchors: &[Anchor],
        carried: &[Name],
    ) -> Result<Self, Fault> {
        let (what, tables) = temp::fill_anchors(&held.connection, &held.shapes, what, anchors)?;
        let found = sql::find(&held.shapes, &what, &Anchors::Tables(tables), carried)?;
        let mut statement = held.connection.prepare(&found.text).map_err(|error| fault(FINDING, &error))?;
        bind(&mut statement, values(&found)?)?;
        let width = statement.column_count();
        Ok(Self { statement, width })
    }

    /// Gives each row until told to stop.
    fn each(mut self, mut take: impl FnMut(Row) -> Result<bool, Fault>) -> Result<(), Fault> {
        let mut rows = self.statement.raw_query();
        while let Some(row) = next(&mut rows, self.width, None, FINDING)? {
            if !take(row)? {
                break;
            }
        }
        Ok(())
    }
}

const FINDING: &str = "find rows";

/// The values of a statement that has no others.
fn values(statement: &Statement) -> Result<Vec<&Cell>, Fault> {
    let value = |slot: &'_ Slot| matches!(slot, Slot::Value { .. });
    if !statement.slots.iter().all(value) {
        return Err(Fault::new(FaultKind::Internal, "a statement asks for arrays, which sqlite has none of"));
    }
    let cells = statement.slots.iter().filter_map(|slot| match slot {
        Slot::Value { cell, .. } => Some(cell),
        _ => None,
    });
    Ok(cells.collect())
}
