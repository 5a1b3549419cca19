//! Statements on journals.

use exeunt_base::{Cell, Name, TableRef, Timestamp};

use crate::journal::{Journal, JournalSort, moment};
use crate::sql::builder::{Alias, Dialect, Slot, Sql, Statement};

const ROW: Alias = Alias("g", None);
const THERE: Alias = Alias("t", None);

/// Makes a journal's schema (PostgreSQL).
pub fn create_journal_schema(schema: &Name) -> Statement {
    let mut sql = Sql::new(Dialect::Postgres);
    sql.put("CREATE SCHEMA ").name(schema);
    sql.finish()
}

/// Makes a journal's table.
pub fn create_journal(dialect: Dialect, journal: &Journal) -> Statement {
    let mut sql = Sql::new(dialect);
    sql.put("CREATE TABLE IF NOT EXISTS ").table(&journal.table).put(" (");
    for column in &journal.columns {
        sql.name(&column.name).put(match (dialect, column.sort) {
            (Dialect::Sqlite, JournalSort::Whole) => " INTEGER",
            (Dialect::Postgres, JournalSort::Whole) => " bigint",
            (Dialect::Postgres, JournalSort::Moment) => " timestamptz",
            (_, JournalSort::Text | JournalSort::Moment) => " text",
        });
        sql.put(if column.required { " NOT NULL, " } else { ", " });
    }
    sql.put("PRIMARY KEY (").name(&journal.key).put("), UNIQUE (");
    sql.name(&journal.part).put(", ").name(&journal.number).put("))");
    sql.finish()
}

/// Keeps everybody else from adding to a journal until the transaction ends (PostgreSQL); reading goes on.
pub fn lock_journal(table: &TableRef) -> Statement {
    let mut sql = Sql::new(Dialect::Postgres);
    sql.put("LOCK TABLE ").table(table).put(" IN SHARE ROW EXCLUSIVE MODE");
    sql.finish()
}

/// Adds the rows that are new: many from arrays (PostgreSQL), which answers with their numbers, or one (SQLite).
pub fn append_journal(dialect: Dialect, journal: &Journal) -> Statement {
    let mut sql = Sql::new(dialect);
    sql.put("INSERT INTO ").table(&journal.table).put(" (");
    for (place, column) in journal.columns.iter().enumerate() {
        sql.put(if place > 0 { ", " } else { "" }).name(&column.name);
    }
    sql.put(") SELECT ");
    for (place, column) in journal.columns.iter().enumerate() {
        sql.put(if place > 0 { ", " } else { "" });
        given(&mut sql, place);
        if (dialect, column.sort) == (Dialect::Postgres, JournalSort::Moment) {
            sql.put("::timestamptz");
        }
    }
    if dialect == Dialect::Postgres {
        sql.put(" FROM unnest(");
        for (place, column) in journal.columns.iter().enumerate() {
            let wire = if column.sort == JournalSort::Whole { "int8" } else { "text" };
            sql.put(if place > 0 { ", " } else { "" }).slot(Slot::Rows { column: place, wire });
        }
        sql.put(") AS g(");
        for place in 0..journal.columns.len() {
            sql.put(if place > 0 { ", c" } else { "c" }).number(place);
        }
        sql.put(")");
    }
    let place_of = |wanted: &Name| journal.columns.iter().position(|column| column.name == *wanted);
    // a journal whose own columns are not among its columns cannot be appended to: nothing is above a missing number
    let (number, part) = (place_of(&journal.number).unwrap_or(0), place_of(&journal.part).unwrap_or(0));
    sql.put(" WHERE ");
    given(&mut sql, number);
    sql.put(" > coalesce((SELECT max(").column(THERE, &journal.number).put(") FROM ");
    sql.table(&journal.table).put(" AS t WHERE ").column(THERE, &journal.part).put(" = ");
    given(&mut sql, part);
    sql.put("), ");
    given(&mut sql, number);
    sql.put(" - 1)");
    if dialect == Dialect::Postgres {
        sql.put(" ORDER BY ").numbered(ROW, number);
    }
    sql.put(" ON CONFLICT (").name(&journal.key).put(") DO NOTHING");
    if dialect == Dialect::Postgres {
        sql.put(" RETURNING ").name(&journal.number);
    }
    sql.finish()
}

/// A cell of the row that is added.
fn given(sql: &mut Sql, place: usize) {
    match sql.dialect() {
        Dialect::Postgres => sql.numbered(ROW, place),
        Dialect::Sqlite => sql.slot(Slot::Row { column: place }),
    };
}

/// Deletes a part's rows that are older.
pub fn forget_journal(dialect: Dialect, journal: &Journal, part: &str, before: Timestamp) -> Statement {
    let mut sql = Sql::new(dialect);
    sql.put("DELETE FROM ").table(&journal.table).put(" AS t WHERE ");
    sql.column(THERE, &journal.part).put(" = ").slot(Slot::Value { cell: Cell::text(part), wire: "text" });
    sql.put(" AND ").column(THERE, &journal.moment).put(" < ");
    sql.slot(Slot::Value { cell: Cell::Text(moment(before)), wire: "text" });
    if dialect == Dialect::Postgres {
        sql.put("::timestamptz RETURNING ").column(THERE, &journal.number);
    }
    sql.finish()
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Name, TableRef};

    use super::{append_journal, create_journal};
    use crate::journal::{Journal, JournalColumn, JournalSort};
    use crate::sql::Dialect;

    fn name(text: &str) -> Name {
        Name::new(text).expect("a name")
    }

    fn journal() -> Journal {
        let column = |text: &str, sort, required| JournalColumn { name: name(text), sort, required };
        Journal {
            table: TableRef { schema: name("a"), name: name("b\"c") },
            columns: vec![
                column("id", JournalSort::Text, true),
                column("whose", JournalSort::Text, true),
                column("n", JournalSort::Whole, true),
                column("at", JournalSort::Moment, false),
            ],
            key: name("id"),
            part: name("whose"),
            number: name("n"),
            moment: name("at"),
        }
    }

    #[test]
    fn a_journal_is_made_and_added_to() {
        assert_eq!(
            create_journal(Dialect::Postgres, &journal()).text,
            "CREATE TABLE IF NOT EXISTS \"a\".\"b\"\"c\" (\"id\" text NOT NULL, \"whose\" text NOT NULL, \
             \"n\" bigint NOT NULL, \"at\" timestamptz, PRIMARY KEY (\"id\"), UNIQUE (\"whose\", \"n\"))"
        );
        assert_eq!(
            append_journal(Dialect::Postgres, &journal()).text,
            "INSERT INTO \"a\".\"b\"\"c\" (\"id\", \"whose\", \"n\", \"at\") SELECT g.c0, g.c1, g.c2, g.c3::timestamptz \
             FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[]) AS g(c0, c1, c2, c3) \
             WHERE g.c2 > coalesce((SELECT max(t.\"n\") FROM \"a\".\"b\"\"c\" AS t WHERE t.\"whose\" = g.c1), g.c2 - 1) \
             ORDER BY g.c2 ON CONFLICT (\"id\") DO NOTHING RETURNING \"n\""
        );
        assert_eq!(
            append_journal(Dialect::Sqlite, &journal()).text,
            "INSERT INTO \"a\".\"b\"\"c\" (\"id\", \"whose\", \"n\", \"at\") SELECT ?1, ?2, ?3, ?4 \
             WHERE ?3 > coalesce((SELECT max(t.\"n\") FROM \"a\".\"b\"\"c\" AS t WHERE t.\"whose\" = ?2), ?3 - 1) \
             ON CONFLICT (\"id\") DO NOTHING"
        );
    }
}
