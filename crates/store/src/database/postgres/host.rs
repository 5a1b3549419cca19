//! The server as the settings have it, checked, and what is said to it at the start of a session and of a change.

use exeunt_base::{Fault, FaultKind};
use exeunt_postgres::Checked;
use exeunt_source::sql::{Dialect, Sql};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::database::Server;

/// Who asks for this lock writes a control store; the second half of its key is made of the schema's name.
const WRITERS: i32 = 0x4558_5554;

/// The server, ready to be connected to.
pub(in crate::database) struct Host {
    pub(super) address: Checked,
    pub(super) tls: MakeRustlsConnect,
    pub(super) session: String,
    pub(super) begin: String,
    pub(super) make_schema: String,
}

impl Host {
    /// Checks what the settings say.
    pub(in crate::database) fn new(server: &Server) -> Result<Self, Fault> {
        let address =
            server.address.check().map_err(|error| Fault::new(FaultKind::Denied, error.to_string()))?;
        let tls = exeunt_postgres::tls::connector(address.tls, address.roots.as_deref())?;
        let with_name = |words: &'static str| {
            let mut sql = Sql::new(Dialect::Postgres);
            sql.put(words).name(&server.schema);
            sql.finish().text
        };
        // A process that stops in the middle of a change would keep all others from writing: the server ends it after a
        // minute. Nothing is logged with its values. Commits wait for the disk, whatever the role's default. Everything
        // is looked up by keys, which a server that has not counted a new table yet would walk through each time.
        let session = format!(
            "{}; SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET client_min_messages = warning; \
             SET log_parameter_max_length_on_error = 0; SET default_transaction_read_only = off; \
             SET enable_seqscan = off; SET jit = off; \
             SET statement_timeout = '300s'; SET lock_timeout = '10s'; \
             SET idle_in_transaction_session_timeout = '60s'; \
             SELECT pg_catalog.set_config('synchronous_commit', 'on', false) \
             WHERE pg_catalog.current_setting('synchronous_commit') = 'off'",
            with_name("SET search_path = "),
        );
        // Each statement sees what was committed before it, so that nothing is overlooked that was written while we
        // waited for our turn.
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
             SELECT pg_catalog.pg_advisory_xact_lock({WRITERS}, {}); \
             SELECT pg_catalog.pg_current_xact_id()::text",
            short_hash(server.schema.as_str()),
        );
        let make_schema = with_name("CREATE SCHEMA IF NOT EXISTS ");
        Ok(Self { address, tls, session, begin, make_schema })
    }
}

/// FNV-1a. Two schemas that share a hash only wait for each other.
fn short_hash(text: &str) -> i32 {
    let hash =
        text.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    i32::from_ne_bytes(hash.to_ne_bytes())
}
