//! Whether references find their rows: some of a table's, whichever come first.

use exeunt_base::{Fault, Name};

use crate::selection::Sample;
use crate::sql::builder::{Alias, Sql, Statement};
use crate::sql::filter::put_filters;
use crate::sql::forms::Forms;

const ROW: Alias = Alias("t", None);
const SOME: Alias = Alias("s", None);
const REFERENCE: Alias = Alias("g", None);
const THERE: Alias = Alias("o", None);

/// Rows that are looked through for references; in a huge table whose references are nearly all NULL, few are found.
const LOOKED_THROUGH: usize = 1_000_000;

/// One row: how many references were followed, and how many of them found a row.
pub fn sample(forms: &dyn Forms, what: &Sample) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    let mut columns: Vec<&Name> = Vec::new();
    for column in what.by.iter().chain(what.filters.iter().map(|filter| &filter.column)) {
        // asked for its form, a column that is not there is a fault
        forms.form(&what.table, column)?;
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    sql.put("SELECT count(*), coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM ");
    sql.table(&what.to).put(" AS ").alias(THERE).put(" WHERE ");
    sql.list(" AND ", what.on.iter().zip(&what.by), |sql, (there, here)| {
        forms.form(&what.to, there)?;
        forms.columns_equal(sql, (&what.to, THERE, there), (&what.table, REFERENCE, here))
    })?;
    sql.put(") THEN 1 ELSE 0 END), 0) FROM (SELECT ");
    put_columns(&mut sql, SOME, &columns)?;
    sql.put(" FROM (SELECT ");
    put_columns(&mut sql, ROW, &columns)?;
    sql.put(" FROM ").table(&what.table).put(" AS ").alias(ROW);
    sql.put(" LIMIT ").number(LOOKED_THROUGH).put(") AS ").alias(SOME).put(" WHERE ");
    sql.list(" AND ", &what.by, |sql, column| {
        sql.column(SOME, column).put(" IS NOT NULL");
        Ok::<_, Fault>(())
    })?;
    put_filters(&mut sql, forms, &what.table, SOME, &what.filters)?;
    sql.put(" LIMIT ").number(what.at_most).put(") AS ").alias(REFERENCE);
    Ok(sql.finish())
}

fn put_columns(sql: &mut Sql, of: Alias, columns: &[&Name]) -> Result<(), Fault> {
    sql.list(", ", columns, |sql, column| {
        sql.column(of, column);
        Ok::<_, Fault>(())
    })?;
    Ok(())
}
