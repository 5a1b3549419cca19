//! Requests that were stopped by the link in a letter, until somebody looked at it.

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Of which request.
    pub request: RequestId,
    /// Whose.
    pub organization: OrganizationId,
    /// When.
    pub at: Timestamp,
    /// The day by which a person gets in touch.
    pub answer_by: String,
    /// When somebody looked, and it went on.
    pub ended_at: Option<Timestamp>,
}

const COLUMNS: &str = "request, organization, at, answer_by, ended_at";

fn read(row: &Row) -> Result<Stop, Error> {
    let reading = Reading { row, what: "stop" };
    Ok(Stop {
        request: reading.id("request")?,
        organization: reading.id("organization")?,
        at: reading.time("at")?,
        answer_by: reading.get("answer_by")?,
        ended_at: reading.time_if_any("ended_at")?,
    })
}

async fn of(connection: &mut Connection, request: RequestId) -> Result<Option<Stop>, Error> {
    let row = made(format!("SELECT {COLUMNS} FROM stops WHERE request = $1"))
        .bind(request.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing("read a stop"))?;
    row.as_ref().map(read).transpose()
}

impl Change<'_> {
    /// The stop of a request, as of this transaction.
    pub async fn stop_of(&mut self, request: RequestId) -> Result<Option<Stop>, Error> {
        of(&mut self.connection, request).await
    }

    /// Stops a request, if it never was. Says whether it did.
    pub async fn add_stop(&mut self, stop: &Stop) -> Result<bool, Error> {
        let done = query(
            "INSERT INTO stops (request, organization, at, answer_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(stop.request.to_string())
        .bind(stop.organization.to_string())
        .bind(stop.at.as_micros())
        .bind(&stop.answer_by)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("stop a request"))?;
        Ok(done == 1)
    }

    /// Somebody looked at it. Says whether it was stopped.
    pub async fn end_stop(&mut self, request: RequestId, at: Timestamp) -> Result<bool, Error> {
        let done = query("UPDATE stops SET ended_at = $2 WHERE request = $1 AND ended_at IS NULL")
            .bind(request.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("end a stop"))?;
        Ok(done == 1)
    }
}

impl Store {
    /// The stop of a request, over or not.
    pub async fn stop_of(&self, request: RequestId) -> Result<Option<Stop>, Error> {
        of(&mut *self.reader().await, request).await
    }

    /// Whether any of these requests was ever stopped.
    pub async fn any_stopped(&self, requests: &[RequestId]) -> Result<bool, Error> {
        let mut connection = self.reader().await;
        for requests in requests.chunks(bulk::ROWS) {
            let places = bulk::places(requests.len());
            let mut query = made(format!("SELECT request FROM stops WHERE request IN ({places}) LIMIT 1"));
            for request in requests {
                query = query.bind(request.to_string());
            }
            let row = query.fetch_optional(&mut connection).await;
            if row.map_err(Error::while_doing("look for stops"))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stops of an organization that nobody looked at yet, oldest first, at most so many.
    pub async fn open_stops(&self, organization: OrganizationId, limit: u32) -> Result<Vec<Stop>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM stops WHERE organization = $1 AND ended_at IS NULL ORDER BY at LIMIT $2"
        ))
        .bind(organization.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await;
        rows.map_err(Error::while_doing("read stops"))?.iter().map(read).collect()
    }
}
