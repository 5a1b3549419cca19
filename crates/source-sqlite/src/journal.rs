//! Journals in a SQLite file: the write lock on the file makes those who add wait for each other.

use async_trait::async_trait;
use exeunt_base::{Fault, Row, Timestamp};
use exeunt_source::sql::{Dialect, Slot, Statement, append_journal, create_journal, forget_journal};
use exeunt_source::{Journal, Journals};

use crate::by_key::bind_row;
use crate::cells::bind;
use crate::ending;
use crate::error::fault;
use crate::source::{SqliteSource, begin};
use crate::worker::Held;

#[async_trait]
impl Journals for SqliteSource {
    async fn prepare(&self, journal: &Journal) -> Result<(), Fault> {
        let statement = create_journal(Dialect::Sqlite, journal);
        self.change(move |held| run(held, "make a journal", &statement).map(drop)).await
    }

    async fn append(&self, journal: &Journal, rows: Vec<Row>) -> Result<u64, Fault> {
        const DOING: &str = "add to a journal";
        let statement = append_journal(Dialect::Sqlite, journal);
        self.change(move |held| {
            let mut prepared =
                held.connection.prepare(&statement.text).map_err(|error| fault(DOING, &error))?;
            let mut added = 0;
            for row in &rows {
                bind_row(&mut prepared, &statement.slots, row)?;
                added += prepared.raw_execute().map_err(|error| fault(DOING, &error))? as u64;
            }
            Ok(added)
        })
        .await
    }

    async fn forget(&self, journal: &Journal, part: &str, before: Timestamp) -> Result<u64, Fault> {
        let statement = forget_journal(Dialect::Sqlite, journal, part, before);
        self.change(move |held| run(held, "forget rows of a journal", &statement)).await
    }
}

impl SqliteSource {
    /// One transaction; what fails in it is rolled back with the connection.
    async fn change<R: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Held) -> Result<R, Fault> + Send + 'static,
    ) -> Result<R, Fault> {
        let lease = self.pool.lease().await?;
        lease
            .call(move |held| {
                begin(held, "BEGIN IMMEDIATE")?;
                let done = change(held)?;
                ending::commit(held)?;
                Ok(done)
            })
            .await
    }
}

/// Runs a statement with its own values.
fn run(held: &Held, doing: &str, statement: &Statement) -> Result<u64, Fault> {
    let mut prepared = held.connection.prepare(&statement.text).map_err(|error| fault(doing, &error))?;
    let values = statement.slots.iter().filter_map(|slot| match slot {
        Slot::Value { cell, .. } => Some(cell),
        _ => None,
    });
    bind(&mut prepared, values)?;
    Ok(prepared.raw_execute().map_err(|error| fault(doing, &error))? as u64)
}
