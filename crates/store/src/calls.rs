//! Calls that must happen once though they are made twice: the caller names each, and the second gets what the first made.

use exeunt_base::{OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// The caller whose calls are never forgotten: what must not happen twice however late.
pub const REMEMBERED: &str = "for good";

/// A call that its caller named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who calls.
    pub caller: String,
    /// What they call it.
    pub key: String,
    /// Digest of what is asked, so that one name is not used for two things.
    pub digest: String,
}

/// What an earlier call of that name made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Digest of what it asked.
    pub digest: String,
    /// The id of what it made.
    pub made: String,
}

const FIND: &str = "SELECT digest, made FROM calls WHERE organization = $1 AND caller = $2 AND key = $3";

fn read(row: &Row) -> Result<Earlier, Error> {
    let reading = Reading { row, what: "call" };
    Ok(Earlier { digest: reading.get("digest")?, made: reading.get("made")? })
}

impl Change<'_> {
    /// Writes down what this call makes. When there was an earlier one of its name, nothing is written and that is given
    /// back: the caller of this ends the change without a commit.
    pub async fn call_once(
        &mut self,
        organization: OrganizationId,
        call: &Call,
        made: &str,
        at: Timestamp,
    ) -> Result<Option<Earlier>, Error> {
        let doing = "write down a call";
        let row = query(FIND)
            .bind(organization.to_string())
            .bind(&call.caller)
            .bind(&call.key)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        if let Some(row) = row {
            return read(&row).map(Some);
        }
        query(
            "INSERT INTO calls (organization, caller, key, digest, made, at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(organization.to_string())
        .bind(&call.caller)
        .bind(&call.key)
        .bind(&call.digest)
        .bind(made)
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        Ok(None)
    }

    /// Forgets calls older than this, but those of [`REMEMBERED`]. Says how many.
    pub async fn forget_calls(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM calls WHERE at < $1 AND caller <> $2")
            .bind(before.as_micros())
            .bind(REMEMBERED)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget old calls"))
    }
}

impl Store {
    /// What an earlier call of that name made, if there was one.
    pub async fn earlier_call(
        &self,
        organization: OrganizationId,
        call: &Call,
    ) -> Result<Option<Earlier>, Error> {
        let mut connection = self.reader().await;
        let row = query(FIND)
            .bind(organization.to_string())
            .bind(&call.caller)
            .bind(&call.key)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("look for an earlier call"))?;
        row.map(|row| read(&row)).transpose()
    }
}
