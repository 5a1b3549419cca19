//! One-time tokens: a first administrator, an invitation, a reset. Kept as hashes, gone once used.

use exeunt_base::{OrganizationId, Timestamp, UserId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// Lets somebody make themselves the first administrator.
pub const SETUP: &str = "setup";
/// Lets somebody invited choose a password and a second factor.
pub const INVITATION: &str = "invitation";
/// Lets a user choose another password.
pub const RESET: &str = "reset";

/// A token as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of it.
    pub hash: Vec<u8>,
    /// Where it counts.
    pub organization: OrganizationId,
    /// [`SETUP`], [`INVITATION`] or [`RESET`].
    pub purpose: String,
    /// Whose it is.
    pub user: Option<UserId>,
    /// Until when it counts.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({}, {})", self.purpose, self.expires_at)
    }
}

const READING: &str = "read a one-time token";

fn read(row: &Row) -> Result<Token, Error> {
    let reading = Reading { row, what: "one-time token" };
    Ok(Token {
        hash: reading.get("hash")?,
        organization: reading.id("organization")?,
        purpose: reading.get("purpose")?,
        user: reading.id_if_any("account")?,
        expires_at: reading.time("expires_at")?,
    })
}

async fn find(
    connection: &mut Connection,
    hash: &[u8],
    purpose: &str,
    now: Timestamp,
) -> Result<Option<Token>, Error> {
    query(
        "SELECT hash, organization, purpose, account, expires_at FROM one_time_tokens
         WHERE hash = $1 AND purpose = $2 AND expires_at > $3",
    )
    .bind(hash)
    .bind(purpose)
    .bind(now.as_micros())
    .fetch_optional(connection)
    .await
    .map_err(Error::while_doing(READING))?
    .as_ref()
    .map(read)
    .transpose()
}

impl Change<'_> {
    /// Forgets tokens whose time is over. Says how many.
    pub async fn forget_expired_tokens(&mut self, now: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM one_time_tokens WHERE expires_at <= $1")
            .bind(now.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget one-time tokens"))
    }

    /// Adds a token.
    pub async fn add_token(&mut self, token: &Token) -> Result<(), Error> {
        query(
            "INSERT INTO one_time_tokens (hash, organization, purpose, account, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(token.hash.as_slice())
        .bind(token.organization.to_string())
        .bind(&token.purpose)
        .bind(token.user.map(|user| user.to_string()))
        .bind(token.expires_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a one-time token"))?;
        Ok(())
    }

    /// Uses a token up; none when there is none, or its time is over. Of two that try, one gets it.
    pub async fn take_token(
        &mut self,
        hash: &[u8],
        purpose: &str,
        now: Timestamp,
    ) -> Result<Option<Token>, Error> {
        let found = find(&mut self.connection, hash, purpose, now).await?;
        query("DELETE FROM one_time_tokens WHERE hash = $1 AND purpose = $2")
            .bind(hash)
            .bind(purpose)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("use a one-time token"))?;
        Ok(found)
    }

    /// Forgets an organization's tokens that are nobody's: those for a first administrator.
    pub async fn drop_setup_tokens(&mut self, organization: OrganizationId) -> Result<(), Error> {
        query("DELETE FROM one_time_tokens WHERE organization = $1 AND account IS NULL")
            .bind(organization.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget one-time tokens"))?;
        Ok(())
    }

    /// Forgets a user's tokens.
    pub async fn drop_tokens_of(&mut self, user: UserId) -> Result<(), Error> {
        query("DELETE FROM one_time_tokens WHERE account = $1")
            .bind(user.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget one-time tokens"))?;
        Ok(())
    }
}

impl Store {
    /// A token that counts now. Looking uses nothing up.
    pub async fn token(&self, hash: &[u8], purpose: &str, now: Timestamp) -> Result<Option<Token>, Error> {
        find(&mut *self.reader().await, hash, purpose, now).await
    }
}
