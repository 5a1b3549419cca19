//! What an operator should know of a connection, and the least rights it needs.

use exeunt_base::{Fault, Name, TableRef};
use exeunt_source::Journal;
use exeunt_source::sql::{Dialect, Sql, create_journal};
use tokio_postgres::Row;

use crate::source::Postgres;
use exeunt_postgres::Tls;
use exeunt_postgres::fault::{Blame, fault};

const SETTINGS: &str = "SELECT r.rolsuper, r.rolbypassrls, pg_catalog.pg_is_in_recovery(), \
     pg_catalog.current_setting('default_transaction_read_only') = 'on', \
     pg_catalog.current_setting('fsync') = 'off' OR pg_catalog.current_setting('full_page_writes') = 'off', \
     pg_catalog.current_setting('log_statement') IN ('mod', 'all') \
       OR pg_catalog.current_setting('log_min_duration_statement') <> '-1', \
     'pg_catalog' = ANY(pg_catalog.string_to_array(pg_catalog.replace(pg_catalog.current_setting('search_path'), ' ', ''), ',')), \
     pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'), \
     EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'pg_stat_statements') \
   FROM pg_catalog.pg_roles r WHERE r.rolname = current_user";

const RIGHTS: &str = "SELECT n.nspname::text, c.relname::text, \
     pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'), \
     pg_catalog.has_table_privilege(c.oid, 'DELETE') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') \
       AND pg_catalog.has_table_privilege(c.oid, 'INSERT'), \
     c.relrowsecurity AND NOT r.rolbypassrls AND NOT r.rolsuper \
       AND (c.relforcerowsecurity OR NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')), \
     pg_catalog.pg_has_role(c.relowner, 'USAGE') OR r.rolsuper \
   FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.pg_roles r \
   WHERE r.rolname = current_user AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' \
     AND n.nspname <> 'information_schema' ORDER BY 1, 2";

/// Sentences without values.
pub(crate) async fn advise(source: &Postgres) -> Result<Vec<String>, Fault> {
    let lease = source.pool.lease().await?;
    let ask = async |question: &str| {
        let rows = lease.client().query(question, &[]).await;
        rows.map_err(|error| fault("asking about rights and settings", Blame::Shape, &error))
    };
    let mut advice = Vec::new();
    let settings = ask(SETTINGS).await?;
    let yes = |place: usize| settings.first().is_some_and(|row| row.get(place));
    for (holds, sentence) in [
        (yes(0), "the role is a superuser: give Exeunt a role of its own with the rights it needs"),
        (yes(2), "the server is a replica: nothing can be erased here, only on its primary"),
        (yes(3), "transactions are read-only by default for this role: nothing can be erased"),
        (
            yes(4),
            "the server does not wait for its disk: after a power cut erased rows may be back or files damaged",
        ),
        (
            yes(5) && !yes(0),
            "the server logs statements: its log may hold values of rows; shorten it by `log_parameter_max_length = 0`",
        ),
        (
            yes(6),
            "the search path names pg_catalog itself: functions of others could stand before the server's own",
        ),
        (
            !yes(7),
            "the role may not see other sessions: what holds deleted rows back stays unseen (`pg_monitor` may)",
        ),
        (yes(8), "pg_stat_statements keeps statement texts, in which other programs may have written values"),
        (
            !source.facts.quiet_triggers,
            "the role may not set session_replication_role: triggers fire when rows are put back exactly",
        ),
        (
            source.pool.tls() == Tls::Insecure,
            "the server's certificate is not checked: whoever answers is believed",
        ),
    ] {
        if holds {
            advice.push(sentence.to_owned());
        }
    }
    let rights = ask(RIGHTS).await?;
    let some = |place: usize, wanted: bool| -> Vec<&Row> {
        rows_where(&rights, |row| row.get::<_, bool>(place) == wanted)
    };
    say(&mut advice, "may not be read by this role", &some(2, false));
    say(
        &mut advice,
        "may be read but not erased from by this role",
        &rows_where(&rights, |row| row.get(2) && !row.get::<_, bool>(3)),
    );
    say(
        &mut advice,
        "has row security that applies to this role, so statements on it are refused",
        &some(4, true),
    );
    say(&mut advice, "belongs to another role, so this one may not vacuum it", &some(5, false));
    lease.give_back();
    Ok(advice)
}

fn rows_where(rows: &[Row], test: impl Fn(&Row) -> bool) -> Vec<&Row> {
    rows.iter().filter(|row| test(row)).collect()
}

fn say(advice: &mut Vec<String>, what: &str, rows: &[&Row]) {
    let named: Vec<String> = rows
        .iter()
        .take(5)
        .map(|row| format!("{}.{}", row.get::<_, &str>(0), row.get::<_, &str>(1)))
        .collect();
    match rows.len() {
        0 => {}
        count if count <= 5 => advice.extend(named.iter().map(|table| format!("table `{table}` {what}"))),
        count => advice.push(format!("of {count} tables each {what}: `{}`, …", named.join("`, `"))),
    }
}

/// A script for an administrator: one role that reads, and one that erases as well, on these tables and no others.
/// Neither may log in yet. A journal is made, so that nobody needs the right to make one, and the eraser keeps it.
pub fn grant_script(reader: &Name, eraser: &Name, tables: &[TableRef], journal: Option<&Journal>) -> String {
    let mut schemas: Vec<&Name> = tables.iter().map(|table| &table.schema).collect();
    schemas.sort();
    schemas.dedup();
    let mut sql = Sql::new(Dialect::Postgres);
    sql.put("CREATE ROLE ").name(reader).put(" NOLOGIN;\nCREATE ROLE ").name(eraser).put(" NOLOGIN;\n");
    sql.put("GRANT ").name(reader).put(" TO ").name(eraser).put(";\n");
    sql.put("-- to see what holds deleted rows back, and how old the write-ahead log is\n");
    sql.put("GRANT pg_monitor TO ").name(eraser).put(";\n");
    sql.put("-- PostgreSQL 15 and newer: to put rows back without their triggers\n");
    sql.put("GRANT SET ON PARAMETER session_replication_role TO ").name(eraser).put(";\n");
    for schema in schemas {
        sql.put("GRANT USAGE ON SCHEMA ").name(schema).put(" TO ").name(reader).put(";\n");
    }
    for table in tables {
        sql.put("GRANT SELECT ON ").table(table).put(" TO ").name(reader).put(";\n");
        sql.put("GRANT INSERT, UPDATE, DELETE ON ").table(table).put(" TO ").name(eraser).put(";\n");
    }
    let journal = journal.map(|journal| journal_script(eraser, journal)).unwrap_or_default();
    sql.finish().text + &journal + NOT_GRANTED
}

/// The same for roles of the usual names, without a journal.
pub fn usual_grants(tables: &[TableRef]) -> Option<String> {
    let (reader, eraser) = (Name::new("exeunt_reader").ok()?, Name::new("exeunt_eraser").ok()?);
    Some(grant_script(&reader, &eraser, tables, None))
}

/// What a script ends with.
const NOT_GRANTED: &str = "-- Not granted, for you to weigh:\n\
    --  SELECT on tables outside the map, so that erased people are looked for there as well;\n\
    --  what triggers of these tables need, such as INSERT on a log they write;\n\
    --  BYPASSRLS, where row security would hide rows;\n\
    --  the owner's role, to vacuum tables and refresh materialized views after a purge.\n";

fn journal_script(eraser: &Name, journal: &Journal) -> String {
    let (table, schema) = (&journal.table, &journal.table.schema);
    let mut before = Sql::new(Dialect::Postgres);
    before.put("-- the delta table, and to add to it and let go of what is old\n");
    before.put("CREATE SCHEMA IF NOT EXISTS ").name(schema).put(";\n");
    let mut after = Sql::new(Dialect::Postgres);
    after.put(";\nGRANT USAGE ON SCHEMA ").name(schema).put(" TO ").name(eraser);
    after.put(";\nGRANT SELECT, INSERT, DELETE ON ").table(table).put(" TO ").name(eraser).put(";\n");
    before.finish().text + &create_journal(Dialect::Postgres, journal).text + &after.finish().text
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Name, TableRef};

    #[test]
    fn a_script_grants_no_more_than_the_tables_named() {
        let name = |text: &str| Name::new(text).unwrap();
        let table = TableRef { schema: name("public"), name: name("odd\"; DROP") };
        let script = super::grant_script(&name("exeunt_read"), &name("exeunt_erase"), &[table], None);
        assert!(script.contains("GRANT SELECT ON \"public\".\"odd\"\"; DROP\" TO \"exeunt_read\";\n"));
        assert!(
            script.contains(
                "GRANT INSERT, UPDATE, DELETE ON \"public\".\"odd\"\"; DROP\" TO \"exeunt_erase\";\n"
            )
        );
        assert!(!script.contains("ALL TABLES") && !script.contains("CREATE SCHEMA"));
    }
}
