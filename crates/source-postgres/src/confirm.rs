//! How a transaction ended whose commit nobody saw answered.

use exeunt_base::Fault;
use exeunt_source::{Fate, Marker};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use crate::connect::Lease;
use crate::page::Session;
use exeunt_postgres::fault::{Blame, fault};

/// Which uninterrupted life of which server: when it was started, and when its counters last began at zero, which
/// they do after every crash. A number given out shortly before a crash may be given out again after it, so across
/// lives `committed` may speak of somebody else's transaction.
const LIFE: &str = "SELECT (extract(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::int8::text || '.' || \
     coalesce((extract(epoch FROM stats_reset) * 1000000)::int8::text, '') FROM pg_catalog.pg_stat_bgwriter";

/// The transaction's number, and the life of the server in which it means something.
pub(crate) async fn marker(session: &Session) -> Result<Option<Marker>, Fault> {
    let question = format!("SELECT pg_catalog.pg_current_xact_id()::text || '@' || ({LIFE})");
    let row = session.client().query_typed(&question, &[]).await;
    let row = row.map_err(|error| fault("naming a transaction", Blame::Shape, &error))?;
    Ok(row.first().and_then(|row| row.try_get(0).ok()).map(Marker))
}

/// What became of it.
pub(crate) async fn fate(lease: &Lease, marker: &Marker) -> Result<Fate, Fault> {
    let Some((number, life)) = marker.0.split_once('@') else { return Ok(Fate::Unknown) };
    if number.parse::<u64>().is_err() {
        return Ok(Fate::Unknown);
    }
    let question = format!(
        "SELECT CASE WHEN ({LIFE}) = $2 THEN pg_catalog.pg_xact_status($1::text::pg_catalog.xid8) END"
    );
    let asked = lease.client().query_typed(&question, &[(&number, Type::TEXT), (&life, Type::TEXT)]).await;
    let rows = match asked {
        Ok(rows) => rows,
        // A number of the future: the server was set back and has forgotten the transaction.
        Err(error) if error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE) => return Ok(Fate::Unknown),
        Err(error) => return Err(fault("asking how a transaction ended", Blame::Shape, &error)),
    };
    let status: Option<String> = rows.first().and_then(|row| row.try_get(0).ok()).flatten();
    Ok(match status.as_deref() {
        Some("committed") => Fate::Committed,
        Some("aborted") => Fate::RolledBack,
        Some("in progress") => Fate::Running,
        _ => Fate::Unknown,
    })
}
