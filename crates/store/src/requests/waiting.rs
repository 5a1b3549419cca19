//! Requests of a list that is gone through page by page: those whose rows wait in the vault, those on hold, and those that were
//! entered within a time.

use std::collections::HashMap;

use exeunt_base::{JobId, OrganizationId, PlanId, RequestId, Timestamp};

use super::{COLUMNS, Request, read};
use crate::bulk;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

impl Store {
    /// At most `limit` of an organization's requests in one of `states` whose rows wait in the vault, those whose window ends first
    /// first, after `after` if one is named.
    pub async fn requests_waiting(
        &self,
        organization: OrganizationId,
        states: &[&str],
        after: Option<(Timestamp, RequestId)>,
        limit: u32,
    ) -> Result<Vec<Request>, Error> {
        let later =
            if after.is_some() { "AND window_ends_at >= ? AND (window_ends_at > ? OR id > ?)" } else { "" };
        let text = format!(
            "SELECT {COLUMNS} FROM requests WHERE organization = ? AND window_ends_at IS NOT NULL AND salt IS NOT NULL
             AND state IN ({}) {later} ORDER BY window_ends_at, id LIMIT ?",
            bulk::places(states.len())
        );
        let mut query = made(text).bind(organization.to_string());
        for state in states {
            query = query.bind(*state);
        }
        if let Some((ends, id)) = after {
            query = query.bind(ends.as_micros()).bind(ends.as_micros()).bind(id.to_string());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read what can come back"))?.iter().map(read).collect()
    }

    /// How many requests those are, counted up to `most`.
    pub async fn count_requests_waiting(
        &self,
        organization: OrganizationId,
        states: &[&str],
        most: u32,
    ) -> Result<u64, Error> {
        let text = format!(
            "SELECT count(*) AS many FROM (SELECT 1 AS one FROM requests WHERE organization = ?
             AND window_ends_at IS NOT NULL AND salt IS NOT NULL AND state IN ({}) LIMIT ?) AS found",
            bulk::places(states.len())
        );
        let mut query = made(text).bind(organization.to_string());
        for state in states {
            query = query.bind(*state);
        }
        let mut connection = self.reader().await;
        let row = query.bind(i64::from(most)).fetch_one(&mut connection).await;
        let row = row.map_err(Error::while_doing("count what can come back"))?;
        Reading { row: &row, what: "count" }.count("many")
    }

    /// Rows that wait in the vault, of these requests.
    pub async fn sealed_rows_of(&self, requests: &[RequestId]) -> Result<HashMap<RequestId, u64>, Error> {
        let mut found = HashMap::with_capacity(requests.len());
        let mut connection = self.reader().await;
        for requests in requests.chunks(bulk::ROWS) {
            let text = format!(
                "SELECT request, CAST(sum(rows) AS BIGINT) AS sealed FROM blob_claims WHERE request IN ({}) GROUP BY request",
                bulk::places(requests.len())
            );
            let mut query = made(text);
            for request in requests {
                query = query.bind(request.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("count what can come back"))? {
                let reading = Reading { row: &row, what: "claim" };
                found.insert(reading.id("request")?, reading.count("sealed")?);
            }
        }
        Ok(found)
    }

    /// At most `limit` of an organization's requests that somebody put on hold, the last entered first, older than `before` if one
    /// is named.
    pub async fn requests_on_hold(
        &self,
        organization: OrganizationId,
        before: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<Request>, Error> {
        let older = if before.is_some() { "AND id < ?" } else { "" };
        let text = format!(
            "SELECT {COLUMNS} FROM requests WHERE organization = ? AND held_because IS NOT NULL {older} ORDER BY id DESC LIMIT ?"
        );
        let mut query = made(text).bind(organization.to_string());
        if let Some(before) = before {
            query = query.bind(before.to_string());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read what is on hold"))?.iter().map(read).collect()
    }

    /// The first request of a plan.
    pub async fn first_of_plan(&self, plan: PlanId) -> Result<Option<RequestId>, Error> {
        let row = query("SELECT id FROM requests WHERE plan = $1 ORDER BY id LIMIT 1")
            .bind(plan.to_string())
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing("read the requests of a plan"))?;
        row.map(|row| Reading { row: &row, what: "request" }.id("id")).transpose()
    }

    /// The first request of a job.
    pub async fn first_of_job(&self, job: JobId) -> Result<Option<RequestId>, Error> {
        let row = query("SELECT id FROM requests WHERE job = $1 ORDER BY claimant LIMIT 1")
            .bind(job.to_string())
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing("read the requests of a job"))?;
        row.map(|row| Reading { row: &row, what: "request" }.id("id")).transpose()
    }

    /// The requests that were entered from one moment on and before another, by id.
    pub async fn requests_entered(
        &self,
        organization: OrganizationId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<RequestId>, Error> {
        let rows = query(
            "SELECT id FROM requests WHERE organization = $1 AND entered_at >= $2 AND entered_at < $3 ORDER BY id",
        )
        .bind(organization.to_string())
        .bind(from.as_micros())
        .bind(to.as_micros())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read requests of a period"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }
}
