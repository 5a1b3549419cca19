//! Changes inside one transaction, with the rows' images.
//!
//! Deleted rows are read before any of them goes, changed rows after all of them have changed: each call gives what one
//! statement over the whole list would give, whatever cascades and triggers do in between.

mod delete;
mod insert;

use exeunt_base::{Cell, Fault, FaultKind, Row, TableRef};
use exeunt_source::sql::{self, Given};
use exeunt_source::{KeyBy, Lock, PageSender, Referrer, Triggers, Update};
use rusqlite::config::DbConfig;

pub(crate) use crate::apply::delete::delete;
pub(crate) use crate::apply::insert::insert;
use crate::by_key::{ByKey, ByKeys, bind_row, numbered};
use crate::cells::bind;
use crate::error::fault;
use crate::page::Page;
use crate::shapes::Affinity;
use crate::temp;
use crate::worker::Held;

/// Rows by key. The transaction holds the file's write lock, so nobody can change them.
pub(crate) fn lock(held: &mut Held, sender: &PageSender, what: &Lock, keys: &[Row]) -> Result<(), Fault> {
    held.shapes.learn(&held.connection, [&what.table])?;
    let mut page = Page::new(sender);
    ByKeys::prepare(held, &what.table, &what.key, &what.columns)?.read(keys, |row| Ok(page.push(row)))?;
    page.flush();
    Ok(())
}

/// Which keys are still referred to.
pub(crate) fn referred(
    held: &mut Held,
    table: &TableRef,
    key: &KeyBy,
    by: &Referrer,
    keys: &[Row],
) -> Result<Vec<u32>, Fault> {
    const DOING: &str = "look for rows that refer to others";
    held.shapes.learn(&held.connection, [table, &by.table])?;
    let given = Given::Table(fill_keys(held, table, key, keys)?);
    let statement = sql::referred(&held.shapes, table, key, by, &given)?;
    let places = {
        let mut prepared = held.connection.prepare(&statement.text).map_err(|error| fault(DOING, &error))?;
        prepared
            .query_map([], |row| row.get::<_, u32>(0))
            .and_then(Iterator::collect::<rusqlite::Result<Vec<u32>>>)
            .map_err(|error| fault(DOING, &error))?
    };
    discard(held, &given)?;
    Ok(places)
}

/// Changes rows by key.
pub(crate) fn update(held: &mut Held, sender: &PageSender, what: &Update, rows: &[Row]) -> Result<(), Fault> {
    held.shapes.learn(&held.connection, [&what.table])?;
    let width = key_affinities(held, &what.table, &what.key)?.len();
    let changed = match what.triggers {
        Triggers::Fire => change(held, what, rows),
        Triggers::Quiet => quietly(held, |held| change(held, what, rows)),
    }?;
    let mut page = Page::new(sender);
    // A row whose whole was its key is another row now, in the same place.
    let whole = what.key == KeyBy::WholeRow;
    let mut by_key = if whole {
        let rowid = KeyBy::Columns(vec![held.shapes.rowid(&what.table)?.clone()]);
        ByKey::prepare(held, &what.table, &rowid, &what.columns)?
    } else {
        ByKey::prepare(held, &what.table, &what.key, &what.columns)?
    };
    for place in changed {
        let row = &rows[place];
        let key = if whole { row[..1].to_vec() } else { key_after(what, row, width) };
        let number = Cell::Int(i64::try_from(place).expect("a list in memory is shorter than that"));
        if by_key.read(&key, Some(number))?.is_some_and(|image| !page.push(image)) {
            break;
        }
    }
    page.flush();
    if page.heard { Ok(()) } else { Err(unheard()) }
}

/// The places of the rows that were changed.
fn change(held: &Held, what: &Update, rows: &[Row]) -> Result<Vec<usize>, Fault> {
    const DOING: &str = "change rows";
    let statement = sql::update(&held.shapes, what, &Given::One)?;
    let mut prepared = held.connection.prepare(&statement.text).map_err(|error| fault(DOING, &error))?;
    let mut changed = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        bind_row(&mut prepared, &statement.slots, row)?;
        match prepared.raw_execute().map_err(|error| fault(DOING, &error))? {
            0 => {}
            1 => changed.push(place),
            _ => return Err(ambiguous(&what.table).while_doing(DOING)),
        }
    }
    Ok(changed)
}

/// The key by which a changed row is found: its old one, with what was written into it.
fn key_after(what: &Update, row: &[Cell], width: usize) -> Row {
    let mut key = row[..width].to_vec();
    if let KeyBy::Columns(columns) = &what.key {
        for (cell, column) in key.iter_mut().zip(columns) {
            if let Some(place) = what.set.iter().position(|set| set == column) {
                *cell = row[width + place].clone();
            }
        }
    }
    key
}

/// Switches triggers off meanwhile. Foreign keys act all the same.
fn quietly<R>(held: &mut Held, change: impl FnOnce(&mut Held) -> Result<R, Fault>) -> Result<R, Fault> {
    let switch = |held: &Held, on| {
        held.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, on)
            .map_err(|error| fault("switch triggers", &error))
    };
    switch(held, false)?;
    let changed = change(held);
    switch(held, true)?;
    changed
}

/// A table of the keys, with the columns `n, c0, c1, …`.
fn fill_keys<'k>(
    held: &Held,
    table: &TableRef,
    key: &KeyBy,
    keys: impl IntoIterator<Item = &'k Row>,
) -> Result<TableRef, Fault> {
    const DOING: &str = "keep the keys at hand";
    let affinities = key_affinities(held, table, key)?;
    let given = temp::make(&held.connection, "exeunt_given", 0, "n INTEGER PRIMARY KEY", &affinities)?;
    let adding = temp::adding(&given, affinities.len());
    let mut adding = held.connection.prepare(&adding).map_err(|error| fault(DOING, &error))?;
    for (number, key) in numbered(keys) {
        if key.len() != affinities.len() {
            let text = format!("a key of {table} has other cells than columns");
            return Err(Fault::new(FaultKind::Unsupported, text).while_doing(DOING));
        }
        bind(&mut adding, std::iter::once(&number).chain(key))?;
        adding.raw_execute().map_err(|error| fault(DOING, &error))?;
    }
    Ok(given)
}

fn discard(held: &Held, given: &Given) -> Result<(), Fault> {
    match given {
        Given::Table(table) => temp::discard(&held.connection, table),
        _ => Ok(()),
    }
}

fn key_affinities(held: &Held, table: &TableRef, key: &KeyBy) -> Result<Vec<Affinity>, Fault> {
    match key {
        KeyBy::Columns(columns) => columns.iter().map(|column| held.shapes.affinity(table, column)).collect(),
        KeyBy::WholeRow => Ok(vec![Affinity::Integer, Affinity::Blob]),
    }
}

/// A key that does not name one row: what we were told of the table is not so.
pub(crate) fn ambiguous(table: &TableRef) -> Fault {
    Fault::new(FaultKind::Drifted, format!("a key names several rows of {table}"))
}

/// An image nobody took may not be lost: the transaction cannot be committed any more.
fn unheard() -> Fault {
    Fault::new(FaultKind::Cancelled, "the answer to a change was not taken to its end")
}
