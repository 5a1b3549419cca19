//! Jobs, their units and their leases. Counts only grow; a process that lost its lease can write nothing more.

mod leases;
mod runs;

use exeunt_base::{BlobId, EpochId, JobId, Name, OrganizationId, PlanId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
pub use crate::jobs::leases::{FREE_LEASE, Lease};
use crate::rows::{Reading, signed};

pub use crate::jobs::runs::Run;

/// A job as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose.
    pub organization: OrganizationId,
    /// The plan it carries out.
    pub plan: PlanId,
    /// Where it stands.
    pub state: String,
    /// The vault epoch of its blobs.
    pub epoch: EpochId,
    /// Opens its census, makes its mask key.
    pub salt: Option<Vec<u8>>,
    /// The sealed census, when there is one.
    pub census_blob: Option<BlobId>,
    /// Digest of the census.
    pub census_digest: Option<String>,
    /// Rows in all, from the census.
    pub rows_total: u64,
    /// Rows for one claimant that a person confirmed.
    pub rows_confirmed: u64,
    /// Whether somebody asked to cancel.
    pub cancel_asked: bool,
    /// Number of the lease; grows each time somebody takes it.
    pub fence: u64,
    /// Batches so far, closed or void.
    pub batches: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it first ran.
    pub started_at: Option<Timestamp>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// Why it stopped, if it did.
    pub trouble: Option<String>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Job({}, {})", self.id, self.state)
    }
}

/// One unit of a job, with its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its place, from 0.
    pub unit: u32,
    /// The source.
    pub source: Name,
    /// The model.
    pub model: String,
    /// `delete`, `anonymize`, `detach`, `clear`, `repoint`, `veil`.
    pub action: String,
    /// Rows in the census.
    pub total: u64,
    /// Rows struck.
    pub done: u64,
    /// Rows that were gone when their turn came.
    pub gone: u64,
    /// Rows waiting for review.
    pub failed: u64,
    /// Rows a person decided to leave.
    pub skipped: u64,
    /// Rows of the census that have had their turn.
    pub position: u64,
}

fn read(row: &Row) -> Result<Job, Error> {
    let reading = Reading { row, what: "job" };
    Ok(Job {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        plan: reading.id("plan")?,
        state: reading.get("state")?,
        epoch: reading.id("epoch")?,
        salt: reading.get("salt")?,
        census_blob: reading.id_if_any("census_blob")?,
        census_digest: reading.get("census_digest")?,
        rows_total: reading.count("rows_total")?,
        rows_confirmed: reading.count("rows_confirmed")?,
        cancel_asked: reading.count("cancel_asked")? > 0,
        fence: reading.count("fence")?,
        batches: reading.count("batches")?,
        made_at: reading.time("made_at")?,
        started_at: reading.time_if_any("started_at")?,
        settled_at: reading.time_if_any("settled_at")?,
        trouble: reading.get("trouble")?,
    })
}

impl Change<'_> {
    /// Adds a job.
    pub async fn add_job(&mut self, job: &Job) -> Result<(), Error> {
        query(
            "INSERT INTO jobs (id, organization, plan, state, epoch, salt, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(job.id.to_string())
        .bind(job.organization.to_string())
        .bind(job.plan.to_string())
        .bind(&job.state)
        .bind(job.epoch.to_string())
        .bind(&job.salt)
        .bind(job.made_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a job"))?;
        Ok(())
    }

    /// Moves a job from one of `from` to `to`, with the reason when it stopped.
    pub async fn move_job(
        &mut self,
        job: JobId,
        from: &[&str],
        to: &str,
        trouble: Option<&str>,
    ) -> Result<(), Error> {
        let row = query("SELECT state FROM jobs WHERE id = $1")
            .bind(job.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a job"))?
            .ok_or_else(|| Error::NotFound { what: "job", id: job.to_string() })?;
        let found: String = Reading { row: &row, what: "job" }.get("state")?;
        if !from.contains(&found.as_str()) {
            return Err(Error::State { what: "job", id: job.to_string(), found, wanted: from.join(" or ") });
        }
        query("UPDATE jobs SET state = $2, trouble = $3 WHERE id = $1")
            .bind(job.to_string())
            .bind(to)
            .bind(trouble)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("move a job"))?;
        Ok(())
    }

    /// Marks when a job first ran.
    pub async fn start_job(&mut self, job: JobId, at: Timestamp) -> Result<(), Error> {
        query("UPDATE jobs SET started_at = coalesce(started_at, $2) WHERE id = $1")
            .bind(job.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("start a job"))?;
        Ok(())
    }

    /// Marks a job settled and destroys its own salt: census and mask key die with it.
    pub async fn settle_job(&mut self, job: JobId, at: Timestamp) -> Result<(), Error> {
        query("UPDATE jobs SET settled_at = $2, salt = NULL WHERE id = $1")
            .bind(job.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("settle a job"))?;
        Ok(())
    }

    /// Destroys the salt of a job that nobody needs any more, and names the census blob that leaves unreadable.
    pub async fn forget_job_salt(&mut self, job: JobId) -> Result<Option<BlobId>, Error> {
        let doing = "forget a job's salt";
        let row = query("SELECT census_blob FROM jobs WHERE id = $1")
            .bind(job.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        query("UPDATE jobs SET salt = NULL WHERE id = $1")
            .bind(job.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        match row {
            Some(row) => Reading { row: &row, what: "job" }.id_if_any("census_blob"),
            None => Ok(None),
        }
    }

    /// Keeps what a person confirmed.
    pub async fn confirm_rows(&mut self, job: JobId, rows: u64) -> Result<(), Error> {
        query("UPDATE jobs SET rows_confirmed = $2 WHERE id = $1")
            .bind(job.to_string())
            .bind(signed(rows))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("confirm a job's rows"))?;
        Ok(())
    }

    /// Asks a job to stop between two batches.
    pub async fn ask_cancel(&mut self, job: JobId) -> Result<(), Error> {
        query("UPDATE jobs SET cancel_asked = 1 WHERE id = $1")
            .bind(job.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("ask a job to cancel"))?;
        Ok(())
    }

    /// Records a census: its blob (if it was too large for one batch), digest and units.
    pub async fn set_census(
        &mut self,
        job: JobId,
        blob: Option<BlobId>,
        digest: &str,
        units: &[Unit],
    ) -> Result<(), Error> {
        let total: u64 = units.iter().map(|unit| unit.total).sum();
        query("UPDATE jobs SET census_blob = $2, census_digest = $3, rows_total = $4 WHERE id = $1")
            .bind(job.to_string())
            .bind(blob.map(|blob| blob.to_string()))
            .bind(digest)
            .bind(signed(total))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a census"))?;
        query("DELETE FROM units WHERE job = $1")
            .bind(job.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a census"))?;
        for unit in units {
            query(
                "INSERT INTO units (job, unit, source, model, action, total) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(job.to_string())
            .bind(i64::from(unit.unit))
            .bind(unit.source.as_str())
            .bind(&unit.model)
            .bind(&unit.action)
            .bind(signed(unit.total))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a census"))?;
        }
        Ok(())
    }

    /// Records that a census was sealed after all.
    pub async fn keep_census_blob(&mut self, job: JobId, blob: BlobId) -> Result<(), Error> {
        query("UPDATE jobs SET census_blob = $2 WHERE id = $1")
            .bind(job.to_string())
            .bind(blob.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a census"))?;
        Ok(())
    }

    /// Adds to a unit's counts and moves its position, which must stand at `from`: a repeated delta is refused.
    pub async fn advance_unit(
        &mut self,
        job: JobId,
        unit: u32,
        from: u64,
        delta: &Delta,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE units SET done = done + $4, gone = gone + $5, failed = failed + $6, position = $7
             WHERE job = $1 AND unit = $2 AND position = $3",
        )
        .bind(job.to_string())
        .bind(i64::from(unit))
        .bind(signed(from))
        .bind(signed(delta.done))
        .bind(signed(delta.gone))
        .bind(signed(delta.failed))
        .bind(signed(delta.to))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("count a batch"))?;
        if done == 1 {
            return Ok(());
        }
        Err(Error::State {
            what: "unit of job",
            id: job.to_string(),
            found: format!("past row {from} of unit {unit}"),
            wanted: String::from("a delta that was not counted yet"),
        })
    }

    /// Moves counts between columns when a person decided on a failed row.
    pub async fn recount_unit(&mut self, job: JobId, unit: u32, to: &str) -> Result<(), Error> {
        let statement = match to {
            "done" => {
                "UPDATE units SET failed = failed - 1, done = done + 1 WHERE job = $1 AND unit = $2 AND failed > 0"
            }
            "gone" => {
                "UPDATE units SET failed = failed - 1, gone = gone + 1 WHERE job = $1 AND unit = $2 AND failed > 0"
            }
            _ => {
                "UPDATE units SET failed = failed - 1, skipped = skipped + 1 WHERE job = $1 AND unit = $2 AND failed > 0"
            }
        };
        query(statement)
            .bind(job.to_string())
            .bind(i64::from(unit))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("recount a unit"))?;
        Ok(())
    }
}

/// What one batch adds to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Delta {
    /// Rows struck.
    pub done: u64,
    /// Rows that were gone.
    pub gone: u64,
    /// Rows flagged for review.
    pub failed: u64,
    /// Position after it.
    pub to: u64,
}

const COLUMNS: &str = "id, organization, plan, state, epoch, salt, census_blob, census_digest, rows_total, rows_confirmed, \
                       cancel_asked, fence, batches, made_at, started_at, settled_at, trouble";

impl Store {
    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Job, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM jobs WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a job"))?
            .ok_or_else(|| Error::NotFound { what: "job", id: id.to_string() })?;
        read(&row)
    }

    /// How many of an organization's jobs somebody is working on right now.
    pub async fn live_jobs(&self, organization: OrganizationId, now: Timestamp) -> Result<u64, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT count(*) AS live FROM jobs WHERE organization = $1 AND lease_owner IS NOT NULL AND lease_until > $2",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_one(&mut connection)
        .await
        .map_err(Error::while_doing("count running jobs"))?;
        Reading { row: &row, what: "job" }.count("live")
    }

    /// An organization's jobs, newest first.
    pub async fn jobs(&self, organization: OrganizationId, limit: u32) -> Result<Vec<Job>, Error> {
        self.jobs_page(organization, None, limit).await
    }

    /// At most `limit` of an organization's jobs, newest first, older than `before` if one is named.
    pub async fn jobs_page(
        &self,
        organization: OrganizationId,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>, Error> {
        let older = if before.is_some() { "AND id < ?" } else { "" };
        let mut query = made(format!(
            "SELECT {COLUMNS} FROM jobs WHERE organization = ? {older} ORDER BY id DESC LIMIT ?"
        ))
        .bind(organization.to_string());
        if let Some(before) = before {
            query = query.bind(before.to_string());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read jobs"))?.iter().map(read).collect()
    }

    /// A job's units, in order.
    pub async fn units(&self, job: JobId) -> Result<Vec<Unit>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT unit, source, model, action, total, done, gone, failed, skipped, position FROM units WHERE job = $1 ORDER BY unit",
        )
        .bind(job.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read a job's units"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "unit" };
                let source: String = reading.get("source")?;
                Ok(Unit {
                    unit: u32::try_from(reading.count("unit")?).unwrap_or(u32::MAX),
                    source: Name::new(&source)
                        .map_err(|error| Error::Damaged { what: "unit", why: error.to_string() })?,
                    model: reading.get("model")?,
                    action: reading.get("action")?,
                    total: reading.count("total")?,
                    done: reading.count("done")?,
                    gone: reading.count("gone")?,
                    failed: reading.count("failed")?,
                    skipped: reading.count("skipped")?,
                    position: reading.count("position")?,
                })
            })
            .collect()
    }
}
