//! Looking for texts in columns: one pass over the table, whatever the number of columns and needles.

use exeunt_base::{Cell, Fault};

use crate::selection::Search;
use crate::sql::builder::{Alias, Dialect, Slot, Sql, Statement};
use crate::sql::forms::Forms;

const ROW: Alias = Alias("t", None);

/// One row of counts: for each column, for each needle, how many rows hold it. Needles are literal, without wildcards.
///
/// SQLite's connector registers `exeunt_lower`: SQLite's own `lower` knows ASCII only.
pub fn search(forms: &dyn Forms, what: &Search) -> Result<Statement, Fault> {
    let mut sql = Sql::new(forms.dialect());
    let places =
        (0..what.columns.len()).flat_map(|column| what.needles.iter().map(move |needle| (column, needle)));
    sql.put("SELECT ");
    sql.list(", ", places, |sql, (column, needle)| {
        let slot = Slot::Value { cell: Cell::text(needle), wire: "text" };
        sql.put(match sql.dialect() {
            Dialect::Sqlite => "count(*) FILTER (WHERE instr(",
            Dialect::Postgres => "count(*) FILTER (WHERE strpos(",
        });
        sql.numbered(Alias("f", None), column).put(", ");
        forms.needle(sql, slot);
        sql.put(") > 0)");
        Ok::<_, Fault>(())
    })?;
    sql.put(" FROM (SELECT ");
    sql.list(", ", what.columns.iter().enumerate(), |sql, (place, column)| {
        forms.searched(sql, &what.table, ROW, column)?;
        sql.put(" AS c").number(place);
        Ok::<_, Fault>(())
    })?;
    sql.put(" FROM ").table(&what.table).put(" AS ").alias(ROW);
    // Keeps each column from being turned to lower case once for each needle.
    sql.put(match forms.dialect() {
        Dialect::Sqlite => " LIMIT -1 OFFSET 0) AS f",
        Dialect::Postgres => " OFFSET 0) AS f",
    });
    Ok(sql.finish())
}
