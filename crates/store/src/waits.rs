//! What was asked back and is not: rows that wait for somebody else's request, and rows asked for one by one.

use exeunt_base::{BlobId, RequestId};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Rows of one request that wait for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Whose rows wait.
    pub request: RequestId,
    /// For whom.
    pub awaited: RequestId,
    /// Where that one stands.
    pub awaited_state: String,
    /// Rows of which model.
    pub model: String,
    /// How many.
    pub rows: u64,
}

fn read(row: &Row) -> Result<Wait, Error> {
    let reading = Reading { row, what: "wait" };
    Ok(Wait {
        request: reading.id("request")?,
        awaited: reading.id("awaited")?,
        awaited_state: reading.get("state")?,
        model: reading.get("model")?,
        rows: reading.count("rows")?,
    })
}

impl Change<'_> {
    /// Writes down for whom a request's rows wait (whom, model, how many), in place of what was known of this model, or
    /// of all.
    pub async fn set_waits(
        &mut self,
        request: RequestId,
        model: Option<&str>,
        waits: &[(RequestId, String, u64)],
    ) -> Result<(), Error> {
        let doing = "write down who waits for whom";
        query("DELETE FROM waits WHERE request = $1 AND ($2 IS NULL OR model = $2)")
            .bind(request.to_string())
            .bind(model)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        for (awaited, model, rows) in waits {
            query("INSERT INTO waits (request, awaited, model, rows) VALUES ($1, $2, $3, $4)")
                .bind(request.to_string())
                .bind(awaited.to_string())
                .bind(model)
                .bind(signed(*rows))
                .execute(&mut self.connection)
                .await
                .map_err(Error::while_doing(doing))?;
        }
        Ok(())
    }

    /// Writes down that these rows of a segment were asked for.
    pub async fn mark_asked(
        &mut self,
        request: RequestId,
        blob: BlobId,
        segment: u32,
        places: &[u32],
    ) -> Result<(), Error> {
        for places in places.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO asked_rows (request, blob, segment, place) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(places.len(), 4)
            );
            let mut query = made(text);
            for place in places {
                query = query.bind(request.to_string()).bind(blob.to_string());
                query = query.bind(i64::from(segment)).bind(i64::from(*place));
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("write down which rows were asked for"))?;
        }
        Ok(())
    }
}

impl Store {
    /// For whom a request's rows wait.
    pub async fn waits_of(&self, request: RequestId) -> Result<Vec<Wait>, Error> {
        self.waits("request", request).await
    }

    /// Whose rows wait for a request.
    pub async fn waits_for(&self, awaited: RequestId) -> Result<Vec<Wait>, Error> {
        self.waits("awaited", awaited).await
    }

    async fn waits(&self, by: &'static str, id: RequestId) -> Result<Vec<Wait>, Error> {
        let mut connection = self.reader().await;
        let text = format!(
            "SELECT w.request, w.awaited, r.state, w.model, w.rows FROM waits w JOIN requests r ON r.id = w.awaited
             WHERE w.{by} = $1 ORDER BY w.request, w.awaited, w.model"
        );
        let rows = made(text).bind(id.to_string()).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read who waits for whom"))?.iter().map(read).collect()
    }

    /// Rows of a request that were asked for one by one: blob, segment, place.
    pub async fn asked_rows(&self, request: RequestId) -> Result<Vec<(BlobId, u32, u32)>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT blob, segment, place FROM asked_rows WHERE request = $1 ORDER BY blob, segment, place",
        )
        .bind(request.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read which rows were asked for"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "row that was asked for" };
                let number =
                    |column| reading.count(column).map(|value| u32::try_from(value).unwrap_or(u32::MAX));
                Ok((reading.id("blob")?, number("segment")?, number("place")?))
            })
            .collect()
    }
}
