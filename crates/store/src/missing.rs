//! Rows that were put back without some of their values: which columns each lacks, by blob, segment and place.

use exeunt_base::BlobId;

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

/// A row that lacks values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The segment.
    pub segment: u32,
    /// Its place in it.
    pub place: u32,
    /// Which columns, as the engine's own JSON.
    pub columns: String,
}

impl Change<'_> {
    /// Remembers which columns rows lack, in place of what was remembered of them before.
    pub async fn mark_missing(
        &mut self,
        blob: BlobId,
        segment: u32,
        places: &[u32],
        columns: &str,
    ) -> Result<(), Error> {
        for places in places.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO missing_values (blob, segment, place, columns) VALUES {}
                 ON CONFLICT (blob, segment, place) DO UPDATE SET columns = excluded.columns",
                bulk::rows(places.len(), 4)
            );
            let mut query = made(text);
            for place in places {
                query = query.bind(blob.to_string()).bind(i64::from(segment)).bind(i64::from(*place));
                query = query.bind(columns);
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("remember values that are missing"))?;
        }
        Ok(())
    }

    /// Forgets it of rows that lack nothing any more.
    pub async fn end_missing(&mut self, blob: BlobId, segment: u32, places: &[u32]) -> Result<(), Error> {
        for places in places.chunks(bulk::ROWS) {
            let text = format!(
                "DELETE FROM missing_values WHERE blob = ? AND segment = ? AND place IN ({})",
                bulk::places(places.len())
            );
            let mut query = made(text).bind(blob.to_string()).bind(i64::from(segment));
            for place in places {
                query = query.bind(i64::from(*place));
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("forget values that are no longer missing"))?;
        }
        Ok(())
    }
}

impl Store {
    /// The rows of a blob that lack values, in order.
    pub async fn missing_values(&self, blob: BlobId) -> Result<Vec<Missing>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT segment, place, columns FROM missing_values WHERE blob = $1 ORDER BY segment, place",
        )
        .bind(blob.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read which values are missing"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "missing value" };
                let number =
                    |column| reading.count(column).map(|value| u32::try_from(value).unwrap_or(u32::MAX));
                Ok(Missing {
                    segment: number("segment")?,
                    place: number("place")?,
                    columns: reading.get("columns")?,
                })
            })
            .collect()
    }
}
