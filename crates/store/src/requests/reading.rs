//! What is asked of requests.

use exeunt_base::{JobId, OrganizationId, PlanId, RequestId, Timestamp};

use super::{COLUMNS, Request, read};
use crate::bulk;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// Which requests are wanted; what is not named does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where they stand.
    pub state: Option<String>,
    /// What they ask for.
    pub kind: Option<String>,
    /// Not answered yet, and due by this day.
    pub due_by: Option<String>,
}

impl Store {
    /// One request.
    pub async fn request(&self, id: RequestId) -> Result<Request, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM requests WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a request"))?
            .ok_or_else(|| Error::NotFound { what: "request", id: id.to_string() })?;
        read(&row)
    }

    /// Many requests, in the order asked for.
    pub async fn requests_named(&self, ids: &[RequestId]) -> Result<Vec<Request>, Error> {
        let mut found = std::collections::HashMap::with_capacity(ids.len());
        let mut connection = self.reader().await;
        for ids in ids.chunks(bulk::ROWS) {
            let text = format!("SELECT {COLUMNS} FROM requests WHERE id IN ({})", bulk::places(ids.len()));
            let mut query = made(text);
            for id in ids {
                query = query.bind(id.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read requests"))? {
                let request = read(&row)?;
                found.insert(request.id, request);
            }
        }
        ids.iter()
            .map(|id| found.remove(id).ok_or_else(|| Error::NotFound { what: "request", id: id.to_string() }))
            .collect()
    }

    /// An organization's requests, newest first.
    pub async fn requests(&self, organization: OrganizationId, limit: u32) -> Result<Vec<Request>, Error> {
        let mut connection = self.reader().await;
        let rows =
            made(format!("SELECT {COLUMNS} FROM requests WHERE organization = $1 ORDER BY id DESC LIMIT $2"))
                .bind(organization.to_string())
                .bind(i64::from(limit))
                .fetch_all(&mut connection)
                .await
                .map_err(Error::while_doing("read requests"))?;
        rows.iter().map(read).collect()
    }

    /// At most `limit` of an organization's requests, newest first, of this state and kind if any is named, and older than
    /// `before` if that is.
    pub async fn requests_page(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        before: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<Request>, Error> {
        let mut text = format!("SELECT {COLUMNS} FROM requests WHERE organization = ?");
        for (wanted, condition) in [
            (filter.state.is_some(), " AND state = ?"),
            (filter.kind.is_some(), " AND kind = ?"),
            (
                filter.due_by.is_some(),
                " AND EXISTS (SELECT 1 FROM deadlines d WHERE d.request = requests.id AND d.answered_at IS NULL \
                 AND d.answer_by <= ?)",
            ),
            (before.is_some(), " AND id < ?"),
        ] {
            text.push_str(if wanted { condition } else { "" });
        }
        text.push_str(" ORDER BY id DESC LIMIT ?");
        let mut query = made(text).bind(organization.to_string());
        let before = before.map(|id| id.to_string());
        for value in [&filter.state, &filter.kind, &filter.due_by, &before].into_iter().flatten() {
            query = query.bind(value);
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read requests"))?.iter().map(read).collect()
    }

    /// Whether a hold of an organization has ended that nobody lifted yet.
    pub async fn has_ended_holds(&self, organization: OrganizationId, now: Timestamp) -> Result<bool, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT 1 FROM requests WHERE organization = $1 AND held_because IS NOT NULL AND held_until <= $2 LIMIT 1",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_optional(&mut connection)
        .await
        .map_err(Error::while_doing("look for holds that have ended"))?;
        Ok(row.is_some())
    }

    /// Requests in `begun` (their purge was cut short), and those in `waiting` whose window has ended and that nothing
    /// holds; the oldest first.
    pub async fn requests_due(
        &self,
        organization: OrganizationId,
        begun: &str,
        waiting: &[&str],
        now: Timestamp,
    ) -> Result<Vec<RequestId>, Error> {
        let text = format!(
            // the states first, so that an index leads to the few that are open
            "SELECT id FROM requests WHERE organization = ? AND state IN ({}) AND
             (state = ? OR (held_because IS NULL AND window_ends_at <= ?))
             AND NOT EXISTS (SELECT 1 FROM held_requests h WHERE h.request = requests.id AND h.state = 'stopped')
             ORDER BY id",
            bulk::places(waiting.len() + 1)
        );
        let mut query = made(text).bind(organization.to_string());
        for state in waiting {
            query = query.bind(*state);
        }
        let query = query.bind(begun).bind(begun);
        let mut connection = self.reader().await;
        let rows = query.bind(now.as_micros()).fetch_all(&mut connection).await;
        let rows = rows.map_err(Error::while_doing("read requests whose window has ended"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// The requests of a job, by claimant number.
    pub async fn requests_of(&self, job: JobId) -> Result<Vec<Request>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM requests WHERE job = $1 ORDER BY claimant"))
            .bind(job.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read requests"))?;
        rows.iter().map(read).collect()
    }

    /// Restored requests with rows that wait for somebody else's request, the last made first.
    pub async fn requests_owed(&self, organization: OrganizationId) -> Result<Vec<Request>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM requests r WHERE organization = $1 AND state IN ('restored', 'partly_restored') AND salt IS NOT NULL
             AND EXISTS (SELECT 1 FROM blob_claims c WHERE c.request = r.id) ORDER BY id DESC"
        ))
        .bind(organization.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read restored requests with rows that wait"))?;
        rows.iter().map(read).collect()
    }

    /// Where the requests of a job stand, each answer once: their state, and whether their rows can still be opened.
    pub async fn states_of_job(
        &self,
        job: JobId,
        but: Option<RequestId>,
    ) -> Result<Vec<(String, bool)>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT DISTINCT state, salt IS NOT NULL AS opens FROM requests WHERE job = $1 AND id <> $2",
        )
        .bind(job.to_string())
        .bind(but.map(|id| id.to_string()).unwrap_or_default())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read where a job's requests stand"))?;
        let read = |row: &Row| {
            let reading = Reading { row, what: "request" };
            Ok((reading.get("state")?, reading.get("opens")?))
        };
        rows.iter().map(read).collect()
    }

    /// Salts of an organization's requests that can still be opened, with whether the request was asked back.
    pub async fn salts(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<(RequestId, Vec<u8>, bool)>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT id, salt, state IN ('restored', 'partly_restored') AS restored FROM requests
             WHERE organization = $1 AND salt IS NOT NULL",
        )
        .bind(organization.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read the salts of requests"))?;
        let read = |row: &Row| {
            let reading = Reading { row, what: "request" };
            let restored: bool = reading.get("restored")?;
            Ok((reading.id("id")?, reading.get("salt")?, restored))
        };
        rows.iter().map(read).collect()
    }

    /// How many requests could still open something sealed in an epoch.
    pub async fn requests_living_in(&self, epoch: exeunt_base::EpochId) -> Result<u64, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT count(*) AS living FROM requests r WHERE r.salt IS NOT NULL AND EXISTS (
                 SELECT 1 FROM blob_claims c JOIN jobs j ON j.id = c.job WHERE c.request = r.id AND j.epoch = $1
             ) OR EXISTS (SELECT 1 FROM jobs j WHERE j.id = r.job AND j.epoch = $1 AND j.salt IS NOT NULL)",
        )
        .bind(epoch.to_string())
        .fetch_one(&mut connection)
        .await
        .map_err(Error::while_doing("read which requests live in an epoch"))?;
        Reading { row: &row, what: "epoch" }.count("living")
    }

    /// The requests a plan answers, oldest first, with the job each has.
    pub async fn requests_planned(&self, plan: PlanId) -> Result<Vec<(RequestId, Option<JobId>)>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT id, job FROM requests WHERE plan = $1 ORDER BY id")
            .bind(plan.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read a plan's requests"))?;
        let read = |row: &Row| {
            let reading = Reading { row, what: "request" };
            Ok((reading.id("id")?, reading.id_if_any("job")?))
        };
        rows.iter().map(read).collect()
    }

    /// What opens the identities of a job's requests, by claimant number.
    pub async fn case_keys_of(&self, job: JobId) -> Result<Vec<(RequestId, Option<Vec<u8>>)>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT id, case_key FROM requests WHERE job = $1 ORDER BY claimant")
            .bind(job.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read what opens a job's identities"))?;
        let read = |row: &Row| {
            let reading = Reading { row, what: "request" };
            Ok((reading.id("id")?, reading.get("case_key")?))
        };
        rows.iter().map(read).collect()
    }
}
