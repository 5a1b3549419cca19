//! Selections: rows reached from anchors along joins.

use exeunt_base::{Cell, Fault, FaultKind, Name, TableRef};

use crate::selection::{Branch, Compare, KeyBy, Selection, Unless};
use crate::sql::builder::{Alias, Dialect, Slot, Sql, Statement};
use crate::sql::filter::{key_forms, put_columns_out, put_filters, put_key_out, put_key_part};
use crate::sql::forms::{Anchors, Form, Forms};
use crate::strike::Delete;

const ROW: Alias = Alias("t", None);
const ANCHOR: Alias = Alias("a", None);

/// Claimant, key and carried columns of the rows a selection reaches, in key order, claimants ascending. From tables of
/// anchors an answer may come twice, one after the other.
pub fn find(
    forms: &dyn Forms,
    what: &Selection,
    anchors: &Anchors,
    carried: &[Name],
) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    let put_answer = |sql: &mut Sql| {
        put_key_out(sql, forms, &what.table, ROW, &what.key)?;
        if !carried.is_empty() {
            sql.put(", ");
        }
        put_columns_out(sql, forms, &what.table, ROW, carried)
    };
    if what.branches.is_empty() {
        sql.put("SELECT 0, ");
        put_answer(&mut sql)?;
        sql.put(" FROM ").table(&what.table).put(" AS ").alias(ROW).put(" WHERE 1 = 0");
        return Ok(sql.finish());
    }
    sql.list(" UNION ", &what.branches, |sql, branch| {
        // UNION drops repeats itself; distinct anchors compared with one row's own column make none, or next to none.
        let repeats = !branch.joins.is_empty();
        sql.put(if repeats && what.branches.len() == 1 { "SELECT DISTINCT " } else { "SELECT " });
        sql.alias(ANCHOR).put(".claimant, ");
        put_answer(sql)?;
        sql.put(" FROM ").table(&what.table).put(" AS ").alias(ROW).put(", ");
        put_way(sql, forms, &what.table, ROW, branch, anchors)?;
        put_conditions(sql, forms, what, anchors)
    })?;
    sql.put(" ORDER BY ");
    let width = key_forms(forms, &what.table, &what.key)?.len();
    for part in 0..width {
        sql.number(part + 2).put(", ");
    }
    sql.put("1");
    Ok(sql.finish())
}

/// Columns of the rows a selection reaches, each row once, in key order.
pub fn read_selected(
    forms: &dyn Forms,
    columns: &[Name],
    what: &Selection,
    anchors: &Anchors,
) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    sql.put("SELECT ");
    put_columns_out(&mut sql, forms, &what.table, ROW, columns)?;
    sql.put(" FROM ");
    match what.branches.as_slice() {
        [] => {
            sql.table(&what.table).put(" AS ").alias(ROW).put(" WHERE 1 = 0");
        }
        [branch] => {
            sql.table(&what.table).put(" AS ").alias(ROW).put(" WHERE ");
            put_reached(&mut sql, forms, &what.table, ROW, branch, anchors)?;
            put_conditions(&mut sql, forms, what, anchors)?;
        }
        branches => {
            // By way of keys: a planner makes little of EXISTS … OR EXISTS ….
            let width = key_forms(forms, &what.table, &what.key)?.len();
            sql.put("(");
            sql.list(" UNION ", branches, |sql, branch| {
                sql.put("SELECT ");
                sql.list(", ", 0..width, |sql, part| {
                    put_key_part(sql, forms, &what.table, ROW, &what.key, part)?;
                    sql.put(" AS c").number(part);
                    Ok(())
                })?;
                sql.put(" FROM ").table(&what.table).put(" AS ").alias(ROW).put(", ");
                put_way(sql, forms, &what.table, ROW, branch, anchors)?;
                put_conditions(sql, forms, what, anchors)
            })?;
            sql.put(") AS k, ").table(&what.table).put(" AS ").alias(ROW).put(" WHERE ");
            sql.list(" AND ", 0..width, |sql, part| {
                put_key_part(sql, forms, &what.table, ROW, &what.key, part)?;
                sql.put(" = ").numbered(Alias("k", None), part);
                Ok(())
            })?;
        }
    }
    sql.put(" ORDER BY ");
    put_key_out(&mut sql, forms, &what.table, ROW, &what.key)?;
    Ok(sql.finish())
}

/// Deletes the rows a selection of one branch reaches, as far as their key, of whole numbers, is from `least` to `most`;
/// answers with the key, then their columns (PostgreSQL).
pub fn delete_found(
    forms: &dyn Forms,
    what: &Delete,
    found: &Selection,
    (least, most): (&[i64], &[i64]),
) -> Result<Statement, Fault> {
    let ([branch], KeyBy::Columns(key)) = (found.branches.as_slice(), &what.key) else {
        return Err(Fault::new(FaultKind::Unsupported, "rows are deleted along one way only"));
    };
    if forms.dialect() != Dialect::Postgres || [least.len(), most.len()] != [key.len(); 2] {
        return Err(Fault::new(FaultKind::Unsupported, "a least and a most key have all columns of the key"));
    }
    let mut sql = Sql::new(forms.dialect());
    sql.put("DELETE FROM ").table(&what.table).put(" AS ").alias(ROW).put(" USING ");
    put_way(&mut sql, forms, &what.table, ROW, branch, &Anchors::Arrays)?;
    put_conditions(&mut sql, forms, found, &Anchors::Arrays)?;
    let number = |sql: &mut Sql, number: &i64| {
        sql.slot(Slot::Value { cell: Cell::Int(*number), wire: "int8" });
    };
    for (sign, bound) in [(" >= ", least), (" <= ", most)] {
        let (Some(first), Some(one)) = (key.first(), bound.first()) else { continue };
        sql.put(" AND ").column(ROW, first).put(sign);
        number(&mut sql, one);
        if key.len() == 1 {
            continue;
        }
        // of several columns only the first is looked for in an index: a whole row compared there is found by walking
        sql.put(" AND (");
        sql.list(", ", key.iter().enumerate(), |sql, (place, column)| {
            sql.column(ROW, column).put(if place == 0 { " + 0" } else { "" });
            Ok::<_, Fault>(())
        })?;
        sql.put(")").put(sign).put("(");
        sql.list(", ", bound, |sql, one| {
            number(sql, one);
            Ok::<_, Fault>(())
        })?;
        sql.put(")");
    }
    sql.put(" RETURNING ");
    put_key_out(&mut sql, forms, &what.table, ROW, &what.key)?;
    sql.put(if what.columns.is_empty() { "" } else { ", " });
    put_columns_out(&mut sql, forms, &what.table, ROW, &what.columns)?;
    Ok(sql.finish())
}

/// Columns of every row of a table, in key order.
pub fn read_every(
    forms: &dyn Forms,
    columns: &[Name],
    table: &TableRef,
    key: &KeyBy,
) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    sql.put("SELECT ");
    put_columns_out(&mut sql, forms, table, ROW, columns)?;
    sql.put(" FROM ").table(table).put(" AS ").alias(ROW).put(" ORDER BY ");
    put_key_out(&mut sql, forms, table, ROW, key)?;
    Ok(sql.finish())
}

/// Filters of the row and owners that stay.
fn put_conditions(
    sql: &mut Sql,
    forms: &dyn Forms,
    what: &Selection,
    anchors: &Anchors,
) -> Result<(), Fault> {
    put_filters(sql, forms, &what.table, ROW, &what.filters)?;
    what.unless.iter().enumerate().try_for_each(|(place, unless)| {
        put_unless(sql, forms, &what.table, unless, Alias("o", Some(place)), anchors)
    })
}

/// Everything stands inside EXISTS: a condition that is NULL must not count the owner, and must not lose the row.
fn put_unless(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    unless: &Unless,
    owner: Alias,
    anchors: &Anchors,
) -> Result<(), Fault> {
    sql.put(" AND NOT EXISTS (SELECT 1 FROM ").table(&unless.table).put(" AS ").alias(owner).put(" WHERE ");
    sql.list(" AND ", &unless.on, |sql, (ours, theirs)| {
        forms.columns_equal(sql, (&unless.table, owner, theirs), (table, ROW, ours))
    })?;
    put_filters(sql, forms, table, ROW, &unless.row_filters)?;
    put_filters(sql, forms, &unless.table, owner, &unless.filters)?;
    unless.reached.iter().try_for_each(|branch| {
        sql.put(" AND NOT ");
        put_reached(sql, forms, &unless.table, owner, branch, anchors)
    })?;
    sql.put(")");
    Ok(())
}

/// Whether a branch reaches a row that the statement around it has at hand.
fn put_reached(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    branch: &Branch,
    anchors: &Anchors,
) -> Result<(), Fault> {
    sql.put("EXISTS (SELECT 1 FROM ");
    put_way(sql, forms, table, row, branch, anchors)?;
    sql.put(")");
    Ok(())
}

/// `tables WHERE conditions` of a branch, without the row's own table.
fn put_way(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    branch: &Branch,
    anchors: &Anchors,
) -> Result<(), Fault> {
    let stops: Vec<(&TableRef, Alias)> = std::iter::once((table, row))
        .chain(branch.joins.iter().enumerate().map(|(place, join)| (&join.table, Alias("j", Some(place)))))
        .collect();
    let (last, last_row) = stops[stops.len() - 1];
    for (table, alias) in &stops[1..] {
        sql.table(table).put(" AS ").alias(*alias).put(", ");
    }
    put_anchor(sql, forms, branch, last, anchors)?;
    sql.put(" WHERE ");
    sql.list(" AND ", branch.columns.iter().enumerate(), |sql, (place, column)| {
        match branch.compare {
            Compare::Exact => {
                sql.column(last_row, column);
            }
            Compare::Folded => forms.folded(sql, last, last_row, column)?,
            Compare::Digits => forms.digits(sql, last, last_row, column)?,
        }
        sql.put(" = ").numbered(ANCHOR, place);
        Ok::<_, Fault>(())
    })?;
    for (place, join) in branch.joins.iter().enumerate() {
        let (before, before_row) = stops[place];
        let (here, here_row) = stops[place + 1];
        join.on.iter().try_for_each(|(left, right)| {
            sql.put(" AND ");
            forms.columns_equal(sql, (before, before_row, left), (here, here_row, right))
        })?;
        put_filters(sql, forms, here, here_row, &join.filters)?;
    }
    put_filters(sql, forms, table, row, &branch.filters)
}

/// The anchor as a table named `a`, its values in the types of the columns they are compared with.
fn put_anchor(
    sql: &mut Sql,
    forms: &dyn Forms,
    branch: &Branch,
    last: &TableRef,
    anchors: &Anchors,
) -> Result<(), Fault> {
    if branch.columns.is_empty() {
        return Err(Fault::new(FaultKind::Unsupported, format!("a way to {last} compares no column")));
    }
    let tables = match anchors {
        Anchors::Arrays => None,
        Anchors::Tables(tables) => Some(tables.get(branch.anchor).ok_or_else(|| {
            Fault::new(FaultKind::Unsupported, format!("a way to {last} starts from an anchor not given"))
        })?),
    };
    if let Some(filled) = tables {
        sql.table(filled).put(" AS ").alias(ANCHOR);
        return Ok(());
    }
    let anchor = branch.anchor;
    let given = branch
        .columns
        .iter()
        .map(|column| match branch.compare {
            Compare::Exact => forms.form(last, column),
            Compare::Folded | Compare::Digits => Ok(Form { out: None, wire: "text", into: None }),
        })
        .collect::<Result<Vec<Form>, Fault>>()?;
    let unnested = Alias("u", None);
    sql.put("(SELECT DISTINCT u.claimant");
    for (place, form) in given.iter().enumerate() {
        sql.put(", ").numbered(unnested, place).cast(form.into.as_ref()).put(" AS c").number(place);
    }
    sql.put(" FROM unnest(").slot(Slot::Claimants { anchor });
    for (column, form) in given.iter().enumerate() {
        sql.put(", ").slot(Slot::Anchor { anchor, column, wire: form.wire });
    }
    sql.put(") AS u(claimant");
    for place in 0..given.len() {
        sql.put(", c").number(place);
    }
    sql.put(")) AS ").alias(ANCHOR);
    Ok(())
}
