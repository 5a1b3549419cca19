//! PostgreSQL's own purge recipe, and an honest list of what it leaves: deleted is not gone until the server has
//! cleaned its pages, its statistics and, in time, its log, and has made its materialized views anew.

use std::collections::BTreeMap;

use exeunt_base::{Fault, FaultKind, Name, TableRef, Timestamp};
use exeunt_source::sql::{Dialect, Sql};
use exeunt_source::strike::{Leftover, Residue};
use tokio_postgres::{Client, Row};

use crate::settings::Scrub;
use crate::source::Postgres;
use exeunt_postgres::fault::{Blame, fault};

/// What we may do to a table, and whether it is empty of rows but not of statistics.
const MAY_CLEAN: &str = "SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') \
       OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) \
       OR EXISTS (SELECT 1 FROM pg_catalog.pg_database d WHERE d.datname = current_database() \
            AND pg_catalog.pg_has_role(d.datdba, 'USAGE')), \
     (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user), \
     c.oid::int8 \
   FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
   WHERE n.nspname = $1 AND c.relname = $2";

/// Partitions are cleaned with their parent and counted here as well.
const DEAD: &str = "WITH RECURSIVE part(oid) AS (SELECT $1::int8::oid \
       UNION SELECT i.inhrelid FROM part p JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid) \
     SELECT coalesce(sum(s.n_dead_tup), 0)::int8 FROM part p JOIN pg_catalog.pg_stat_all_tables s ON s.relid = p.oid";

/// Materialized views that read a table, through other views and partitions too; whoever reads another comes later.
const VIEWS: &str = "WITH RECURSIVE read(oid, depth) AS ( \
       SELECT $1::int8::oid, 0 \
       UNION SELECT next.oid, r.depth + 1 FROM read r CROSS JOIN LATERAL ( \
         SELECT w.ev_class AS oid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid \
           WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass \
             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.oid AND w.ev_class <> r.oid \
         UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = r.oid) next \
       WHERE r.depth < 100) \
     SELECT n.nspname::text, c.relname::text, max(r.depth) FROM read r \
       JOIN pg_catalog.pg_class c ON c.oid = r.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind = 'm' AND c.relispopulated GROUP BY 1, 2";

const STATISTICS: &str =
    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_stats WHERE schemaname = $1 AND tablename = $2)";

/// Cleans these tables and says what is left.
pub(crate) async fn scrub(source: &Postgres, tables: &[TableRef], now: Timestamp) -> Result<Residue, Fault> {
    // Not given back: its limits are off, and cutting it costs nothing here.
    let lease = source.pool.lease().await?;
    let client = lease.client();
    run(client, "preparing to clean", "SET statement_timeout = 0").await?;
    let mut residue = Residue::default();
    for table in tables {
        clean(client, source.scrub, table, &mut residue).await?;
    }
    refresh(client, tables, &mut residue).await?;
    let catalogs = "SELECT pg_catalog.pg_has_role(datdba, 'USAGE') FROM pg_catalog.pg_database \
         WHERE datname = current_database()";
    if ask(client, catalogs, &[]).await?.first().is_some_and(|row| row.get(0)) {
        // Statistics that were replaced are deleted rows themselves.
        run(client, "cleaning old statistics", "VACUUM pg_catalog.pg_statistic").await?;
        residue.done.push("vacuumed the catalog of column statistics".into());
    } else {
        let note =
            "replaced column statistics may hold values until the server vacuums its catalog by itself";
        leave(&mut residue, "catalog of statistics", note.into());
    }
    log(client, &mut residue, now).await?;
    copies(client, &mut residue).await?;
    Ok(residue)
}

async fn clean(client: &Client, how: Scrub, table: &TableRef, residue: &mut Residue) -> Result<(), Fault> {
    let (schema, name) = (table.schema.as_str(), table.name.as_str());
    let rows = ask(client, MAY_CLEAN, &[&schema, &name]).await?;
    let Some(row) = rows.first() else {
        residue.done.push(format!("table `{table}` is gone"));
        return Ok(());
    };
    let (may_clean, superuser, oid): (bool, Option<bool>, i64) = (row.get(0), row.get(1), row.get(2));
    if !may_clean {
        // The server would only warn and go on.
        let note = "this role may not vacuum it: deleted rows stay until the server's own vacuum comes by";
        leave(residue, &format!("table `{table}`"), note.into());
        return Ok(());
    }
    let mut sql = Sql::new(Dialect::Postgres);
    sql.put(match how {
        Scrub::Vacuum => "VACUUM (ANALYZE, INDEX_CLEANUP ON, TRUNCATE OFF, PARALLEL 0) ",
        Scrub::Rewrite => "VACUUM (FULL, ANALYZE) ",
    });
    sql.table(table);
    run(client, &format!("vacuuming `{table}`"), &sql.finish().text).await?;
    residue.done.push(match how {
        Scrub::Vacuum => format!("vacuumed and analyzed `{table}`"),
        Scrub::Rewrite => format!("wrote `{table}` and its indexes anew and analyzed it"),
    });
    if how == Scrub::Vacuum {
        let note = "bytes of deleted rows stay in the free space of its pages until new rows take their place; \
             a scrub set to `rewrite` ends that at once";
        leave(residue, &format!("free space of `{table}`"), note.into());
    }
    let dead: i64 = ask(client, DEAD, &[&oid]).await?.first().map_or(0, |row| row.get(0));
    if dead > 0 {
        let note = format!(
            "{dead} deleted rows could not be removed yet (or were deleted since): an older transaction may still \
             look at them; scrub again when it has ended"
        );
        leave(residue, &format!("dead rows of `{table}`"), note);
    }
    // ANALYZE leaves the old statistics of a table that has become empty.
    let mut sql = Sql::new(Dialect::Postgres);
    sql.put("SELECT EXISTS (SELECT 1 FROM ").table(table).put(")");
    let empty = !ask(client, &sql.finish().text, &[]).await?.first().is_some_and(|row| row.get(0));
    let described = ask(client, STATISTICS, &[&schema, &name]).await?.first().is_some_and(|row| row.get(0));
    if empty && described {
        if superuser == Some(true) {
            let words = "DELETE FROM pg_catalog.pg_statistic WHERE starelid = $1::int8::oid";
            let forgot = client.execute(words, &[&oid]).await;
            forgot.map_err(|error| fault("removing statistics of an empty table", Blame::Shape, &error))?;
            residue.done.push(format!("removed the statistics of `{table}`, which is empty"));
        } else {
            let note = "the table is empty, and its old statistics may hold frequent values until rows come back and \
                 it is analyzed, or a superuser removes them";
            leave(residue, &format!("statistics of `{table}`"), note.into());
        }
    }
    Ok(())
}

/// Materialized views hold copies until they are made anew.
async fn refresh(client: &Client, tables: &[TableRef], residue: &mut Residue) -> Result<(), Fault> {
    let mut views: BTreeMap<TableRef, i32> = BTreeMap::new();
    for table in tables {
        let (schema, name) = (table.schema.as_str(), table.name.as_str());
        let Some(oid) =
            ask(client, MAY_CLEAN, &[&schema, &name]).await?.first().map(|row| row.get::<_, i64>(2))
        else {
            continue;
        };
        for row in ask(client, VIEWS, &[&oid]).await? {
            let (Ok(schema), Ok(name)) = (Name::new(row.get(0)), Name::new(row.get(1))) else { continue };
            let depth = views.entry(TableRef { schema, name }).or_default();
            *depth = (*depth).max(row.get(2));
        }
    }
    let mut views: Vec<(i32, TableRef)> = views.into_iter().map(|(view, depth)| (depth, view)).collect();
    views.sort();
    for (_, view) in views {
        let mut sql = Sql::new(Dialect::Postgres);
        sql.put("REFRESH MATERIALIZED VIEW ").table(&view);
        match run(client, &format!("refreshing `{view}`"), &sql.finish().text).await {
            Ok(()) => residue.done.push(format!("refreshed the materialized view `{view}`")),
            Err(fault) if fault.kind == FaultKind::Unreachable => return Err(fault),
            // Another's view, or one whose query fails: the purge stands, and the copy is told.
            Err(fault) => {
                let note = format!("keeps copies of deleted rows until it is refreshed; {fault}");
                leave(residue, &format!("materialized view `{view}`"), note);
            }
        }
    }
    Ok(())
}

/// The write-ahead log keeps every deleted row for a while.
async fn log(client: &Client, residue: &mut Residue, now: Timestamp) -> Result<(), Fault> {
    let question = "SELECT pg_catalog.current_setting('wal_keep_size'), \
           pg_catalog.current_setting('archive_mode'), pg_catalog.current_setting('max_wal_size'), \
           pg_catalog.has_function_privilege('pg_catalog.pg_ls_waldir()', 'EXECUTE'), \
           pg_catalog.pg_is_in_recovery()";
    let rows = ask(client, question, &[]).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (keep, archive, most): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
    let mut note = format!(
        "deleted rows stay in it until its files are overwritten (max_wal_size {most}, wal_keep_size {keep}); files \
         waiting to be used again keep their old bytes"
    );
    if row.get(3) {
        let question = "SELECT count(*)::int8, min(name) FILTER (WHERE name ~ '^[0-9A-F]{24}$'), \
               max(name) FILTER (WHERE name ~ '^[0-9A-F]{24}$'), \
               (extract(epoch FROM min(modification)) * 1000000)::int8 FROM pg_catalog.pg_ls_waldir()";
        if let Some(row) = ask(client, question, &[]).await?.first() {
            let (files, first, last): (i64, Option<&str>, Option<&str>) =
                (row.get(0), row.get(1), row.get(2));
            let (first, last) = (first.unwrap_or("none"), last.unwrap_or("none"));
            note.push_str(&format!("; now {files} files, {first} to {last}"));
            if let Some(written) = row.get::<_, Option<i64>>(3) {
                let hours = now.seconds_since(Timestamp::from_micros(written)).max(0.0) / 3600.0;
                note.push_str(&format!(", the oldest written {hours:.1} hours ago"));
            }
        }
    } else {
        note.push_str("; this role may not list its files (`pg_monitor` may)");
    }
    leave(residue, "write-ahead log", note);
    if archive != "off" {
        let note = "it is archived: the archive's own retention ends that, out of our reach";
        leave(residue, "archive of the write-ahead log", note.into());
    }
    Ok(())
}

/// Whatever holds old rows or old log back, or keeps a copy.
async fn copies(client: &Client, residue: &mut Residue) -> Result<(), Fault> {
    let slots = "SELECT slot_name::text, active, coalesce(restart_lsn::text, 'none') \
         FROM pg_catalog.pg_replication_slots ORDER BY 1";
    for row in ask(client, slots, &[]).await? {
        let active = if row.get(1) { "in use" } else { "not in use" };
        let note = format!(
            "{active}; the log is kept from {} on until it moves or is dropped",
            row.get::<_, &str>(2)
        );
        leave(residue, &format!("replication slot `{}`", row.get::<_, &str>(0)), note);
    }
    let counts = "SELECT (SELECT count(*) FROM pg_catalog.pg_stat_replication)::int8, \
           (SELECT count(*) FROM pg_catalog.pg_prepared_xacts)::int8, \
           (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_xmin IS NOT NULL \
              AND pid <> pg_catalog.pg_backend_pid() AND xact_start < now() - interval '1 minute')::int8";
    let rows = ask(client, counts, &[]).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (replicas, prepared, old): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    if replicas > 0 {
        let note = format!("{replicas} connected: they delete as they replay, and keep a log of their own");
        leave(residue, "replicas", note);
    }
    if prepared > 0 {
        let note = format!("{prepared} open: rows deleted after they began are not removed until they end");
        leave(residue, "prepared transactions", note);
    }
    if old > 0 {
        let note = format!(
            "{old} open for over a minute: rows deleted after they began are not removed until they end"
        );
        leave(residue, "open transactions", note);
    }
    Ok(())
}

fn leave(residue: &mut Residue, place: &str, note: String) {
    residue.left.push(Leftover { place: place.to_owned(), note, until: None });
}

async fn run(client: &Client, doing: &str, words: &str) -> Result<(), Fault> {
    client.batch_execute(words).await.map_err(|error| fault(doing, Blame::Shape, &error))
}

async fn ask(
    client: &Client,
    question: &str,
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<Vec<Row>, Fault> {
    let answer = client.query(question, values).await;
    answer.map_err(|error| fault("asking what is left", Blame::Shape, &error))
}
