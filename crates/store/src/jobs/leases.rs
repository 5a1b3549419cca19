//! Leases on jobs, with fencing: whoever lost theirs can write nothing more.

use exeunt_base::{JobId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::{Reading, signed};

/// What is wanted of a job that somebody else works on.
pub const FREE_LEASE: &str = "a free lease";

/// A held lease: the right to write for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Its number.
    pub fence: u64,
}

impl Change<'_> {
    /// Refuses when the lease is no longer ours, and makes it last until `until`.
    pub async fn hold_lease(&mut self, lease: &Lease, until: Timestamp) -> Result<(), Error> {
        let done = query(
            "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_owner IS NOT NULL",
        )
        .bind(lease.job.to_string())
        .bind(signed(lease.fence))
        .bind(until.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("renew a lease"))?;
        if done == 1 { Ok(()) } else { Err(Error::LeaseLost { job: lease.job.to_string() }) }
    }

    /// Takes the lease of a job that nobody holds (or whose holder let it run out) and that is in one of `states`.
    pub async fn take_lease(
        &mut self,
        job: JobId,
        owner: &str,
        states: &[&str],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Lease, Error> {
        let row = query("SELECT state, lease_owner, lease_until, fence FROM jobs WHERE id = $1")
            .bind(job.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a job"))?
            .ok_or_else(|| Error::NotFound { what: "job", id: job.to_string() })?;
        let reading = Reading { row: &row, what: "job" };
        let state: String = reading.get("state")?;
        if !states.contains(&state.as_str()) {
            return Err(Error::State {
                what: "job",
                id: job.to_string(),
                found: state,
                wanted: states.join(" or "),
            });
        }
        let holder: Option<String> = reading.get("lease_owner")?;
        let held_until = reading.time("lease_until")?;
        if holder.is_some() && held_until > now {
            return Err(Error::State {
                what: "job",
                id: job.to_string(),
                found: format!("being run by another process until {held_until}"),
                wanted: String::from(FREE_LEASE),
            });
        }
        let fence = reading.count("fence")? + 1;
        query("UPDATE jobs SET lease_owner = $2, lease_until = $3, fence = $4 WHERE id = $1")
            .bind(job.to_string())
            .bind(owner)
            .bind(until.as_micros())
            .bind(signed(fence))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("take a lease"))?;
        Ok(Lease { job, fence })
    }

    /// Gives the lease back.
    pub async fn drop_lease(&mut self, lease: &Lease) -> Result<(), Error> {
        query("UPDATE jobs SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND fence = $2")
            .bind(lease.job.to_string())
            .bind(signed(lease.fence))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("give a lease back"))?;
        Ok(())
    }
}

impl Store {
    /// Whether somebody holds the lease of a job.
    pub async fn is_leased(&self, job: JobId, now: Timestamp) -> Result<bool, Error> {
        let mut connection = self.reader().await;
        let row =
            query("SELECT 1 AS one FROM jobs WHERE id = $1 AND lease_owner IS NOT NULL AND lease_until > $2")
                .bind(job.to_string())
                .bind(now.as_micros())
                .fetch_optional(&mut connection)
                .await;
        Ok(row.map_err(Error::while_doing("read a job's lease"))?.is_some())
    }
}
