//! Journals on a PostgreSQL server: a lock on the table makes those who add wait for each other, and nobody who reads.

use async_trait::async_trait;
use exeunt_base::{Fault, Row, Timestamp};
use exeunt_postgres::fault::{Blame, fault};
use exeunt_source::sql::{
    Dialect, append_journal, create_journal, create_journal_schema, forget_journal, lock_journal,
};
use exeunt_source::{Journal, Journals};

use crate::bind;
use crate::page::Session;
use crate::source::Postgres;

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const COMMIT: &str = "SELECT 1; COMMIT";

/// What is there: the schema, the table.
const THERE: &str = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1), \
     EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
       WHERE n.nspname = $1 AND c.relname = $2)";

/// Two who make the same table at once would get in each other's way in the server's catalog. The number is any.
const ONE_AT_A_TIME: &str = "SELECT pg_catalog.pg_advisory_xact_lock(7233204871)";

#[async_trait]
impl Journals for Postgres {
    async fn prepare(&self, journal: &Journal) -> Result<(), Fault> {
        let doing = format!("making the table `{}`", journal.table);
        let session = self.session(BEGIN).await?;
        if !there(&session, &doing, journal).await?.1 {
            session.run(&doing, ONE_AT_A_TIME).await?;
            let (schema, table) = there(&session, &doing, journal).await?;
            if !schema {
                // only where it is missing: the server asks for the right to make it first
                session.run(&doing, &create_journal_schema(&journal.table.schema).text).await?;
            }
            if !table {
                session.run(&doing, &create_journal(Dialect::Postgres, journal).text).await?;
            }
        }
        session.end(&doing, COMMIT).await
    }

    async fn append(&self, journal: &Journal, rows: Vec<Row>) -> Result<u64, Fault> {
        let doing = format!("adding to `{}`", journal.table);
        let mut session = self.session(BEGIN).await?;
        session.run(&doing, &lock_journal(&journal.table).text).await?;
        let statement = append_journal(Dialect::Postgres, journal);
        let bound = bind::rows(&statement, rows, true)?;
        let added = session.ask(&doing, Blame::Rows, &statement, &bound).await?.len();
        session.end(&doing, COMMIT).await?;
        Ok(added as u64)
    }

    async fn forget(&self, journal: &Journal, part: &str, before: Timestamp) -> Result<u64, Fault> {
        let doing = format!("forgetting rows of `{}`", journal.table);
        let mut session = self.session(BEGIN).await?;
        let statement = forget_journal(Dialect::Postgres, journal, part, before);
        let bound = bind::question(&statement, &[])?;
        let gone = session.ask(&doing, Blame::Rows, &statement, &bound).await?.len();
        session.end(&doing, COMMIT).await?;
        Ok(gone as u64)
    }
}

async fn there(session: &Session, doing: &str, journal: &Journal) -> Result<(bool, bool), Fault> {
    let (schema, table) = (journal.table.schema.as_str(), journal.table.name.as_str());
    let row = session.client().query_one(THERE, &[&schema, &table]).await;
    let row = row.map_err(|error| fault(doing, Blame::Shape, &error))?;
    Ok((row.get(0), row.get(1)))
}
