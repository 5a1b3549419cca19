//! Temporary tables for anchors and keys. They live in memory and go when they have served.

use exeunt_base::{Cell, Fault, FaultKind, Name, TableRef};
use exeunt_source::sql::{Dialect, Sql};
use exeunt_source::{Anchor, Branch, Compare, Selection};
use rusqlite::Connection;

use crate::cells::bind;
use crate::error::fault;
use crate::shapes::{Affinity, Shapes};

/// Makes a table of its own, with the columns `first, c0, c1, …`, in place of an older one of that name.
pub(crate) fn make(
    connection: &Connection,
    name: &'static str,
    number: usize,
    first: &'static str,
    affinities: &[Affinity],
) -> Result<TableRef, Fault> {
    let table = TableRef { schema: known("temp"), name: known(&format!("{name}{number}")) };
    discard(connection, &table)?;
    let mut sql = Sql::new(Dialect::Sqlite);
    sql.put("CREATE TABLE ").table(&table).put(" (").put(first);
    for (place, affinity) in affinities.iter().enumerate() {
        sql.put(", c").number(place).put(" ").put(affinity.word());
    }
    sql.put(")");
    run(connection, sql)?;
    Ok(table)
}

/// Drops it, with whatever statistics there are of it.
pub(crate) fn discard(connection: &Connection, table: &TableRef) -> Result<(), Fault> {
    let mut sql = Sql::new(Dialect::Sqlite);
    sql.put("DROP TABLE IF EXISTS ").table(table);
    run(connection, sql)
}

/// The statement that adds a row to it.
pub(crate) fn adding(table: &TableRef, width: usize) -> String {
    let mut sql = Sql::new(Dialect::Sqlite);
    sql.put("INSERT INTO ").table(table).put(" VALUES (?1");
    for place in 0..width {
        sql.put(", ?").number(place + 2);
    }
    sql.put(")");
    sql.finish().text
}

/// Fills tables with anchors and leads each branch of the selection to its own.
///
/// An anchor compared with columns of different affinities gets a table for each: only a column of the same affinity
/// compares, and is found by index, as a value would.
pub(crate) fn fill_anchors(
    connection: &Connection,
    shapes: &Shapes,
    what: &Selection,
    anchors: &[Anchor],
) -> Result<(Selection, Vec<TableRef>), Fault> {
    let mut what = what.clone();
    let mut made: Vec<(usize, Vec<Affinity>)> = Vec::new();
    let table = what.table.clone();
    let mut lead = |branch: &mut Branch, from: &TableRef| {
        let last = branch.joins.last().map_or(from, |join| &join.table);
        let affinities = branch.columns.iter().map(|column| match branch.compare {
            Compare::Exact => shapes.affinity(last, column),
            Compare::Folded | Compare::Digits => Ok(Affinity::Text),
        });
        let wanted = (branch.anchor, affinities.collect::<Result<Vec<Affinity>, Fault>>()?);
        branch.anchor = made.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            made.push(wanted);
            made.len() - 1
        });
        Ok(())
    };
    what.branches.iter_mut().try_for_each(|branch| lead(branch, &table))?;
    for unless in &mut what.unless {
        unless.reached.iter_mut().try_for_each(|branch| lead(branch, &unless.table))?;
    }
    let mut tables = Vec::with_capacity(made.len());
    for (number, (anchor, affinities)) in made.iter().enumerate() {
        let anchor = anchors.get(*anchor).ok_or_else(|| {
            Fault::new(FaultKind::Unsupported, format!("a way to {table} starts from an anchor not given"))
        })?;
        tables.push(fill_anchor(connection, number, affinities, anchor)?);
    }
    Ok((what, tables))
}

fn fill_anchor(
    connection: &Connection,
    number: usize,
    affinities: &[Affinity],
    anchor: &Anchor,
) -> Result<TableRef, Fault> {
    const DOING: &str = "keep the values to start from at hand";
    let table = make(connection, "exeunt_anchor", number, "claimant INTEGER", affinities)?;
    let mut statement =
        connection.prepare(&adding(&table, affinities.len())).map_err(|error| fault(DOING, &error))?;
    for (claimant, row) in &anchor.rows {
        if row.len() != affinities.len() {
            return Err(Fault::new(
                FaultKind::Unsupported,
                "an anchor has other columns than what it is compared with",
            ));
        }
        bind(&mut statement, std::iter::once(&Cell::Int(i64::from(*claimant))).chain(row))?;
        statement.raw_execute().map_err(|error| fault(DOING, &error))?;
    }
    // An index, and statistics that tell the planner how few they are.
    let mut sql = Sql::new(Dialect::Sqlite);
    sql.put("CREATE INDEX \"temp\".exeunt_anchor_by").number(number).put(" ON ").name(&table.name).put(" (");
    for place in 0..affinities.len() {
        sql.put("c").number(place).put(", ");
    }
    sql.put("claimant)");
    run(connection, sql)?;
    let mut sql = Sql::new(Dialect::Sqlite);
    sql.put("ANALYZE ").table(&table);
    run(connection, sql)?;
    Ok(table)
}

fn run(connection: &Connection, sql: Sql) -> Result<(), Fault> {
    connection
        .execute(&sql.finish().text, [])
        .map(|_| ())
        .map_err(|error| fault("set up a table of our own in memory", &error))
}

fn known(text: &str) -> Name {
    Name::new(text).expect("names of our own are neither empty nor hold a NUL")
}
