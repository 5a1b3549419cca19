//! The ledger: keyed digests of erased people, so that they stay erased.

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

impl Change<'_> {
    /// Enters many identifiers at once: kind, keyed digest, and the request that erases whom it names.
    pub async fn add_all_to_ledger(
        &mut self,
        organization: OrganizationId,
        entries: &[(&str, [u8; 32], RequestId)],
        at: Timestamp,
    ) -> Result<(), Error> {
        for entries in entries.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO ledger (organization, mac, kind, request, at) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(entries.len(), 5)
            );
            let mut query = made(text);
            for (kind, mac, request) in entries {
                query = query.bind(organization.to_string()).bind(mac.as_slice()).bind(*kind);
                query = query.bind(request.to_string()).bind(at.as_micros());
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("enter people in the ledger"))?;
        }
        Ok(())
    }

    /// Takes a request's entries out again: the person was restored.
    pub async fn remove_from_ledger(&mut self, request: RequestId) -> Result<(), Error> {
        query("DELETE FROM ledger WHERE request = $1")
            .bind(request.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("take somebody out of the ledger"))?;
        Ok(())
    }
}

impl Store {
    /// The request that erased whoever has this digest, if any.
    pub async fn in_ledger(
        &self,
        organization: OrganizationId,
        kind: &str,
        mac: &[u8],
    ) -> Result<Option<RequestId>, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT request FROM ledger WHERE organization = $1 AND kind = $2 AND mac = $3")
            .bind(organization.to_string())
            .bind(kind)
            .bind(mac)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("look into the ledger"))?;
        row.map(|row| Reading { row: &row, what: "ledger entry" }.id("request")).transpose()
    }

    /// All digests of one kind, for checking many people at once.
    pub async fn ledger_of(
        &self,
        organization: OrganizationId,
        kind: &str,
    ) -> Result<std::collections::HashMap<Vec<u8>, RequestId>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT mac, request FROM ledger WHERE organization = $1 AND kind = $2")
            .bind(organization.to_string())
            .bind(kind)
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("look into the ledger"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "ledger entry" };
                Ok((reading.get("mac")?, reading.id("request")?))
            })
            .collect()
    }

    /// How many entries there are.
    pub async fn ledger_size(&self, organization: OrganizationId) -> Result<u64, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT count(*) AS entries FROM ledger WHERE organization = $1")
            .bind(organization.to_string())
            .fetch_one(&mut connection)
            .await
            .map_err(Error::while_doing("look into the ledger"))?;
        Reading { row: &row, what: "ledger" }.count("entries")
    }
}
