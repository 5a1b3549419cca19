//! Batches: sealed before they are struck, closed once, with the claims of requests on their blobs.

use exeunt_base::{BatchId, BlobId, JobId, Name, OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A batch as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// Its job.
    pub job: JobId,
    /// Its number within the job, from 1.
    pub number: u64,
    /// `sealed`, `closed` or `void`.
    pub state: String,
    /// The source.
    pub source: Name,
    /// Its blob in the vault.
    pub blob: BlobId,
    /// Digest of the blob file.
    pub blob_digest: String,
    /// What the source called the transaction.
    pub marker: Option<String>,
    /// What closing it adds up, as the engine's own JSON.
    pub outcome: String,
    /// Rows in it.
    pub rows: u64,
    /// When it was sealed.
    pub at: Timestamp,
}

fn read(row: &Row) -> Result<Batch, Error> {
    let reading = Reading { row, what: "batch" };
    let source: String = reading.get("source")?;
    Ok(Batch {
        id: reading.id("id")?,
        job: reading.id("job")?,
        number: reading.count("number")?,
        state: reading.get("state")?,
        source: Name::new(&source)
            .map_err(|error| Error::Damaged { what: "batch", why: error.to_string() })?,
        blob: reading.id("blob")?,
        blob_digest: reading.get("blob_digest")?,
        marker: reading.get("marker")?,
        outcome: reading.get("outcome")?,
        rows: reading.count("rows")?,
        at: reading.time("at")?,
    })
}

impl Change<'_> {
    /// Records that a batch's images are durable and its transaction may now be committed.
    pub async fn add_sealed_batch(
        &mut self,
        batch: &Batch,
        claims: &[(RequestId, u64)],
    ) -> Result<(), Error> {
        let doing = "record a sealed batch";
        query(
            "INSERT INTO batches (id, job, number, state, source, blob, blob_digest, marker, outcome, rows, at)
             VALUES ($1, $2, $3, 'sealed', $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(batch.id.to_string())
        .bind(batch.job.to_string())
        .bind(signed(batch.number))
        .bind(batch.source.as_str())
        .bind(batch.blob.to_string())
        .bind(&batch.blob_digest)
        .bind(&batch.marker)
        .bind(&batch.outcome)
        .bind(signed(batch.rows))
        .bind(batch.at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        for claims in claims.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO blob_claims (blob, job, request, rows) VALUES {}",
                bulk::rows(claims.len(), 4)
            );
            let mut query = made(text);
            for (request, rows) in claims {
                query = query.bind(batch.blob.to_string()).bind(batch.job.to_string());
                query = query.bind(request.to_string()).bind(signed(*rows));
            }
            query.execute(&mut self.connection).await.map_err(Error::while_doing(doing))?;
        }
        query("UPDATE jobs SET batches = $2 WHERE id = $1")
            .bind(batch.job.to_string())
            .bind(signed(batch.number))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(())
    }

    /// Closes a sealed batch, once.
    pub async fn close_batch(&mut self, id: BatchId) -> Result<(), Error> {
        self.end_batch(id, "closed").await
    }

    /// Marks a sealed batch void: its transaction never happened.
    pub async fn void_batch(&mut self, id: BatchId, blob: BlobId) -> Result<(), Error> {
        self.end_batch(id, "void").await?;
        query("DELETE FROM blob_claims WHERE blob = $1")
            .bind(blob.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("void a batch"))?;
        Ok(())
    }

    async fn end_batch(&mut self, id: BatchId, state: &str) -> Result<(), Error> {
        let done = query("UPDATE batches SET state = $2 WHERE id = $1 AND state = 'sealed'")
            .bind(id.to_string())
            .bind(state)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("end a batch"))?;
        if done == 1 {
            return Ok(());
        }
        Err(Error::State {
            what: "batch",
            id: id.to_string(),
            found: String::from("not sealed"),
            wanted: String::from("sealed"),
        })
    }

    /// Takes a request's claims off its blobs and says which blobs nobody claims any more.
    pub async fn drop_claims(&mut self, request: RequestId) -> Result<Vec<BlobId>, Error> {
        let doing = "drop a request's claims on the vault";
        let blobs = query("SELECT blob AS id FROM blob_claims WHERE request = $1")
            .bind(request.to_string())
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        query("DELETE FROM blob_claims WHERE request = $1")
            .bind(request.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        let mut unclaimed = Vec::new();
        for row in &blobs {
            let blob: BlobId = Reading { row, what: "blob" }.id("id")?;
            let left = query("SELECT 1 AS one FROM blob_claims WHERE blob = $1 LIMIT 1")
                .bind(blob.to_string())
                .fetch_optional(&mut self.connection)
                .await
                .map_err(Error::while_doing(doing))?;
            if left.is_none() {
                unclaimed.push(blob);
            }
        }
        Ok(unclaimed)
    }

    /// Takes a request's claim off one blob; `true` when nobody claims it any more.
    pub async fn drop_claim(&mut self, request: RequestId, blob: BlobId) -> Result<bool, Error> {
        let doing = "drop a request's claim on a blob";
        query("DELETE FROM blob_claims WHERE request = $1 AND blob = $2")
            .bind(request.to_string())
            .bind(blob.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        let left = query("SELECT 1 AS one FROM blob_claims WHERE blob = $1 LIMIT 1")
            .bind(blob.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(left.is_none())
    }

    /// Remembers rows that were put back one by one.
    pub async fn mark_returned(&mut self, blob: BlobId, segment: u32, places: &[u32]) -> Result<(), Error> {
        for places in places.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO returned_rows (blob, segment, place) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(places.len(), 3)
            );
            let mut query = made(text);
            for place in places {
                query = query.bind(blob.to_string()).bind(i64::from(segment)).bind(i64::from(*place));
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("mark rows put back"))?;
        }
        Ok(())
    }
}

impl Store {
    /// A job's batches in one state, oldest first.
    pub async fn batches(&self, job: JobId, state: &str) -> Result<Vec<Batch>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT id, job, number, state, source, blob, blob_digest, marker, outcome, rows, at
             FROM batches WHERE job = $1 AND state = $2 ORDER BY number",
        )
        .bind(job.to_string())
        .bind(state)
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read batches"))?;
        rows.iter().map(read).collect()
    }

    /// Rows of a job's last closed batches and when each was sealed, the latest first, at most so many.
    pub async fn last_batches(&self, job: JobId, limit: u32) -> Result<Vec<(u64, Timestamp)>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT rows, at FROM batches WHERE job = $1 AND state = 'closed' ORDER BY number DESC LIMIT $2",
        )
        .bind(job.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read how fast batches went"))?;
        let read = |row| {
            let reading = Reading { row, what: "batch" };
            Ok((reading.count("rows")?, reading.time("at")?))
        };
        rows.iter().map(read).collect()
    }

    /// Closed batches a request has rows in, oldest first, over all its jobs.
    pub async fn batches_of_request(&self, request: RequestId) -> Result<Vec<Batch>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT b.id, b.job, b.number, b.state, b.source, b.blob, b.blob_digest, b.marker, b.outcome, b.rows, b.at
             FROM batches b JOIN blob_claims c ON c.blob = b.blob JOIN jobs j ON j.id = b.job
             WHERE c.request = $1 AND b.state = 'closed' ORDER BY j.made_at, j.id, b.number",
        )
        .bind(request.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read a request's batches"))?;
        rows.iter().map(read).collect()
    }

    /// Closed batches in which requests of an organization other than this one have rows that can still be opened, oldest
    /// first.
    pub async fn standing_batches(
        &self,
        organization: OrganizationId,
        but: RequestId,
    ) -> Result<Vec<Batch>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT b.id, b.job, b.number, b.state, b.source, b.blob, b.blob_digest, b.marker, b.outcome, b.rows, b.at
             FROM batches b WHERE b.state = 'closed' AND b.blob IN (
                 SELECT c.blob FROM requests r JOIN blob_claims c ON c.request = r.id
                 WHERE r.organization = $1 AND r.id <> $2 AND r.salt IS NOT NULL
             ) ORDER BY b.at, b.job, b.number",
        )
        .bind(organization.to_string())
        .bind(but.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read what waits in the vault"))?;
        rows.iter().map(read).collect()
    }

    /// Blobs of a job's ended batches that no request claims: their files may be gone already.
    pub async fn unclaimed_blobs(&self, job: JobId) -> Result<Vec<BlobId>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT blob FROM batches b WHERE job = $1 AND state IN ('closed', 'void')
             AND NOT EXISTS (SELECT 1 FROM blob_claims c WHERE c.blob = b.blob)",
        )
        .bind(job.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read a job's unclaimed blobs"))?;
        rows.iter().map(|row| Reading { row, what: "batch" }.id("blob")).collect()
    }

    /// Blobs a request has rows in, with the number of rows.
    pub async fn claims_of(&self, request: RequestId) -> Result<Vec<(BlobId, u64)>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT blob, rows FROM blob_claims WHERE request = $1 ORDER BY blob")
            .bind(request.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read a request's claims on the vault"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "claim" };
                Ok((reading.id("blob")?, reading.count("rows")?))
            })
            .collect()
    }

    /// Places in a blob's segments whose rows were put back already.
    pub async fn returned(&self, blob: BlobId) -> Result<std::collections::HashSet<(u32, u32)>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT segment, place FROM returned_rows WHERE blob = $1")
            .bind(blob.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read which rows were put back"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "returned row" };
                let number =
                    |column| reading.count(column).map(|value| u32::try_from(value).unwrap_or(u32::MAX));
                Ok((number("segment")?, number("place")?))
            })
            .collect()
    }
}
