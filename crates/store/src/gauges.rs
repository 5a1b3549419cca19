//! How much of everything there is, over all organizations: counts for whoever watches the machine, and nothing else.

use exeunt_base::Timestamp;

use crate::connect::Store;
use crate::database::{Connection, Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// Tasks of one kind and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tasks {
    /// What is to be done.
    pub kind: String,
    /// `waiting` or `running`.
    pub state: String,
    /// How many.
    pub count: u64,
    /// Since when the oldest could have been begun.
    pub oldest: Timestamp,
}

/// The counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Tasks that did not end yet.
    pub tasks: Vec<Tasks>,
    /// Requests by state.
    pub requests: Vec<(String, u64)>,
    /// Jobs by state.
    pub jobs: Vec<(String, u64)>,
    /// Packages whose file is still there.
    pub packages: u64,
    /// Rows that stay by law and are not followed, because that could not be told.
    pub kept_stuck: u64,
    /// Entries of all logs.
    pub log_entries: u64,
}

/// A question without values.
async fn rows(connection: &mut Connection, text: &'static str) -> Result<Vec<Row>, Error> {
    query(text).fetch_all(connection).await.map_err(Error::while_doing("count what it holds"))
}

async fn by_state(connection: &mut Connection, text: &'static str) -> Result<Vec<(String, u64)>, Error> {
    let rows = rows(connection, text).await?;
    let one = |row| {
        let reading = Reading { row, what: "count" };
        Ok((reading.get("state")?, reading.count("many")?))
    };
    rows.iter().map(one).collect()
}

async fn total(connection: &mut Connection, text: &'static str) -> Result<u64, Error> {
    let rows = rows(connection, text).await?;
    rows.first().map_or(Ok(0), |row| Reading { row, what: "count" }.count("many"))
}

impl Store {
    /// Counts what there is. Each count is of its own moment; together they stop nobody.
    pub async fn gauges(&self) -> Result<Gauges, Error> {
        let connection = &mut *self.reader().await;
        let tasks = rows(
            connection,
            "SELECT kind, state, count(*) AS many, min(not_before) AS oldest FROM tasks
             WHERE state IN ('waiting', 'running') GROUP BY kind, state ORDER BY kind, state",
        )
        .await?;
        let read = |row| {
            let reading = Reading { row, what: "task" };
            Ok(Tasks {
                kind: reading.get("kind")?,
                state: reading.get("state")?,
                count: reading.count("many")?,
                oldest: reading.time("oldest")?,
            })
        };
        Ok(Gauges {
            tasks: tasks.iter().map(read).collect::<Result<_, Error>>()?,
            requests: by_state(
                connection,
                "SELECT state, count(*) AS many FROM requests GROUP BY state ORDER BY state",
            )
            .await?,
            jobs: by_state(
                connection,
                "SELECT state, count(*) AS many FROM jobs GROUP BY state ORDER BY state",
            )
            .await?,
            packages: total(connection, "SELECT count(*) AS many FROM packages WHERE removed_at IS NULL")
                .await?,
            kept_stuck: total(
                connection,
                "SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) AS many FROM kept_rows WHERE trouble IS NOT NULL",
            )
            .await?,
            log_entries: total(
                connection,
                "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) AS many FROM audit_heads",
            )
            .await?,
        })
    }
}
