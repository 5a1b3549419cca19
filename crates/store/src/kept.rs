//! Rows that stayed by law, until their time is over, and the requests that erase them then.

mod follow_ups;

pub use crate::kept::follow_ups::{FollowUp, OpenFollowUp};

use exeunt_base::{JobId, OrganizationId, RequestId};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Query, Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Rows of one model that one request had to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRows {
    /// Whose.
    pub organization: OrganizationId,
    /// The request that left them.
    pub request: RequestId,
    /// The model: `shop.orders`.
    pub model: String,
    /// The job whose census found them.
    pub job: JobId,
    /// Many rows come in parts.
    pub part: u64,
    /// How many.
    pub rows: u64,
    /// Their keys, sealed.
    pub keys: Vec<u8>,
    /// The day of the plan that kept them: `2026-11-22`.
    pub since: String,
    /// The day they are looked at next.
    pub next_check: String,
    /// The last day of the first of them, once known.
    pub ends: Option<String>,
    /// The request that erases them now.
    pub follow_up: Option<RequestId>,
    /// Why they are not followed, without personal data.
    pub trouble: Option<String>,
}

/// Rows of one model that stay by law until one day, of all requests together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The model: `shop.orders`.
    pub model: String,
    /// The last day of the first of them, once known.
    pub ends: Option<String>,
    /// How many.
    pub rows: u64,
    /// Of how many requests.
    pub requests: u64,
    /// Of how many a request erases them now.
    pub followed: u64,
    /// The day some of them are looked at next.
    pub next_check: String,
    /// Why some of them are not followed, without personal data.
    pub trouble: Option<String>,
}

const COLUMNS: &str = "k.organization, k.request, k.model, k.job, k.part, k.rows, k.keys, k.since, k.next_check, k.ends, \
                       k.follow_up, k.trouble";

/// Parts written by one statement: each may be large.
const PARTS: usize = 50;

fn read(row: &Row) -> Result<KeptRows, Error> {
    let reading = Reading { row, what: "kept rows" };
    Ok(KeptRows {
        organization: reading.id("organization")?,
        request: reading.id("request")?,
        model: reading.get("model")?,
        job: reading.id("job")?,
        part: reading.count("part")?,
        rows: reading.count("rows")?,
        keys: reading.get("keys")?,
        since: reading.get("since")?,
        next_check: reading.get("next_check")?,
        ends: reading.get("ends")?,
        follow_up: reading.id_if_any("follow_up")?,
        trouble: reading.get("trouble")?,
    })
}

fn bound(query: Query, kept: &KeptRows) -> Query {
    query
        .bind(kept.organization.to_string())
        .bind(kept.request.to_string())
        .bind(&kept.model)
        .bind(kept.job.to_string())
        .bind(signed(kept.part))
        .bind(signed(kept.rows))
        .bind(kept.keys.as_slice())
        .bind(&kept.since)
        .bind(&kept.next_check)
        .bind(&kept.ends)
        .bind(kept.follow_up.map(|id| id.to_string()))
        .bind(&kept.trouble)
}

impl Change<'_> {
    /// Remembers rows. Parts that are there already stay as they are: the same census may be entered twice.
    pub async fn add_all_kept(&mut self, kept: &[KeptRows]) -> Result<(), Error> {
        for parts in kept.chunks(PARTS) {
            let text = format!(
                "INSERT INTO kept_rows (organization, request, model, job, part, rows, keys, since, next_check, ends,
                 follow_up, trouble) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(parts.len(), 12)
            );
            let query = parts.iter().fold(made(text), bound);
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("remember rows that stay by law"))?;
        }
        Ok(())
    }

    /// Puts what is known of a part now in the place of what was known; `None` forgets it. `false` when somebody else
    /// changed it meanwhile.
    pub async fn replace_kept(&mut self, was: &KeptRows, now: Option<&KeptRows>) -> Result<bool, Error> {
        let same = "request = ? AND model = ? AND job = ? AND part = ? AND next_check = ? AND rows = ?
                    AND coalesce(follow_up, '') = ?";
        let query = match now {
            Some(now) => made(format!(
                "UPDATE kept_rows SET rows = ?, keys = ?, next_check = ?, ends = ?, follow_up = ?, trouble = ? WHERE {same}"
            ))
            .bind(signed(now.rows))
            .bind(now.keys.as_slice())
            .bind(&now.next_check)
            .bind(&now.ends)
            .bind(now.follow_up.map(|id| id.to_string()))
            .bind(&now.trouble),
            None => made(format!("DELETE FROM kept_rows WHERE {same}")),
        };
        let done = query
            .bind(was.request.to_string())
            .bind(&was.model)
            .bind(was.job.to_string())
            .bind(signed(was.part))
            .bind(&was.next_check)
            .bind(signed(was.rows))
            .bind(was.follow_up.map_or_else(String::new, |id| id.to_string()))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("write down what became of rows that stay by law"))?;
        Ok(done == 1)
    }

    /// The number of the next part of a request's rows of a model.
    pub async fn next_kept_part(&mut self, kept: &KeptRows) -> Result<u64, Error> {
        let row = query(
            "SELECT coalesce(max(part), -1) + 1 AS next FROM kept_rows WHERE request = $1 AND model = $2 AND job = $3",
        )
        .bind(kept.request.to_string())
        .bind(&kept.model)
        .bind(kept.job.to_string())
        .fetch_one(&mut self.connection)
        .await
        .map_err(Error::while_doing("read rows that stay by law"))?;
        Reading { row: &row, what: "kept rows" }.count("next")
    }

    /// Has everything that an organization keeps looked at by this day at the latest.
    pub async fn look_at_kept_by(&mut self, organization: OrganizationId, day: &str) -> Result<u64, Error> {
        query("UPDATE kept_rows SET next_check = $2 WHERE organization = $1 AND next_check > $2")
            .bind(organization.to_string())
            .bind(day)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("have rows looked at that stay by law"))
    }

    /// Forgets a request's rows: they were all brought back.
    pub async fn forget_kept_of(&mut self, request: RequestId) -> Result<(), Error> {
        let done = query("DELETE FROM kept_rows WHERE request = $1")
            .bind(request.to_string())
            .execute(&mut self.connection)
            .await;
        done.map(drop).map_err(Error::while_doing("forget rows that stayed by law"))
    }

    /// Forgets what a job's census found: it was cancelled.
    pub async fn forget_kept_by(&mut self, job: JobId) -> Result<(), Error> {
        let done = query("DELETE FROM kept_rows WHERE job = $1")
            .bind(job.to_string())
            .execute(&mut self.connection)
            .await;
        done.map(drop).map_err(Error::while_doing("forget rows that stayed by law"))
    }
}

impl Store {
    /// Parts to be looked at by `today`, of requests in one of `states` that nothing holds; those of one request together.
    pub async fn kept_due(
        &self,
        organization: OrganizationId,
        states: &[&str],
        today: &str,
        limit: u32,
    ) -> Result<Vec<KeptRows>, Error> {
        let text = format!(
            "SELECT {COLUMNS} FROM kept_rows k JOIN requests r ON r.id = k.request
             WHERE k.organization = ? AND k.next_check <= ? AND r.held_because IS NULL AND r.state IN ({})
             ORDER BY k.request, k.model, k.job, k.part LIMIT ?",
            bulk::places(states.len())
        );
        let mut query = made(text).bind(organization.to_string()).bind(today);
        for state in states {
            query = query.bind(*state);
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read rows that stay by law"))?.iter().map(read).collect()
    }

    /// A request's kept rows, by model.
    pub async fn kept_of(&self, request: RequestId) -> Result<Vec<KeptRows>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM kept_rows k WHERE k.request = $1 ORDER BY k.model, k.job, k.part"
        ))
        .bind(request.to_string())
        .fetch_all(&mut connection)
        .await;
        rows.map_err(Error::while_doing("read rows that stay by law"))?.iter().map(read).collect()
    }

    /// What an organization keeps because a law says so: by model and the day it ends, what ends first first, and what nobody knows
    /// the end of last.
    pub async fn kept_steps(&self, organization: OrganizationId) -> Result<Vec<Step>, Error> {
        let rows = query(
            "SELECT model, ends, CAST(sum(rows) AS BIGINT) AS many, count(DISTINCT request) AS requests,
                 CAST(sum(CASE WHEN follow_up IS NULL THEN 0 ELSE rows END) AS BIGINT) AS followed,
                 min(next_check) AS next_check, max(trouble) AS trouble
             FROM kept_rows WHERE organization = $1 GROUP BY model, ends ORDER BY coalesce(ends, '9999'), model",
        )
        .bind(organization.to_string())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read rows that stay by law"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "kept rows" };
                Ok(Step {
                    model: reading.get("model")?,
                    ends: reading.get("ends")?,
                    rows: reading.count("many")?,
                    requests: reading.count("requests")?,
                    followed: reading.count("followed")?,
                    next_check: reading.get("next_check")?,
                    trouble: reading.get("trouble")?,
                })
            })
            .collect()
    }

    /// The parts that a follow-up erases.
    pub async fn kept_followed_by(&self, follow_up: RequestId) -> Result<Vec<KeptRows>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM kept_rows k WHERE k.follow_up = $1"))
            .bind(follow_up.to_string())
            .fetch_all(&mut connection)
            .await;
        rows.map_err(Error::while_doing("read rows that stay by law"))?.iter().map(read).collect()
    }
}
