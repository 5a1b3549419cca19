//! Rows that could not be struck: what the source said, and what a person decided.

use exeunt_base::{BatchId, JobId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A row waiting for review. It is named by its place in the census, never by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its id (of the batch kind: it stands for the batch of one that failed).
    pub id: BatchId,
    /// The job.
    pub job: JobId,
    /// The unit.
    pub unit: u32,
    /// The row's place in the unit's census.
    pub place: u64,
    /// The model.
    pub model: String,
    /// Kind of fault.
    pub fault: String,
    /// The source's own words, without values.
    pub words: String,
    /// `open`, `done` or `skipped`.
    pub state: String,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// When it was flagged.
    pub at: Timestamp,
}

impl Change<'_> {
    /// Flags a row. Flagging it again renews the words.
    pub async fn add_review(&mut self, review: &Review) -> Result<(), Error> {
        query(
            "INSERT INTO reviews (id, job, unit, place, model, fault, words, state, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
             ON CONFLICT (job, unit, place) DO UPDATE SET fault = excluded.fault, words = excluded.words, at = excluded.at",
        )
        .bind(review.id.to_string())
        .bind(review.job.to_string())
        .bind(i64::from(review.unit))
        .bind(signed(review.place))
        .bind(&review.model)
        .bind(&review.fault)
        .bind(&review.words)
        .bind(review.at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("flag a row for review"))?;
        Ok(())
    }

    /// Ends a review as `done` or, with a reason, `skipped`.
    pub async fn end_review(&mut self, id: BatchId, state: &str, reason: Option<&str>) -> Result<(), Error> {
        let done = query("UPDATE reviews SET state = $2, reason = $3 WHERE id = $1 AND state = 'open'")
            .bind(id.to_string())
            .bind(state)
            .bind(reason)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("end a review"))?;
        if done == 1 { Ok(()) } else { Err(Error::NotFound { what: "open review", id: id.to_string() }) }
    }
}

impl Store {
    /// A job's reviews, oldest first.
    pub async fn reviews(&self, job: JobId) -> Result<Vec<Review>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT id, job, unit, place, model, fault, words, state, reason, at FROM reviews WHERE job = $1 ORDER BY unit, place",
        )
        .bind(job.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read reviews"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "review" };
                Ok(Review {
                    id: reading.id("id")?,
                    job: reading.id("job")?,
                    unit: u32::try_from(reading.count("unit")?).unwrap_or(u32::MAX),
                    place: reading.count("place")?,
                    model: reading.get("model")?,
                    fault: reading.get("fault")?,
                    words: reading.get("words")?,
                    state: reading.get("state")?,
                    reason: reading.get("reason")?,
                    at: reading.time("at")?,
                })
            })
            .collect()
    }
}
