//! Returns: transactions of a restore, written down before they are committed and ended together with what they brought
//! back. One that is found later was cut short.

use exeunt_base::{BatchId, BlobId, Name, RequestId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// A transaction of a restore whose end was not written down yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Its id (of the batch kind: it undoes one).
    pub id: BatchId,
    /// The blob whose rows it brings back.
    pub blob: BlobId,
    /// The source.
    pub source: Name,
    /// What the source called the transaction.
    pub marker: Option<String>,
    /// Which rows are back once it happened, as the engine's own JSON.
    pub outcome: String,
}

fn read(row: &Row) -> Result<Return, Error> {
    let reading = Reading { row, what: "return" };
    let source: String = reading.get("source")?;
    Ok(Return {
        id: reading.id("id")?,
        blob: reading.id("blob")?,
        source: Name::new(&source)
            .map_err(|error| Error::Damaged { what: "return", why: error.to_string() })?,
        marker: reading.get("marker")?,
        outcome: reading.get("outcome")?,
    })
}

impl Change<'_> {
    /// Writes down that a transaction is about to be committed.
    pub async fn add_return(&mut self, new: &Return) -> Result<(), Error> {
        query("INSERT INTO returns (id, blob, source, marker, outcome) VALUES ($1, $2, $3, $4, $5)")
            .bind(new.id.to_string())
            .bind(new.blob.to_string())
            .bind(new.source.as_str())
            .bind(&new.marker)
            .bind(&new.outcome)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("record a return"))?;
        Ok(())
    }

    /// Forgets it: what became of it is known.
    pub async fn end_return(&mut self, id: BatchId) -> Result<(), Error> {
        query("DELETE FROM returns WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("end a return"))?;
        Ok(())
    }
}

impl Store {
    /// Returns that were cut short, of all blobs in which a request has rows.
    pub async fn returns_of_request(&self, request: RequestId) -> Result<Vec<Return>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT r.id, r.blob, r.source, r.marker, r.outcome
             FROM returns r JOIN blob_claims c ON c.blob = r.blob WHERE c.request = $1 ORDER BY r.id",
        )
        .bind(request.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read a request's returns"))?;
        rows.iter().map(read).collect()
    }
}
