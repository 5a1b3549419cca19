//! Triggers and what their functions were seen to write.

use std::collections::HashMap;

use exeunt_base::{Fault, Name, TableRef};
use exeunt_source::catalog::{Events, Table, Trigger, Writes};
use tokio_postgres::Client;

use crate::analyze::{Body, Functions, analyze};
use crate::describe::{ByOid, ask, name};

const TRIGGERS: &str = "SELECT t.tgrelid::int8, t.tgname::text, t.tgtype::int4, t.tgenabled::text, \
     p.oid::int8, pg_get_triggerdef(t.oid), \
     encode(sha256(convert_to(pg_get_triggerdef(t.oid) || E'\\n' || p.prosrc, 'UTF8')), 'hex') \
   FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal ORDER BY 1, 2";

/// Functions that are not the server's own, and those of its own that serve as triggers.
const FUNCTIONS: &str = "SELECT p.oid::int8, n.nspname::text, p.proname::text, l.lanname::text, p.prosrc, \
     p.provolatile::text, e.extname::text, p.proconfig, n.nspname = 'pg_catalog', \
     to_jsonb(p) ->> 'prosqlbody' IS NOT NULL \
   FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
   LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' \
     AND d.refclassid = 'pg_extension'::regclass \
   LEFT JOIN pg_extension e ON e.oid = d.refobjid \
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') OR p.prorettype = 'trigger'::regtype";

/// Fills triggers in. `path` is where a function without a search path of its own looks for tables.
pub(super) async fn fill(
    client: &Client,
    by_oid: &ByOid,
    path: &[Name],
    tables: &mut HashMap<i64, Table>,
) -> Result<(), Fault> {
    let triggers = ask(client, TRIGGERS, None).await?;
    if !triggers.iter().any(|row| by_oid.contains_key(&row.get(0))) {
        return Ok(());
    }
    let known: Vec<TableRef> = by_oid.values().cloned().collect();
    let mut functions = Functions::new(known, path.to_vec());
    for row in ask(client, FUNCTIONS, None).await? {
        functions.add(
            row.get(0),
            Body {
                schema: name(row.get(1))?,
                name: row.get(2),
                language: row.get(3),
                source: row.get(4),
                volatile: row.get::<_, &str>(5) == "v",
                extension: row.get(6),
                settings: row.get::<_, Option<Vec<String>>>(7).unwrap_or_default(),
                builtin: row.get(8),
                parsed: row.get(9),
            },
        );
    }
    for row in triggers {
        let Some(table) = tables.get_mut(&row.get(0)) else { continue };
        let bits: i32 = row.get(2);
        let on = Events { insert: bits & 4 != 0, update: bits & 16 != 0, delete: bits & 8 != 0 };
        let function: i64 = row.get(4);
        let writes = match functions.get(function) {
            Some(_) => analyze(&functions, function),
            None => Writes::Unknown("its function is not in the catalog".to_owned()),
        };
        table.triggers.push(Trigger {
            name: name(row.get(1))?,
            on,
            before: bits & 2 != 0,
            enabled: row.get::<_, &str>(3) != "D",
            writes,
            digest: row.get(6),
        });
    }
    Ok(())
}
