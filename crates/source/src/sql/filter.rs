//! Conditions on single columns, and comparisons of rows with keys.

use exeunt_base::{Cell, Fault, Name, TableRef};

use crate::selection::{Filter, KeyBy, Test};
use crate::sql::builder::{Alias, Dialect, Slot, Sql};
use crate::sql::forms::{Form, Forms};

/// Writes ` AND …` for each filter.
pub(crate) fn put_filters(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    filters: &[Filter],
) -> Result<(), Fault> {
    filters.iter().try_for_each(|filter| {
        sql.put(" AND ");
        put_filter(sql, forms, table, row, filter)
    })
}

fn put_filter(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    filter: &Filter,
) -> Result<(), Fault> {
    let form = forms.form(table, &filter.column)?;
    match &filter.test {
        Test::Equals(cell) => {
            sql.column(row, &filter.column).put(" = ");
            sql.slot(Slot::Value { cell: cell.clone(), wire: form.wire }).cast(form.into.as_ref());
        }
        Test::IsNull => {
            sql.column(row, &filter.column).put(" IS NULL");
        }
        Test::IsNotNull => {
            sql.column(row, &filter.column).put(" IS NOT NULL");
        }
        Test::Before(moment) => {
            forms.moment(sql, table, row, &filter.column)?;
            put_moment(sql.put(" < "), moment);
        }
        Test::NotBefore(moment) => {
            sql.put("(").column(row, &filter.column).put(" IS NULL OR ");
            forms.moment(sql, table, row, &filter.column)?;
            put_moment(sql.put(" >= "), moment);
            sql.put(")");
        }
        Test::Tokens(parts) => put_tokens(sql, row, &filter.column, parts),
        Test::NotAll(filters) => {
            sql.put("(");
            sql.list(" AND ", filters, |sql, filter| put_filter(sql, forms, table, row, filter))?;
            // what is not known of a row is no reason to lose it
            sql.put(") IS NOT TRUE");
        }
    }
    Ok(())
}

fn put_tokens(sql: &mut Sql, row: Alias, column: &Name, parts: &[String]) {
    const DIGIT: &str = "[0-9a-f]";
    let pattern = |literal: &dyn Fn(&str) -> String| {
        parts.iter().map(|part| literal(part)).collect::<Vec<_>>().join(&DIGIT.repeat(16))
    };
    let spelled = |special: &dyn Fn(char) -> bool, before: &str, after: &str, part: &str| {
        part.chars().fold(String::new(), |mut out, one| {
            let (before, after) = if special(one) { (before, after) } else { ("", "") };
            out.push_str(before);
            out.push(one);
            out.push_str(after);
            out
        })
    };
    let value = |text: &str| Slot::Value { cell: Cell::text(text), wire: "text" };
    match sql.dialect() {
        Dialect::Sqlite => {
            let glob = pattern(&|part| spelled(&|one| "*?[".contains(one), "[", "]", part));
            sql.column(row, column).put(" GLOB ").slot(value(&glob));
        }
        Dialect::Postgres => {
            let regex = pattern(&|part| spelled(&|one| one.is_ascii_punctuation(), "\\", "", part));
            sql.column(row, column).put("::text ~ ").slot(value(&format!("^{regex}$")));
        }
    }
}

fn put_moment(sql: &mut Sql, moment: &str) {
    let slot = Slot::Value { cell: Cell::text(moment), wire: "text" };
    match sql.dialect() {
        Dialect::Sqlite => sql.put("julianday(").slot(slot).put(")"),
        // The session's zone is UTC, so this compares with date, timestamp and timestamptz alike.
        Dialect::Postgres => sql.slot(slot).put("::timestamptz"),
    };
}

/// How a key's cells travel.
pub(crate) fn key_forms(forms: &dyn Forms, table: &TableRef, key: &KeyBy) -> Result<Vec<Form>, Fault> {
    match key {
        KeyBy::Columns(columns) => columns.iter().map(|column| forms.form(table, column)).collect(),
        KeyBy::WholeRow => forms.whole_row(table),
    }
}

/// Writes one part of a row's key as it is stored.
pub(crate) fn put_key_part(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    key: &KeyBy,
    part: usize,
) -> Result<(), Fault> {
    match key {
        KeyBy::Columns(columns) => {
            sql.column(row, &columns[part]);
            Ok(())
        }
        KeyBy::WholeRow => forms.whole_row_part(sql, table, row, part),
    }
}

/// Writes a row's key as it is read, its parts separated by commas.
pub(crate) fn put_key_out(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    key: &KeyBy,
) -> Result<(), Fault> {
    let parts = key_forms(forms, table, key)?;
    sql.list(", ", parts.iter().enumerate(), |sql, (part, form)| {
        put_key_part(sql, forms, table, row, key, part)?;
        sql.cast(form.out.as_ref());
        Ok(())
    })?;
    Ok(())
}

/// Writes columns as they are read, separated by commas.
pub(crate) fn put_columns_out(
    sql: &mut Sql,
    forms: &dyn Forms,
    table: &TableRef,
    row: Alias,
    columns: &[Name],
) -> Result<(), Fault> {
    sql.list(", ", columns, |sql, column| {
        let form = forms.form(table, column)?;
        sql.column(row, column).cast(form.out.as_ref());
        Ok(())
    })?;
    Ok(())
}
