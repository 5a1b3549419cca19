//! Sessions: a user signed in somewhere, by a token kept as a hash. One that ended is gone.

use exeunt_base::{OrganizationId, SessionId, Timestamp, UserId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// A session as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// SHA-256 of its token.
    pub hash: Vec<u8>,
    /// Where.
    pub organization: OrganizationId,
    /// Whose.
    pub user: UserId,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// When the second factor was last shown.
    pub fresh_at: Timestamp,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({}, {})", self.id, self.user)
    }
}

fn read(row: &Row) -> Result<Session, Error> {
    let reading = Reading { row, what: "session" };
    Ok(Session {
        id: reading.id("id")?,
        hash: reading.get("hash")?,
        organization: reading.id("organization")?,
        user: reading.id("account")?,
        made_at: reading.time("made_at")?,
        used_at: reading.time("used_at")?,
        ends_at: reading.time("ends_at")?,
        fresh_at: reading.time("fresh_at")?,
    })
}

const READING: &str = "read sessions";

impl Change<'_> {
    /// Adds a session.
    pub async fn add_session(&mut self, session: &Session) -> Result<(), Error> {
        query(
            "INSERT INTO sessions (id, hash, organization, account, made_at, used_at, ends_at, fresh_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(session.id.to_string())
        .bind(session.hash.as_slice())
        .bind(session.organization.to_string())
        .bind(session.user.to_string())
        .bind(session.made_at.as_micros())
        .bind(session.used_at.as_micros())
        .bind(session.ends_at.as_micros())
        .bind(session.fresh_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a session"))?;
        Ok(())
    }

    /// Notes that a session was used.
    pub async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), Error> {
        query("UPDATE sessions SET used_at = $2 WHERE id = $1 AND used_at < $2")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("note that a session was used"))?;
        Ok(())
    }

    /// Gives a session another token after its user showed their second factor; false when it has ended, or when somebody
    /// else did so first.
    pub async fn renew_session(
        &mut self,
        id: SessionId,
        former: &[u8],
        hash: &[u8],
        at: Timestamp,
    ) -> Result<bool, Error> {
        let changed =
            query("UPDATE sessions SET hash = $3, fresh_at = $4, used_at = $4 WHERE id = $1 AND hash = $2")
                .bind(id.to_string())
                .bind(former)
                .bind(hash)
                .bind(at.as_micros())
                .execute(&mut self.connection)
                .await
                .map_err(Error::while_doing("renew a session"))?;
        Ok(changed == 1)
    }

    /// Ends a session; false when it had ended already.
    pub async fn end_session(&mut self, id: SessionId) -> Result<bool, Error> {
        let ended = query("DELETE FROM sessions WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("end a session"))?;
        Ok(ended == 1)
    }

    /// Ends a user's sessions, but for one they may keep. Says how many.
    pub async fn end_sessions_of(&mut self, user: UserId, but: Option<SessionId>) -> Result<u64, Error> {
        query("DELETE FROM sessions WHERE account = $1 AND id <> $2")
            .bind(user.to_string())
            .bind(but.map_or_else(String::new, |id| id.to_string()))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("end sessions"))
    }

    /// Forgets sessions that ended by themselves: their last moment has come, or nobody used them since `idle`. Says how many.
    pub async fn forget_ended_sessions(&mut self, now: Timestamp, idle: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM sessions WHERE ends_at <= $1 OR used_at <= $2")
            .bind(now.as_micros())
            .bind(idle.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget ended sessions"))
    }
}

impl Store {
    /// The session of a token's hash.
    pub async fn session_by_hash(&self, hash: &[u8]) -> Result<Option<Session>, Error> {
        let mut connection = self.reader().await;
        query(
            "SELECT id, hash, organization, account, made_at, used_at, ends_at, fresh_at FROM sessions WHERE hash = $1",
        )
        .bind(hash)
        .fetch_optional(&mut connection)
        .await
        .map_err(Error::while_doing(READING))?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// An organization's sessions, oldest first, also those that ended by themselves and were not forgotten yet.
    pub async fn sessions(&self, organization: OrganizationId) -> Result<Vec<Session>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT id, hash, organization, account, made_at, used_at, ends_at, fresh_at FROM sessions
             WHERE organization = $1 ORDER BY id",
        )
        .bind(organization.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing(READING))?;
        rows.iter().map(read).collect()
    }
}
