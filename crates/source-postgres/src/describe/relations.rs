//! Tables, what they are, and views with what they read.

use std::collections::HashMap;

use exeunt_base::{Fault, TableRef};
use exeunt_source::catalog::{Hazard, Table, TableSort, View};
use tokio_postgres::Client;

use crate::describe::{ByOid, OURS, ask, table_ref};

/// Tables by number, without their columns yet.
pub(super) async fn tables(
    client: &Client,
    schemas: &[String],
) -> Result<(HashMap<i64, Table>, ByOid), Fault> {
    let question = format!(
        "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition, \
           c.reltuples::float8, p.schema::text, p.name::text, s.srvname::text, row_security_active(c.oid), \
           p.oid::int8, \
           ARRAY(SELECT r.rulename::text FROM pg_rewrite r WHERE r.ev_class = c.oid ORDER BY 1) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN LATERAL (SELECT pn.nspname AS schema, pc.relname AS name, pc.oid \
           FROM pg_inherits i JOIN pg_class pc ON pc.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = pc.relnamespace \
           WHERE i.inhrelid = c.oid ORDER BY i.inhseqno LIMIT 1) p ON true \
         LEFT JOIN pg_foreign_table f ON f.ftrelid = c.oid LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver \
         WHERE c.relkind IN ('r', 'p', 'f') AND {OURS}"
    );
    let (mut tables, mut by_oid, mut parents) = (HashMap::new(), HashMap::new(), Vec::new());
    for row in ask(client, &question, Some(schemas)).await? {
        let oid: i64 = row.get(0);
        let name = table_ref(row.get(1), row.get(2))?;
        let parent = match (row.get::<_, Option<&str>>(6), row.get::<_, Option<&str>>(7)) {
            (Some(schema), Some(table)) => Some(table_ref(schema, table)?),
            _ => None,
        };
        let sort = match (row.get::<_, &str>(3), parent) {
            ("f", _) => TableSort::Remote(row.get::<_, Option<String>>(8).unwrap_or_default()),
            (_, Some(parent)) if row.get(4) => TableSort::PartitionOf(parent),
            ("p", _) => TableSort::Partitioned,
            (_, Some(parent)) => TableSort::InheritsFrom(parent),
            _ => TableSort::Ordinary,
        };
        let rows: f64 = row.get(5);
        if let (true, Some(parent)) = (row.get(4), row.get::<_, Option<i64>>(10)) {
            parents.push((oid, parent));
        }
        let mut hazards: Vec<Hazard> = row.get::<_, Vec<String>>(11).into_iter().map(Hazard::Rule).collect();
        if row.get(9) {
            hazards.push(Hazard::RowSecurity);
        }
        by_oid.insert(oid, name.clone());
        tables.insert(
            oid,
            Table {
                name,
                sort,
                columns: Vec::new(),
                primary_key: Vec::new(),
                uniques: Vec::new(),
                foreign_keys: Vec::new(),
                checks: Vec::new(),
                triggers: Vec::new(),
                hazards,
                // Never counted yet: -1.
                estimated_rows: (rows >= 0.0).then_some(rows as u64),
            },
        );
    }
    add_up(&mut tables, &parents);
    Ok((tables, by_oid))
}

/// The server counts partitions, not their parents.
fn add_up(tables: &mut HashMap<i64, Table>, parents: &[(i64, i64)]) {
    let parent_of: HashMap<i64, i64> = parents.iter().copied().collect();
    let mut sums: HashMap<i64, u64> = HashMap::new();
    for (oid, table) in tables.iter() {
        let is_leaf = !parents.iter().any(|(_, parent)| parent == oid);
        let Some(rows) = table.estimated_rows.filter(|_| is_leaf) else { continue };
        let mut here = *oid;
        while let Some(parent) = parent_of.get(&here) {
            *sums.entry(*parent).or_default() += rows;
            here = *parent;
        }
    }
    for (oid, rows) in sums {
        if let Some(table) = tables.get_mut(&oid) {
            table.estimated_rows = Some(rows);
        }
    }
}

/// Views, in name order.
pub(super) async fn views(client: &Client, schemas: &[String], tables: &ByOid) -> Result<Vec<View>, Fault> {
    let question = format!(
        "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind = 'm', \
           ARRAY(SELECT DISTINCT d.refobjid::int8 FROM pg_rewrite r \
             JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid \
               AND d.refclassid = 'pg_class'::regclass \
             WHERE r.ev_class = c.oid AND d.refobjid <> c.oid) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('v', 'm') AND {OURS} ORDER BY n.nspname::text COLLATE \"C\", c.relname::text COLLATE \"C\""
    );
    let rows = ask(client, &question, Some(schemas)).await?;
    let mut names = tables.clone();
    for row in &rows {
        names.insert(row.get(0), table_ref(row.get(1), row.get(2))?);
    }
    rows.iter()
        .map(|row| {
            let mut reads: Vec<TableRef> =
                row.get::<_, Vec<i64>>(4).iter().filter_map(|oid| names.get(oid)).cloned().collect();
            reads.sort();
            Ok(View { name: table_ref(row.get(1), row.get(2))?, materialized: row.get(3), reads })
        })
        .collect()
}
