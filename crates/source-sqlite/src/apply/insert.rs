//! Adding rows, leaving out those that collide with a row already there.

use exeunt_base::{Cell, Fault, FaultKind, Name, Row, TableRef};
use exeunt_source::sql::{self, Alias, Dialect, Given, Sql};
use exeunt_source::{Insert, KeyBy, PageSender};
use rusqlite::ffi;

use crate::apply::unheard;
use crate::by_key::{ByKey, bind_row};
use crate::cells::bind;
use crate::error::fault;
use crate::page::Page;
use crate::worker::Held;

const DOING: &str = "add rows";

/// Adds rows and answers with columns of those that were added.
pub(crate) fn insert(held: &mut Held, sender: &PageSender, what: &Insert, rows: &[Row]) -> Result<(), Fault> {
    held.shapes.learn(&held.connection, [&what.table])?;
    let name = RowName::of(held, what)?;
    run(held, "SAVEPOINT exeunt_insert")?;
    let added = match one_by_one(held, what, &name, rows) {
        Ok(added) => added,
        Err(Stopped::By(fault)) => return Err(fault),
        Err(Stopped::ByReference) => {
            // A row may refer to one further down the list: references are checked once all are there.
            run(held, "ROLLBACK TO exeunt_insert; PRAGMA defer_foreign_keys = ON;")?;
            let added = match one_by_one(held, what, &name, rows) {
                Ok(added) => added,
                Err(Stopped::By(fault)) => return Err(fault),
                Err(Stopped::ByReference) => return Err(dangling(&what.table)),
            };
            check_references(held, &what.table, &name, &added)?;
            run(held, "PRAGMA defer_foreign_keys = OFF;")?;
            added
        }
    };
    run(held, "RELEASE exeunt_insert")?;
    let mut page = Page::new(sender);
    let mut by_key = ByKey::prepare(held, &what.table, &name.key, &what.answer)?;
    for Added { place, key } in added {
        // A trigger may have taken it away again.
        if by_key.read(&key, Some(place))?.is_some_and(|row| !page.push(row)) {
            break;
        }
    }
    page.flush();
    if page.heard { Ok(()) } else { Err(unheard()) }
}

/// A row that was added: its place in the list, and its key.
struct Added {
    place: Cell,
    key: Row,
}

enum Stopped {
    ByReference,
    By(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::By(fault)
    }
}

/// How rows just added are named: by row id, or by a key whose cells stand at these places of the given row.
struct RowName {
    key: KeyBy,
    places: Option<Vec<usize>>,
}

impl RowName {
    fn of(held: &Held, what: &Insert) -> Result<Self, Fault> {
        let shape = held.shapes.shape(&what.table)?;
        if let Some(rowid) = &shape.rowid {
            return Ok(Self { key: KeyBy::Columns(vec![rowid.clone()]), places: None });
        }
        let place = |name: &Name| {
            what.columns.iter().position(|column| column == name).ok_or_else(|| {
                let text = format!(
                    "rows of {} are added with their key's column `{name}` or not at all",
                    what.table
                );
                Fault::new(FaultKind::Unsupported, text)
            })
        };
        let places = shape.primary_key.iter().map(place).collect::<Result<Vec<usize>, Fault>>()?;
        Ok(Self { key: KeyBy::Columns(shape.primary_key.clone()), places: Some(places) })
    }
}

fn one_by_one(held: &Held, what: &Insert, name: &RowName, rows: &[Row]) -> Result<Vec<Added>, Stopped> {
    let statement = sql::insert(&held.shapes, what, &[], &Given::One)?;
    let mut prepared = held.connection.prepare(&statement.text).map_err(|error| fault(DOING, &error))?;
    let mut added = Vec::with_capacity(rows.len());
    for (row, place) in rows.iter().zip(0i64..) {
        bind_row(&mut prepared, &statement.slots, row)?;
        match prepared.raw_execute() {
            Ok(0) => {}
            Ok(_) => {
                let key = match &name.places {
                    None => vec![Cell::Int(held.connection.last_insert_rowid())],
                    Some(places) => places.iter().map(|place| row[*place].clone()).collect(),
                };
                added.push(Added { place: Cell::Int(place), key });
            }
            Err(error) if is_reference(&error) => return Err(Stopped::ByReference),
            Err(error) => return Err(fault(DOING, &error).into()),
        }
    }
    Ok(added)
}

fn is_reference(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

/// Looks whether what the new rows refer to is there: with checks deferred, SQLite itself tells at commit only.
fn check_references(held: &Held, table: &TableRef, name: &RowName, added: &[Added]) -> Result<(), Fault> {
    const ROW: Alias = Alias("t", None);
    const THERE: Alias = Alias("r", None);
    let KeyBy::Columns(key) = &name.key else { return Ok(()) };
    for reference in references(held, table)? {
        let mut sql = Sql::new(Dialect::Sqlite);
        sql.put("SELECT 1 FROM ").table(table).put(" AS ").alias(ROW).put(" WHERE ");
        sql.list(" AND ", key.iter().enumerate(), |sql, (place, column)| {
            sql.column(ROW, column).put(" = ?").number(place + 1);
            Ok::<_, Fault>(())
        })?;
        for (column, _) in &reference.on {
            sql.put(" AND ").column(ROW, column).put(" IS NOT NULL");
        }
        sql.put(" AND NOT EXISTS (SELECT 1 FROM ")
            .table(&reference.to)
            .put(" AS ")
            .alias(THERE)
            .put(" WHERE ");
        sql.list(" AND ", &reference.on, |sql, (here, there)| {
            sql.column(THERE, there).put(" = ").column(ROW, here);
            Ok::<_, Fault>(())
        })?;
        sql.put(")");
        let text = sql.finish().text;
        let mut prepared = held.connection.prepare(&text).map_err(|error| fault(DOING, &error))?;
        for Added { key, .. } in added {
            bind(&mut prepared, key)?;
            if prepared.raw_query().next().map_err(|error| fault(DOING, &error))?.is_some() {
                return Err(dangling(table));
            }
        }
    }
    Ok(())
}

struct Reference {
    to: TableRef,
    on: Vec<(Name, Name)>,
}

/// The foreign keys of a table. One that names no columns there means the primary key.
fn references(held: &Held, table: &TableRef) -> Result<Vec<Reference>, Fault> {
    let list = |error: rusqlite::Error| fault("read a table's foreign keys", &error);
    let named = |text: &str| {
        Name::new(text)
            .map_err(|_| Fault::new(FaultKind::Unsupported, format!("{table} has a nameless reference")))
    };
    let mut statement = held
        .connection
        .prepare(
            "SELECT f.id, f.\"table\", f.\"from\", coalesce(f.\"to\", (SELECT name
                 FROM pragma_table_info(f.\"table\", 'main') WHERE pk = f.seq + 1), '')
             FROM pragma_foreign_key_list(?1, 'main') AS f ORDER BY f.id, f.seq",
        )
        .map_err(list)?;
    let mut rows = statement.query([table.name.as_str()]).map_err(list)?;
    let mut found: Vec<(i64, Reference)> = Vec::new();
    while let Some(row) = rows.next().map_err(list)? {
        let id: i64 = row.get(0).map_err(list)?;
        let texts = (1..4).map(|column| row.get::<_, String>(column)).collect::<rusqlite::Result<Vec<_>>>();
        let texts = texts.map_err(list)?;
        let pair = (named(&texts[1])?, named(&texts[2])?);
        match found.last_mut() {
            Some((last, reference)) if *last == id => reference.on.push(pair),
            _ => {
                let to = TableRef { schema: table.schema.clone(), name: named(&texts[0])? };
                found.push((id, Reference { to, on: vec![pair] }));
            }
        }
    }
    Ok(found.into_iter().map(|(_, reference)| reference).collect())
}

fn dangling(table: &TableRef) -> Fault {
    let text = format!("what rows of {table} refer to is not there");
    Fault::new(FaultKind::Refused, text).while_doing(DOING).with_code("SQLITE_CONSTRAINT_FOREIGNKEY")
}

fn run(held: &Held, sql: &'static str) -> Result<(), Fault> {
    held.connection.execute_batch(sql).map_err(|error| fault(DOING, &error))
}
