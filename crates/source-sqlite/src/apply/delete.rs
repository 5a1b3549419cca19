//! Deleting rows by key: their images first, then the rows.

use std::collections::HashSet;

use exeunt_base::{Cell, Fault, FaultKind, Row};
use exeunt_source::sql::{self, Given};
use exeunt_source::{Delete, KeyBy, PageSender};

use crate::apply::{ambiguous, discard, fill_keys, unheard};
use crate::by_key::{ByKey, ByKeys, TOGETHER};
use crate::cells::bind;
use crate::error::fault;
use crate::page::Page;
use crate::worker::Held;

const DOING: &str = "delete rows";

/// Deletes rows by key.
pub(crate) fn delete(held: &mut Held, sender: &PageSender, what: &Delete, keys: &[Row]) -> Result<(), Fault> {
    held.shapes.learn(&held.connection, [&what.table])?;
    let mut page = Page::new(sender);
    let found = read_before(held, &mut page, what, keys)?;
    let together = keys_together(&what.key);
    let in_parts = found.len() <= together || held.shapes.goes_in_parts(&held.connection, &what.table)?;
    let gone =
        if in_parts { part_by_part(held, what, &found, together)? } else { at_once(held, what, &found)? };
    if gone > found.len() {
        return Err(ambiguous(&what.table).while_doing(DOING));
    }
    if gone < found.len() {
        // Cascades may have been faster, and that is well; a trigger that keeps a row is not.
        let mut by_key = ByKey::prepare(held, &what.table, &what.key, &[])?;
        for key in &found {
            if by_key.read(key, None)?.is_some() {
                let text = format!("a trigger of {} keeps rows from being deleted", what.table);
                return Err(Fault::new(FaultKind::Refused, text).while_doing(DOING));
            }
        }
        if found.iter().collect::<HashSet<_>>().len() != found.len() {
            let text = format!("a key of {} was given twice", what.table);
            return Err(Fault::new(FaultKind::Unsupported, text).while_doing(DOING));
        }
    }
    page.flush();
    if page.heard { Ok(()) } else { Err(unheard()) }
}

/// Sends the images of the rows that are there; gives their keys.
fn read_before<'k>(
    held: &Held,
    page: &mut Page<'_>,
    what: &Delete,
    keys: &'k [Row],
) -> Result<Vec<&'k Row>, Fault> {
    let mut found = Vec::with_capacity(keys.len());
    let heard = ByKeys::prepare(held, &what.table, &what.key, &what.columns)?.read(keys, |row| {
        let place = row.first().and_then(Cell::as_int).and_then(|place| usize::try_from(place).ok());
        found.extend(place.and_then(|place| keys.get(place)));
        Ok(page.push(row))
    })?;
    if heard { Ok(found) } else { Err(unheard()) }
}

/// How many keys one statement takes: lists are of one column. (SQLite walks the whole table for a list of pairs.)
fn keys_together(key: &KeyBy) -> usize {
    match key {
        KeyBy::Columns(columns) if columns.len() > 1 => 1,
        KeyBy::Columns(_) | KeyBy::WholeRow => TOGETHER,
    }
}

/// With statements of so many keys each.
fn part_by_part(held: &Held, what: &Delete, found: &[&Row], together: usize) -> Result<usize, Fault> {
    let listed = together > 1;
    let prepare = |rows: usize| {
        let given = if listed { Given::Several(rows) } else { Given::One };
        let statement = sql::delete(&held.shapes, what, &given)?;
        held.connection.prepare(&statement.text).map_err(|error| fault(DOING, &error))
    };
    // of a whole-row key the row id alone: the rest was compared when the row was read
    let width = if listed { 1 } else { usize::MAX };
    let mut gone = 0;
    let mut strike = |statement: &mut rusqlite::Statement<'_>, part: &[&Row]| {
        bind(statement, part.iter().flat_map(|key| key.iter().take(width)))?;
        gone += statement.raw_execute().map_err(|error| fault(DOING, &error))?;
        Ok(())
    };
    let rest = found.len() % together;
    let (parts, rest) = found.split_at(found.len() - rest);
    if !parts.is_empty() {
        let mut statement = prepare(together)?;
        parts.chunks(together).try_for_each(|part| strike(&mut statement, part))?;
    }
    if !rest.is_empty() {
        strike(&mut prepare(rest.len())?, rest)?;
    }
    Ok(gone)
}

/// With one statement: rows that refer to each other may only go together.
fn at_once(held: &Held, what: &Delete, found: &[&Row]) -> Result<usize, Fault> {
    let given = Given::Table(fill_keys(held, &what.table, &what.key, found.iter().copied())?);
    let statement = sql::delete(&held.shapes, what, &given)?;
    let gone = held.connection.execute(&statement.text, []).map_err(|error| fault(DOING, &error))?;
    discard(held, &given)?;
    Ok(gone)
}
