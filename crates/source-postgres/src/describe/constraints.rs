//! Foreign keys and checks.

use std::collections::HashMap;

use exeunt_base::{Fault, Name};
use exeunt_source::catalog::{Check, ForeignKey, Rule, Table};
use tokio_postgres::{Client, Row};

use crate::describe::{ask, name, table_ref};

/// A foreign key to a partitioned table is repeated by the server for each partition there: those copies are left out.
/// It is enforced by triggers of the server's own, which can be switched off.
const FOREIGN_KEYS: &str = "SELECT f.conrelid::int8, f.conname::text, f.confrelid::int8, f.confdeltype::text, \
     f.condeferrable, \
     f.convalidated AND COALESCE((to_jsonb(f) ->> 'conenforced')::bool, true) AND NOT EXISTS ( \
       SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = f.oid AND t.tgenabled = 'D'), \
     ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY k(n, place) \
       JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.n ORDER BY k.place), \
     ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY k(n, place) \
       JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.n ORDER BY k.place), \
     tn.nspname::text, tc.relname::text \
   FROM pg_constraint f JOIN pg_class tc ON tc.oid = f.confrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace \
   LEFT JOIN pg_constraint p ON p.oid = f.conparentid \
   WHERE f.contype = 'f' AND (p.oid IS NULL OR p.conrelid <> f.conrelid) ORDER BY f.conrelid, f.conname::text COLLATE \"C\"";

const CHECKS: &str = "SELECT k.conrelid::int8, k.conname::text, pg_get_expr(k.conbin, k.conrelid), \
     ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) \
       ORDER BY a.attnum) \
   FROM pg_constraint k WHERE k.contype = 'c' AND k.conrelid <> 0 \
   UNION ALL \
   SELECT a.attrelid::int8, k.conname::text, pg_get_expr(k.conbin, 0), ARRAY[a.attname::text] \
   FROM (WITH RECURSIVE chain(top, here) AS (SELECT t.oid, t.oid FROM pg_type t WHERE t.typtype = 'd' \
       UNION ALL SELECT c.top, t.typbasetype FROM chain c JOIN pg_type t ON t.oid = c.here AND t.typtype = 'd') \
     SELECT * FROM chain) d \
   JOIN pg_constraint k ON k.contypid = d.here AND k.contype = 'c' \
   JOIN pg_attribute a ON a.atttypid = d.top AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2";

/// Fills foreign keys and checks in.
pub(super) async fn fill(client: &Client, tables: &mut HashMap<i64, Table>) -> Result<(), Fault> {
    for row in ask(client, FOREIGN_KEYS, None).await? {
        let Some(table) = tables.get_mut(&row.get(0)) else { continue };
        table.foreign_keys.push(ForeignKey {
            name: row.get(1),
            columns: names(&row, 6)?,
            to: table_ref(row.get(8), row.get(9))?,
            to_columns: names(&row, 7)?,
            on_delete: match row.get::<_, &str>(3) {
                "c" => Rule::Cascade,
                "n" => Rule::SetNull,
                "d" => Rule::SetDefault,
                _ => Rule::Refuse,
            },
            deferrable: row.get(4),
            enforced: row.get(5),
        });
    }
    for row in ask(client, CHECKS, None).await? {
        let Some(table) = tables.get_mut(&row.get(0)) else { continue };
        let expression: Option<String> = row.get(2);
        table.checks.push(Check {
            name: row.get(1),
            expression: expression.unwrap_or_default(),
            columns: names(&row, 3)?,
        });
    }
    Ok(())
}

fn names(row: &Row, place: usize) -> Result<Vec<Name>, Fault> {
    row.get::<_, Vec<&str>>(place).into_iter().map(name).collect()
}
