//! Statements on rows named by key. Where a list is given, each answer starts with the row's place in it, from 0, or with
//! the key itself ([`Given::Any`], [`Given::Several`]).

use exeunt_base::{Fault, FaultKind, Name, TableRef};

use crate::selection::KeyBy;
use crate::sql::builder::{Alias, Dialect, Slot, Sql, Statement};
use crate::sql::filter::{key_forms, put_columns_out, put_key_out, put_key_part};
use crate::sql::forms::{Form, Forms, Given};
use crate::strike::{Delete, Insert, Lock, Referrer, Update};

const ROW: Alias = Alias("t", None);
const GIVEN: Alias = Alias("k", None);

/// Rows by key.
pub fn read_keyed(
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    columns: &[Name],
    given: &Given,
) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    put_read(&mut sql, forms, table, key, columns, given)?;
    Ok(sql.finish())
}

/// Rows by key, locked against change. SQLite has no such lock: there the transaction itself must hold the file's.
pub fn lock(forms: &dyn Forms, what: &Lock, given: &Given) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    put_read(&mut sql, forms, &what.table, &what.key, &what.columns, given)?;
    if forms.dialect() == Dialect::Postgres {
        sql.put(" FOR UPDATE OF ").alias(ROW);
    }
    Ok(sql.finish())
}

/// Deletes rows by key. PostgreSQL answers with their columns; SQLite answers nothing and takes, of whole-row keys, the
/// first part alone: the rest was compared when the rows were read, in the same transaction.
pub fn delete(forms: &dyn Forms, what: &Delete, given: &Given) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    let keys = key_forms(forms, &what.table, &what.key)?;
    sql.put("DELETE FROM ").table(&what.table).put(" AS ").alias(ROW);
    if forms.dialect() == Dialect::Sqlite {
        sql.put(" WHERE ");
        put_key_among(&mut sql, forms, what, &keys, given)?;
        return Ok(sql.finish());
    }
    if *given != Given::Any {
        sql.put(" USING ");
        put_given(&mut sql, &keys, given);
    }
    sql.put(" WHERE ");
    put_key_match(&mut sql, forms, &what.table, &what.key, &keys, given)?;
    put_returning(&mut sql, forms, &what.table, &what.key, &what.columns, given)?;
    Ok(sql.finish())
}

/// Changes rows by key; each row given holds the key's cells, then the new ones. PostgreSQL answers with what they
/// have become; SQLite takes one row at a time and answers nothing.
pub fn update(forms: &dyn Forms, what: &Update, given: &Given) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    let keys = key_forms(forms, &what.table, &what.key)?;
    let mut all = keys.clone();
    for column in &what.set {
        all.push(forms.form(&what.table, column)?);
    }
    // The statement's own conflict rule wins over one in a constraint, which could replace other rows.
    sql.put(match forms.dialect() {
        Dialect::Sqlite => "UPDATE OR ABORT ",
        Dialect::Postgres => "UPDATE ",
    });
    sql.table(&what.table).put(" AS ").alias(ROW).put(" SET ");
    let first = keys.len();
    sql.list(", ", what.set.iter().enumerate(), |sql, (place, column)| {
        sql.name(column).put(" = ");
        put_given_cell(sql, &all, first + place, given);
        Ok::<_, Fault>(())
    })?;
    if forms.dialect() == Dialect::Sqlite {
        only_one(given)?;
        sql.put(" WHERE ");
        put_key_match(&mut sql, forms, &what.table, &what.key, &keys, given)?;
        return Ok(sql.finish());
    }
    sql.put(" FROM ");
    put_given(&mut sql, &all, given);
    sql.put(" WHERE ");
    put_key_match(&mut sql, forms, &what.table, &what.key, &keys, given)?;
    put_returning(&mut sql, forms, &what.table, &what.key, &what.columns, given)?;
    Ok(sql.finish())
}

/// Adds rows, leaving out those that collide with a row already there.
///
/// PostgreSQL answers with `answer` alone (or 1, when nothing is asked for), in the order given: it cannot return a
/// place, so the connector walks the list beside the answer. SQLite takes one row at a time and answers nothing.
pub fn insert(forms: &dyn Forms, what: &Insert, answer: &[Name], given: &Given) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    let table = &what.table;
    let columns =
        what.columns.iter().map(|column| forms.form(table, column)).collect::<Result<Vec<Form>, Fault>>()?;
    sql.put("INSERT INTO ").table(table).put(" AS ").alias(ROW).put(" (");
    sql.list(", ", &what.columns, |sql, column| {
        sql.name(column);
        Ok::<_, Fault>(())
    })?;
    sql.put(")");
    match forms.dialect() {
        Dialect::Sqlite => {
            only_one(given)?;
            sql.put(" VALUES (");
            sql.list(", ", 0..columns.len(), |sql, place| {
                put_given_cell(sql, &columns, place, given);
                Ok::<_, Fault>(())
            })?;
            sql.put(") ON CONFLICT DO NOTHING");
        }
        Dialect::Postgres => {
            sql.put(" OVERRIDING SYSTEM VALUE SELECT ");
            sql.list(", ", 0..columns.len(), |sql, place| {
                put_given_cell(sql, &columns, place, given);
                Ok::<_, Fault>(())
            })?;
            sql.put(" FROM ");
            put_given(&mut sql, &columns, given);
            if forms.steps_aside(table) {
                sql.put(" ON CONFLICT DO NOTHING");
            }
            sql.put(if answer.is_empty() { " RETURNING 1" } else { " RETURNING " });
            put_columns_out(&mut sql, forms, table, ROW, answer)?;
        }
    }
    Ok(sql.finish())
}

/// The places of those keys whose rows a referrer still refers to. With one key given: a row when it is.
pub fn referred(
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    by: &Referrer,
    given: &Given,
) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    put_read(&mut sql, forms, table, key, &[], given)?;
    let there = Alias("r", None);
    sql.put(" AND EXISTS (SELECT 1 FROM ").table(&by.table).put(" AS ").alias(there).put(" WHERE ");
    sql.list(" AND ", &by.on, |sql, (theirs, ours)| {
        forms.columns_equal(sql, (&by.table, there, theirs), (table, ROW, ours))
    })?;
    sql.put(")");
    if matches!(given, Given::Arrays | Given::Table(_)) {
        sql.put(" ORDER BY 1");
    }
    Ok(sql.finish())
}

fn put_read(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    columns: &[Name],
    given: &Given,
) -> Result<(), Fault> {
    let keys = key_forms(forms, table, key)?;
    sql.put("SELECT ");
    put_place(sql, forms, table, key, given)?;
    if !columns.is_empty() {
        sql.put(if *given == Given::One { "" } else { ", " });
        put_columns_out(sql, forms, table, ROW, columns)?;
    } else if *given == Given::One {
        sql.put("1");
    }
    sql.put(" FROM ");
    if matches!(given, Given::Arrays | Given::Table(_)) {
        put_given(sql, &keys, given);
        sql.put(", ");
    }
    sql.table(table).put(" AS ").alias(ROW).put(" WHERE ");
    put_key_match(sql, forms, table, key, &keys, given)
}

fn put_returning(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    columns: &[Name],
    given: &Given,
) -> Result<(), Fault> {
    sql.put(" RETURNING ");
    put_place(sql, forms, table, key, given)?;
    if !columns.is_empty() {
        sql.put(", ");
    }
    put_columns_out(sql, forms, table, ROW, columns)
}

/// The row's place in the list, or what tells it.
fn put_place(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    given: &Given,
) -> Result<(), Fault> {
    match given {
        Given::Arrays => sql.put("k.n - 1"),
        Given::Any | Given::Several(_) => return put_key_out(sql, forms, table, ROW, key),
        Given::Table(_) => sql.put("k.n"),
        Given::One => sql,
    };
    Ok(())
}

/// The given list as a table named `k`.
fn put_given(sql: &mut Sql, columns: &[Form], given: &Given) {
    match given {
        Given::One | Given::Several(_) | Given::Any => {}
        Given::Table(table) => {
            sql.table(table).put(" AS ").alias(GIVEN);
        }
        Given::Arrays => {
            sql.put("unnest(");
            for (column, form) in columns.iter().enumerate() {
                if column > 0 {
                    sql.put(", ");
                }
                sql.slot(Slot::Rows { column, wire: form.wire });
            }
            sql.put(") WITH ORDINALITY AS ").alias(GIVEN).put("(");
            for column in 0..columns.len() {
                sql.put("c").number(column).put(", ");
            }
            sql.put("n)");
        }
    }
}

fn put_given_cell(sql: &mut Sql, columns: &[Form], place: usize, given: &Given) {
    match given {
        Given::One | Given::Several(_) => sql.slot(Slot::Row { column: place }),
        Given::Any => sql.put("ANY(").slot(Slot::Rows { column: place, wire: columns[place].wire }).put(")"),
        Given::Table(_) => sql.numbered(GIVEN, place),
        Given::Arrays => sql.numbered(GIVEN, place).cast(columns[place].into.as_ref()),
    };
}

/// `=`, never `IS`: a key with a NULL in it names no row.
fn put_key_match(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    keys: &[Form],
    given: &Given,
) -> Result<(), Fault> {
    if keys.is_empty() {
        return Err(Fault::new(FaultKind::Unsupported, format!("no key names the rows of {table}")));
    }
    if matches!(given, Given::Any | Given::Several(_)) && keys.len() > 1 {
        return Err(Fault::new(FaultKind::Unsupported, "a list of keys is of one column"));
    }
    if let Given::Several(rows) = given {
        return put_key_list(sql, forms, table, key, *rows);
    }
    sql.list(" AND ", 0..keys.len(), |sql, part| {
        put_key_part(sql, forms, table, ROW, key, part)?;
        sql.put(" = ");
        put_given_cell(sql, keys, part, given);
        Ok(())
    })?;
    Ok(())
}

/// `key IN (…)`, which SQLite looks up row by row in the table that loses rows, whatever the size of either.
fn put_key_among(
    sql: &mut Sql,
    forms: &dyn Forms,
    what: &Delete,
    keys: &[Form],
    given: &Given,
) -> Result<(), Fault> {
    let filled = match given {
        Given::Table(filled) => filled,
        Given::Several(rows) if what.key == KeyBy::WholeRow => {
            return put_key_list(sql, forms, &what.table, &what.key, *rows);
        }
        _ => return put_key_match(sql, forms, &what.table, &what.key, keys, given),
    };
    let width = match &what.key {
        KeyBy::Columns(columns) => columns.len(),
        KeyBy::WholeRow => 1,
    };
    sql.put("(");
    sql.list(", ", 0..width, |sql, part| put_key_part(sql, forms, &what.table, ROW, &what.key, part))?;
    sql.put(") IN (SELECT ");
    sql.list(", ", 0..width, |sql, part| {
        sql.numbered(GIVEN, part);
        Ok::<_, Fault>(())
    })?;
    sql.put(" FROM ").table(filled).put(" AS ").alias(GIVEN).put(")");
    Ok(())
}

/// `key IN (?1, ?2, …)`, by the key's first part.
fn put_key_list(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    key: &KeyBy,
    rows: usize,
) -> Result<(), Fault> {
    put_key_part(sql, forms, table, ROW, key, 0)?;
    sql.put(" IN (");
    sql.list(", ", 0..rows, |sql, column| {
        sql.slot(Slot::Row { column });
        Ok::<_, Fault>(())
    })?;
    sql.put(")");
    Ok(())
}

fn only_one(given: &Given) -> Result<(), Fault> {
    match given {
        Given::One => Ok(()),
        Given::Arrays | Given::Any | Given::Table(_) | Given::Several(_) => {
            Err(Fault::new(FaultKind::Unsupported, "this dialect changes one row a statement"))
        }
    }
}
