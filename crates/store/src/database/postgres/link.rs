//! A connection to PostgreSQL and the statements prepared on it.

use std::collections::HashMap;
use std::future::poll_fn;

use exeunt_base::{Fault, FaultKind};
use exeunt_postgres::fault::{Blame, advice, fault};
use tokio::task::AbortHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, SimpleQueryMessage, Statement};

use crate::database::Value;
use crate::database::postgres::Host;

/// Prepared statements kept. Those of many rows come in all sizes.
const STATEMENTS: usize = 256;

/// A connection.
pub(super) struct Link {
    client: Client,
    driver: AbortHandle,
    statements: HashMap<String, Statement>,
}

impl Link {
    pub(super) async fn open(host: &Host) -> Result<Self, Fault> {
        let connected = host.address.config.connect(host.tls.clone()).await;
        let (client, mut connection) = connected.map_err(|error| {
            let mut fault = fault(&host.address.doing(), Blame::Shape, &error);
            fault.what.push_str(advice(&fault));
            fault
        })?;
        // driven by hand: the driver's own loop would log the server's notices
        let driver = tokio::spawn(async move {
            while let Some(Ok(_)) = poll_fn(|context| connection.poll_message(context)).await {}
        });
        let link = Self { client, driver: driver.abort_handle(), statements: HashMap::new() };
        link.script(&host.session).await?;
        Ok(link)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs a script.
    pub(super) async fn script(&self, text: &str) -> Result<(), Fault> {
        self.client.batch_execute(text).await.map_err(told)
    }

    /// The last row's first column of a script.
    pub(super) async fn answer(&self, text: &str) -> Result<String, Fault> {
        let messages = self.client.simple_query(text).await.map_err(told)?;
        let last = messages.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        last.map(str::to_owned)
            .ok_or_else(|| Fault::new(FaultKind::Internal, "asking PostgreSQL: the answer has no row"))
    }

    /// Commits. A transaction in which a statement failed would answer a bare `COMMIT` by rolling back and call that no
    /// error; the question before it fails then, and the script ends there.
    pub(super) async fn commit(&self) -> Result<(), Fault> {
        self.script("SELECT 1; COMMIT").await
    }

    /// Whether a transaction that has ended was committed.
    pub(super) async fn fate(&mut self, transaction: &str) -> Result<bool, Fault> {
        let text = "SELECT coalesce(pg_catalog.pg_xact_status($1::text::xid8), '') = 'committed'";
        let rows = self.fetch_all(text, &[Value::from(transaction)]).await?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    pub(super) async fn execute(&mut self, text: &str, values: &[Value]) -> Result<u64, Fault> {
        let statement = self.prepared(text, values).await?;
        self.client.execute_raw(&statement, places(values)).await.map_err(told)
    }

    pub(super) async fn fetch_all(
        &mut self,
        text: &str,
        values: &[Value],
    ) -> Result<Vec<tokio_postgres::Row>, Fault> {
        let statement = self.prepared(text, values).await?;
        let places: Vec<&(dyn ToSql + Sync)> = places(values).collect();
        self.client.query(&statement, &places).await.map_err(told)
    }

    async fn prepared(&mut self, text: &str, values: &[Value]) -> Result<Statement, Fault> {
        if let Some(known) = self.statements.get(text) {
            return Ok(known.clone());
        }
        let types: Vec<Type> = values.iter().map(Value::kind).collect();
        let statement = self.client.prepare_typed(&numbered(text), &types).await.map_err(told)?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Closing the socket ends the session on the server, which rolls back whatever was open.
        self.driver.abort();
    }
}

fn places(values: &[Value]) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync))
}

fn told(error: Error) -> Fault {
    fault("asking PostgreSQL", Blame::Shape, &error)
}

/// Numbers the places of a statement that has them as `?`.
fn numbered(text: &str) -> String {
    let mut numbered = String::with_capacity(text.len() + 64);
    for (place, piece) in text.split('?').enumerate() {
        if place > 0 {
            numbered.push('$');
            numbered.push_str(&place.to_string());
        }
        numbered.push_str(piece);
    }
    numbered
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_numbered_from_the_left() {
        assert_eq!(
            super::numbered("UPDATE t SET a = ? WHERE b IN (?, ?)"),
            "UPDATE t SET a = $1 WHERE b IN ($2, $3)"
        );
        assert_eq!(super::numbered("SELECT a FROM t WHERE b = $1"), "SELECT a FROM t WHERE b = $1");
    }
}
