//! PostgreSQL: a session that is opened when somebody needs it, and again when it was lost and nothing was half-way.

mod host;
mod link;

use std::sync::Arc;

use exeunt_base::{Fault, FaultKind};

pub(super) use crate::database::postgres::host::Host;
use crate::database::postgres::link::Link;
use crate::database::{Row, Trouble, Value};

/// The tables there are in our schema.
pub(super) const TABLES: &str = "SELECT c.relname::text AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = pg_catalog.current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

/// Every column of every table, in the order of their making.
pub(super) const COLUMNS: &str = "SELECT c.relname::text AS table_name, a.attname::text AS name,
            pg_catalog.format_type(a.atttypid, NULL)::text AS kind,
            coalesce(pg_catalog.array_position(i.indkey::int2[], a.attnum)
                     - pg_catalog.array_lower(i.indkey::int2[], 1) + 1, 0)::bigint AS key
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
     WHERE n.nspname = pg_catalog.current_schema() AND c.relkind = 'r' ORDER BY c.oid, a.attnum";

/// Begins to read what is there now. Whoever reads may wait for a slow disk between two pages.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; \
                    SELECT count(*) FROM pg_catalog.pg_namespace";

/// Gives up the room of destroyed salts and keys, so that the next rows are written over them. What went into the
/// write-ahead log meanwhile stays there until the server recycles it: `docs/architecture.md` says what that means.
pub(super) const FLUSH: &str = "VACUUM requests, jobs, packages, salts, users, one_time_tokens";

/// A script in PostgreSQL's words. Text is compared byte by byte, as SQLite does, whatever the database's language.
pub(super) fn spelled(script: &str) -> String {
    script.replace(" BLOB", " BYTEA").replace(" TEXT", " TEXT COLLATE \"C\"")
}

/// One session, when there is one.
pub(super) struct Session {
    host: Arc<Host>,
    link: Option<Link>,
    /// The open transaction's own number, by which the server knows later what became of it.
    transaction: Option<String>,
}

impl Session {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self { host: Arc::clone(host), link: None, transaction: None }
    }

    /// The session, opened when there is none or it was lost. Not for use while a transaction is open.
    async fn link(&mut self) -> Result<&mut Link, Fault> {
        if self.link.as_ref().is_none_or(Link::is_lost) {
            self.link = None;
            self.link = Some(Link::open(&self.host).await?);
        }
        self.held()
    }

    /// The session as it is.
    fn held(&mut self) -> Result<&mut Link, Fault> {
        self.link.as_mut().ok_or_else(|| Fault::new(FaultKind::Unreachable, "the connection was lost"))
    }

    /// Waits for its turn to write, and begins. Nothing has happened before, so a lost session is opened again.
    pub(super) async fn begin(&mut self) -> Result<(), Trouble> {
        self.transaction = None;
        let host = Arc::clone(&self.host);
        let mut begun = begin_on(self.link().await?, &host).await;
        if lost(&begun) {
            self.link = None;
            begun = begin_on(self.link().await?, &host).await;
        }
        self.transaction = Some(begun?);
        Ok(())
    }

    /// Begins to read, on a new session when the old one turns out to be lost.
    pub(super) async fn begin_reading(&mut self) -> Result<(), Trouble> {
        self.transaction = None;
        let mut begun = self.link().await?.script(READ).await;
        if lost(&begun) {
            self.link = None;
            begun = self.link().await?.script(READ).await;
        }
        Ok(begun?)
    }

    /// Commits. When the answer is lost on its way the server is asked again what became of it.
    pub(super) async fn commit(&mut self) -> Result<(), Trouble> {
        let transaction = self.transaction.take();
        let done = self.held()?.commit().await;
        if !lost(&done) {
            return Ok(done?);
        }
        self.link = None;
        match transaction {
            Some(transaction) => self.learn_fate(&transaction).await,
            None => Ok(done?),
        }
    }

    /// Whether a transaction whose end was not heard of happened.
    async fn learn_fate(&mut self, transaction: &str) -> Result<(), Trouble> {
        let asked = async {
            let host = Arc::clone(&self.host);
            let link = self.link().await?;
            // whoever may write now can be sure that the other has ended
            begin_on(link, &host).await?;
            let fate = link.fate(transaction).await;
            link.script("ROLLBACK").await?;
            fate
        };
        match asked.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::new(
                FaultKind::Unreachable,
                "the connection was lost before the commit, so nothing was changed",
            )
            .into()),
            Err(fault) => Err(fault
                .while_doing(
                    "the connection was lost during the commit, and whether that happened is not known",
                )
                .into()),
        }
    }

    pub(super) async fn rollback(&mut self) -> Result<(), Trouble> {
        self.transaction = None;
        match &mut self.link {
            // the server rolls back what it lost the sight of
            Some(link) if !link.is_lost() => Ok(link.script("ROLLBACK").await?),
            _ => Ok(()),
        }
    }

    /// Runs a script. Outside of a transaction there are only those that may be run twice.
    pub(super) async fn script(&mut self, open: bool, text: &str) -> Result<(), Trouble> {
        let link = if open { self.held()? } else { self.link().await? };
        let mut done = link.script(text).await;
        if lost(&done) && !open {
            self.link = None;
            done = self.link().await?.script(text).await;
        }
        Ok(done?)
    }

    /// Makes the schema unless there is one.
    pub(super) async fn make_schema(&mut self) -> Result<(), Trouble> {
        let text = self.host.make_schema.clone();
        self.script(false, &text).await
    }

    pub(super) async fn execute(&mut self, open: bool, text: &str, values: &[Value]) -> Result<u64, Trouble> {
        let link = if open { self.held()? } else { self.link().await? };
        Ok(link.execute(text, values).await?)
    }

    /// Rows. Outside of a transaction nothing but reading goes on, which is done once more on a new session when the old
    /// one turns out to be lost.
    pub(super) async fn fetch_all(
        &mut self,
        open: bool,
        text: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, Trouble> {
        let link = if open { self.held()? } else { self.link().await? };
        let mut rows = link.fetch_all(text, values).await;
        if lost(&rows) && !open {
            self.link = None;
            rows = self.link().await?.fetch_all(text, values).await;
        }
        Ok(rows?.into_iter().map(Row::Postgres).collect())
    }
}

/// Begins a transaction and waits for its turn; gives its number.
async fn begin_on(link: &mut Link, host: &Host) -> Result<String, Fault> {
    let begun = link.answer(&host.begin).await;
    if begun.is_err() && !link.is_lost() {
        // the wait for a turn may have ended in an error, within a transaction
        link.script("ROLLBACK").await?;
    }
    begun
}

fn lost<T>(done: &Result<T, Fault>) -> bool {
    done.as_ref().is_err_and(|fault| fault.kind == FaultKind::Unreachable)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_script_is_spelled_for_postgresql() {
        assert_eq!(
            super::spelled("CREATE TABLE t (id TEXT PRIMARY KEY, salt BLOB, at BIGINT NOT NULL);"),
            "CREATE TABLE t (id TEXT COLLATE \"C\" PRIMARY KEY, salt BYTEA, at BIGINT NOT NULL);"
        );
    }
}
