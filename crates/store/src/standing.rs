//! How an organization stands at this moment: a few counts, each led to by an index.

use exeunt_base::{OrganizationId, Timestamp};

use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::jobs::Job;
use crate::rows::Reading;

/// The counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The day the oldest request that is not answered was received.
    pub oldest: Option<String>,
    /// Whether there was ever a request.
    pub any: bool,
    /// Letters that were given up.
    pub letters_failed: u64,
    /// Letters that wait to be sent.
    pub letters_waiting: u64,
    /// Tasks that could be begun.
    pub tasks_waiting: u64,
    /// Since when the oldest of them could.
    pub tasks_since: Option<Timestamp>,
    /// Tasks that somebody works on.
    pub tasks_running: u64,
}

const DOING: &str = "see how things stand";

impl Store {
    /// How an organization stands.
    pub async fn standing(&self, organization: OrganizationId, now: Timestamp) -> Result<Standing, Error> {
        let (id, connection) = (organization.to_string(), &mut *self.reader().await);
        let row = query(
            "SELECT (SELECT min(received_on) FROM deadlines WHERE organization = $1 AND answered_at IS NULL) AS oldest,
             (SELECT count(*) FROM (SELECT 1 FROM requests WHERE organization = $1 LIMIT 1) AS one) AS known,
             (SELECT count(*) FROM letters WHERE organization = $1 AND state = 'failed') AS letters_failed,
             (SELECT count(*) FROM letters WHERE organization = $1 AND state = 'waiting') AS letters_waiting,
             (SELECT count(*) FROM tasks WHERE state = 'waiting' AND organization = $1 AND not_before <= $2) AS tasks_waiting,
             (SELECT min(not_before) FROM tasks WHERE state = 'waiting' AND organization = $1 AND not_before <= $2) AS tasks_since,
             (SELECT count(*) FROM tasks WHERE state = 'running' AND organization = $1) AS tasks_running",
        )
        .bind(id)
        .bind(now.as_micros())
        .fetch_one(connection)
        .await
        .map_err(Error::while_doing(DOING))?;
        let reading = Reading { row: &row, what: "standing" };
        Ok(Standing {
            oldest: reading.get("oldest")?,
            any: reading.count("known")? > 0,
            letters_failed: reading.count("letters_failed")?,
            letters_waiting: reading.count("letters_waiting")?,
            tasks_waiting: reading.count("tasks_waiting")?,
            tasks_since: reading.time_if_any("tasks_since")?,
            tasks_running: reading.count("tasks_running")?,
        })
    }

    /// An organization's jobs that are not over, newest first, at most so many.
    pub async fn open_jobs(&self, organization: OrganizationId, limit: u32) -> Result<Vec<Job>, Error> {
        // only the ids by the index of states: the table itself may be long
        let rows = query(
            "SELECT id FROM jobs WHERE organization = $1 AND state IN ('queued', 'running', 'review', 'failed')
             ORDER BY id DESC LIMIT $2",
        )
        .bind(organization.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing(DOING))?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in &rows {
            jobs.push(self.job(Reading { row, what: "job" }.id("id")?).await?);
        }
        Ok(jobs)
    }
}
