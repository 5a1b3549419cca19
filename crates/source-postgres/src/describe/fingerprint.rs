//! Whether the catalog is still as it was read: one cheap question in place of a dozen heavy ones.
//!
//! A committed version of a catalog row never changes in place and is named by where it lies and by the transaction that
//! wrote it; neither is used again for another version before transaction numbers have gone round once, which the epoch
//! tells. So equal marks of all rows that the catalog is read from mean an equal catalog. What the server does change in
//! place (row counts), and what depends on who asks (row security, the search path), is marked by its value.

use exeunt_base::Fault;

use crate::connect::Lease;
use exeunt_postgres::fault::{Blame, fault};

/// Rows made at initdb have numbers below 16384 and stand still, but for functions that serve as triggers.
const MARKS: &str = "SELECT 'class' AS sort, concat_ws('.', ctid, xmin, reltuples, row_security_active(oid)) AS mark \
     FROM pg_catalog.pg_class WHERE oid >= 16384 \
   UNION ALL SELECT 'attribute', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_attribute WHERE attrelid >= 16384 \
   UNION ALL SELECT 'default', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_attrdef \
   UNION ALL SELECT 'constraint', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_constraint \
   UNION ALL SELECT 'index', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_index WHERE indrelid >= 16384 \
   UNION ALL SELECT 'trigger', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_trigger \
   UNION ALL SELECT 'type', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_type WHERE oid >= 16384 \
   UNION ALL SELECT 'enum', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_enum \
   UNION ALL SELECT 'function', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_proc \
     WHERE oid >= 16384 OR prorettype = 'pg_catalog.trigger'::pg_catalog.regtype \
   UNION ALL SELECT 'language', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_language \
   UNION ALL SELECT 'parent', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_inherits \
   UNION ALL SELECT 'rule', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_rewrite WHERE ev_class >= 16384 \
   UNION ALL SELECT 'dependency', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_depend WHERE objid >= 16384 \
   UNION ALL SELECT 'schema', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_namespace \
   UNION ALL SELECT 'extension', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_extension \
   UNION ALL SELECT 'foreign table', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_foreign_table \
   UNION ALL SELECT 'foreign server', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_foreign_server \
   UNION ALL SELECT 'collation', concat_ws('.', ctid, xmin) FROM pg_catalog.pg_collation WHERE oid >= 16384";

/// What the catalog depends on, as one short text: equal texts, equal catalogs.
pub(crate) async fn fingerprint(lease: &mut Lease) -> Result<String, Fault> {
    let question = format!(
        "SELECT concat_ws('/', pg_postmaster_start_time(), current_schemas(false)::text, current_user, \
           pg_snapshot_xmax(pg_current_snapshot())::text::pg_catalog.int8 >> 32, \
           string_agg(concat_ws(':', sort, rows, sum), ',' ORDER BY sort)) \
         FROM (SELECT sort, count(*) AS rows, sum(hashtextextended(mark, 0)) AS sum \
           FROM ({MARKS}) AS marks GROUP BY sort) AS sums"
    );
    let doing = "asking whether the catalog has changed";
    let asked = async {
        let statement = lease.prepare(&question, 0).await?;
        lease.client().query_one(&statement, &[]).await?.try_get(0)
    };
    asked.await.map_err(|error| fault(doing, Blame::Shape, &error))
}
