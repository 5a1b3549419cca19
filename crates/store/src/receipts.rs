//! Receipts: what was done for a request, bound to a log entry.

use exeunt_base::{OrganizationId, ReceiptId, RequestId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A receipt as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// Whose.
    pub organization: OrganizationId,
    /// The request.
    pub request: RequestId,
    /// Its canonical JSON.
    pub body: String,
    /// Index of the log entry that binds it.
    pub entry: u64,
    /// When it was made.
    pub at: Timestamp,
}

impl Change<'_> {
    /// Adds a receipt that the next audit entry of this change will bind; gives that entry's index.
    pub async fn add_receipt(
        &mut self,
        id: ReceiptId,
        organization: OrganizationId,
        request: RequestId,
        body: &str,
        at: Timestamp,
    ) -> Result<u64, Error> {
        let doing = "add a receipt";
        let row = query("SELECT coalesce(max(size), 0) AS size FROM audit_heads WHERE organization = $1")
            .bind(organization.to_string())
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        let entry = Reading { row: &row, what: "audit log" }.count("size")?;
        query("INSERT INTO receipts (id, organization, request, body, entry, at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.to_string())
            .bind(organization.to_string())
            .bind(request.to_string())
            .bind(body)
            .bind(signed(entry))
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(entry)
    }
}

impl Store {
    /// The receipts of a request, oldest first.
    pub async fn receipts_of(&self, request: RequestId) -> Result<Vec<Receipt>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT id, organization, request, body, entry, at FROM receipts WHERE request = $1 ORDER BY id",
        )
        .bind(request.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read receipts"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "receipt" };
                Ok(Receipt {
                    id: reading.id("id")?,
                    organization: reading.id("organization")?,
                    request: reading.id("request")?,
                    body: reading.get("body")?,
                    entry: reading.count("entry")?,
                    at: reading.time("at")?,
                })
            })
            .collect()
    }
}
