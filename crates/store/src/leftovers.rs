//! What a sweeper of the vault asks: who still needs a blob.

use std::collections::HashSet;

use exeunt_base::BlobId;

use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::Reading;

/// Who needs a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Somebody does.
    Needed,
    /// Nobody does any more: its batch ended, and no request claims it.
    Over,
    /// Nothing is known of it: it was never recorded, or by a store that is not this one.
    Unknown,
}

impl Store {
    /// Census blobs that a job can still open.
    pub async fn living_censuses(&self) -> Result<HashSet<BlobId>, Error> {
        let mut connection = self.reader().await;
        let rows =
            query("SELECT census_blob AS id FROM jobs WHERE census_blob IS NOT NULL AND salt IS NOT NULL")
                .fetch_all(&mut connection)
                .await
                .map_err(Error::while_doing("read which censuses are needed"))?;
        rows.iter().map(|row| Reading { row, what: "job" }.id("id")).collect()
    }

    /// Who needs a blob that is no living census.
    pub async fn need_of(&self, blob: BlobId) -> Result<Need, Error> {
        let mut connection = self.reader().await;
        for (statement, need) in [
            ("SELECT 1 AS one FROM blob_claims WHERE blob = $1 LIMIT 1", Need::Needed),
            ("SELECT 1 AS one FROM batches WHERE blob = $1 AND state = 'sealed' LIMIT 1", Need::Needed),
            ("SELECT 1 AS one FROM batches WHERE blob = $1 LIMIT 1", Need::Over),
            ("SELECT 1 AS one FROM jobs WHERE census_blob = $1 LIMIT 1", Need::Over),
        ] {
            let found = query(statement)
                .bind(blob.to_string())
                .fetch_optional(&mut connection)
                .await
                .map_err(Error::while_doing("read who needs a blob"))?;
            if found.is_some() {
                return Ok(need);
            }
        }
        Ok(Need::Unknown)
    }
}
