//! API keys: programs let in by a token kept as a hash, with part of a user's powers.

use exeunt_base::{ApiKeyId, OrganizationId, Timestamp, UserId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// An API key as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// SHA-256 of its token.
    pub hash: Vec<u8>,
    /// Where it counts.
    pub organization: OrganizationId,
    /// Whose powers it has a part of.
    pub user: UserId,
    /// What it is for, sealed.
    pub label: Vec<u8>,
    /// Its permissions, parted by spaces.
    pub scopes: String,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}, {})", self.id, self.user)
    }
}

const COLUMNS: &str =
    "id, hash, organization, account, label, scopes, made_at, expires_at, used_at, revoked_at";

fn read(row: &Row) -> Result<ApiKey, Error> {
    let reading = Reading { row, what: "API key" };
    Ok(ApiKey {
        id: reading.id("id")?,
        hash: reading.get("hash")?,
        organization: reading.id("organization")?,
        user: reading.id("account")?,
        label: reading.get("label")?,
        scopes: reading.get("scopes")?,
        made_at: reading.time("made_at")?,
        expires_at: reading.time("expires_at")?,
        used_at: reading.time_if_any("used_at")?,
        revoked_at: reading.time_if_any("revoked_at")?,
    })
}

impl Change<'_> {
    /// Adds a key.
    pub async fn add_api_key(&mut self, key: &ApiKey) -> Result<(), Error> {
        query(
            "INSERT INTO api_keys (id, hash, organization, account, label, scopes, made_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(key.id.to_string())
        .bind(key.hash.as_slice())
        .bind(key.organization.to_string())
        .bind(key.user.to_string())
        .bind(key.label.as_slice())
        .bind(&key.scopes)
        .bind(key.made_at.as_micros())
        .bind(key.expires_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add an API key"))?;
        Ok(())
    }

    /// Notes that a key was used.
    pub async fn touch_api_key(&mut self, id: ApiKeyId, at: Timestamp) -> Result<(), Error> {
        query("UPDATE api_keys SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("note that an API key was used"))?;
        Ok(())
    }

    /// Revokes a key; false when it was revoked already.
    pub async fn revoke_api_key(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, Error> {
        let revoked = query("UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("revoke an API key"))?;
        Ok(revoked == 1)
    }

    /// Revokes every key of a user. Says how many.
    pub async fn revoke_api_keys_of(&mut self, user: UserId, at: Timestamp) -> Result<u64, Error> {
        query("UPDATE api_keys SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL")
            .bind(user.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("revoke API keys"))
    }
}

impl Store {
    /// One key.
    pub async fn api_key(&self, id: ApiKeyId) -> Result<ApiKey, Error> {
        let mut connection = self.reader().await;
        made(format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read an API key"))?
            .as_ref()
            .map(read)
            .ok_or_else(|| Error::NotFound { what: "API key", id: id.to_string() })?
    }

    /// The key of a token's hash.
    pub async fn api_key_by_hash(&self, hash: &[u8]) -> Result<Option<ApiKey>, Error> {
        let mut connection = self.reader().await;
        made(format!("SELECT {COLUMNS} FROM api_keys WHERE hash = $1"))
            .bind(hash)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read an API key"))?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// An organization's keys, oldest first.
    pub async fn api_keys(&self, organization: OrganizationId) -> Result<Vec<ApiKey>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM api_keys WHERE organization = $1 ORDER BY id"))
            .bind(organization.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read API keys"))?;
        rows.iter().map(read).collect()
    }
}
