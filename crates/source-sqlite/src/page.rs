//! Reading: keys of the rows a selection reaches, whole rows, and texts.

use exeunt_base::{Cell, Fault, FaultKind, Name, Row};
use exeunt_source::pages::{PAGE_BYTES, PAGE_ROWS};
use exeunt_source::sql::{self, Anchors, Slot, Statement};
use exeunt_source::{Anchor, PageSender, Read, Rows, Sample, Sampled, Search, SearchHit, Selection};

use crate::by_key::{ByKeys, TOGETHER};
use crate::cells::{bind, next};
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
    // two anchors of one claimant can equal one value: what is found twice comes one after the other
    let mut before: Option<Row> = None;
    Found::prepare(held, what, anchors, carried)?.each(|row| {
        if before.as_ref() == Some(&row) {
            return Ok(page.heard);
        }
        Ok(before.replace(row).is_none_or(|row| page.push(row)))
    })?;
    if let Some(row) = before {
        page.push(row);
    }
    page.flush();
    Ok(())
}

/// Whole rows.
pub(crate) fn read(held: &mut Held, sender: &PageSender, what: &Read) -> Result<(), Fault> {
    held.shapes.learn(&held.connection, [&what.table])?;
    let mut page = Page::new(sender);
    match &what.rows {
        Rows::Keyed(key, keys) => {
            let mut by_key = ByKeys::prepare(held, &what.table, key, &what.columns)?;
            by_key.read(keys, |row| Ok(page.push(row)))?;
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
            let mut by_key = ByKeys::prepare(held, &what.table, &selection.key, &what.columns)?;
            let mut push = |mut row: Row| {
                row.remove(0);
                Ok(page.push(row))
            };
            let (mut keys, mut heard) = (Vec::<Row>::with_capacity(TOGETHER), true);
            found.each(|mut found| {
                found.remove(0);
                if keys.last() == Some(&found) {
                    return Ok(true);
                }
                if keys.len() == TOGETHER {
                    heard = by_key.read(&keys, &mut push)?;
                    keys.clear();
                }
                keys.push(found);
                Ok(heard)
            })?;
            if heard {
                by_key.read(&keys, &mut push)?;
            }
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

/// How many steps of SQLite's own machine a sample may take, in thousands: a few seconds of them.
const STEPS: u32 = 200_000;

/// How many references find their row.
pub(crate) fn sample(held: &mut Held, what: &Sample) -> Result<Sampled, Fault> {
    const DOING: &str = "follow references";
    held.shapes.learn(&held.connection, [&what.table, &what.to])?;
    let statement = sql::sample(&held.shapes, what)?;
    let mut left = STEPS;
    let until = move || {
        left = left.saturating_sub(1);
        left == 0
    };
    held.connection.progress_handler(1_000, Some(until)).map_err(|error| fault(DOING, &error))?;
    let answer = counted(held, &statement, DOING);
    held.connection.progress_handler(0, None::<fn() -> bool>).map_err(|error| fault(DOING, &error))?;
    let answer = answer?;
    let count =
        |place: usize| answer.get(place).and_then(Cell::as_int).and_then(|count| count.try_into().ok());
    Ok(Sampled { followed: count(0).unwrap_or(0), found: count(1).unwrap_or(0) })
}

fn counted(held: &Held, statement: &Statement, doing: &'static str) -> Result<Row, Fault> {
    let mut prepared = held.connection.prepare(&statement.text).map_err(|error| fault(doing, &error))?;
    bind(&mut prepared, values(statement)?)?;
    Ok(next(&mut prepared.raw_query(), 2, None, doing)?.unwrap_or_default())
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
