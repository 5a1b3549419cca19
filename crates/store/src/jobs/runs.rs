//! The runs that touched a source.

use exeunt_base::{JobId, Name, OrganizationId, Timestamp};

use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::Reading;

/// What a job did at one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The job.
    pub job: JobId,
    /// Where it stands.
    pub state: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Rows of the source that it struck.
    pub done: u64,
    /// Rows of the source that wait for review.
    pub failed: u64,
}

impl Store {
    /// The last jobs of an organization that have rows at a source, newest first.
    pub async fn runs_at(
        &self,
        organization: OrganizationId,
        source: &Name,
        most: u32,
    ) -> Result<Vec<Run>, Error> {
        let rows = query(
            "SELECT units.job AS job, jobs.state AS state, jobs.made_at AS made_at,
             CAST(sum(units.done) AS BIGINT) AS done, CAST(sum(units.failed) AS BIGINT) AS failed
             FROM units JOIN jobs ON jobs.id = units.job WHERE units.source = $1 AND jobs.organization = $2
             GROUP BY units.job, jobs.state, jobs.made_at ORDER BY units.job DESC LIMIT $3",
        )
        .bind(source.as_str())
        .bind(organization.to_string())
        .bind(i64::from(most))
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read the runs at a source"))?;
        let read = |row| {
            let reading = Reading { row, what: "job" };
            Ok(Run {
                job: reading.id("job")?,
                state: reading.get("state")?,
                made_at: reading.time("made_at")?,
                done: reading.get::<i64>("done")?.unsigned_abs(),
                failed: reading.get::<i64>("failed")?.unsigned_abs(),
            })
        };
        rows.iter().map(read).collect()
    }
}
