//! The data map where no files hold it: one draft for each organization, and the versions that were published.

use exeunt_base::{ActorId, OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// What is being worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Whose.
    pub organization: OrganizationId,
    /// One more with each change.
    pub revision: i64,
    /// The map as it was written, whether it can be read or not.
    pub text: String,
    /// Digest of the map it began from; empty where there was none.
    pub based_on: String,
    /// Who changed it last.
    pub changed_by: ActorId,
    /// When.
    pub changed_at: Timestamp,
}

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Counted from 1.
    pub version: i64,
    /// Its digest.
    pub digest: String,
    /// Who published it.
    pub published_by: ActorId,
    /// When.
    pub published_at: Timestamp,
}

/// Most versions that are listed.
const LISTED: i64 = 50;

const DRAFT: &str = "organization, revision, text, based_on, changed_by, changed_at";
const VERSION: &str = "version, digest, published_by, published_at";
const READING: &str = "read the data map";

fn draft(row: &Row) -> Result<Draft, Error> {
    let reading = Reading { row, what: "draft of the data map" };
    Ok(Draft {
        organization: reading.id("organization")?,
        revision: reading.get("revision")?,
        text: reading.get("text")?,
        based_on: reading.get("based_on")?,
        changed_by: reading.id("changed_by")?,
        changed_at: reading.time("changed_at")?,
    })
}

fn version(row: &Row) -> Result<Version, Error> {
    let reading = Reading { row, what: "data map" };
    Ok(Version {
        version: reading.get("version")?,
        digest: reading.get("digest")?,
        published_by: reading.id("published_by")?,
        published_at: reading.time("published_at")?,
    })
}

async fn one_draft(connection: &mut Connection, of: OrganizationId) -> Result<Option<Draft>, Error> {
    made(format!("SELECT {DRAFT} FROM map_drafts WHERE organization = $1"))
        .bind(of.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing("read the draft of the data map"))?
        .as_ref()
        .map(draft)
        .transpose()
}

async fn newest(connection: &mut Connection, of: OrganizationId) -> Result<Option<Version>, Error> {
    made(format!("SELECT {VERSION} FROM map_versions WHERE organization = $1 ORDER BY version DESC LIMIT 1"))
        .bind(of.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing(READING))?
        .as_ref()
        .map(version)
        .transpose()
}

impl Change<'_> {
    /// The draft of an organization, as of this transaction.
    pub async fn map_draft(&mut self, of: OrganizationId) -> Result<Option<Draft>, Error> {
        one_draft(&mut self.connection, of).await
    }

    /// The version in force, as of this transaction.
    pub async fn newest_map(&mut self, of: OrganizationId) -> Result<Option<Version>, Error> {
        newest(&mut self.connection, of).await
    }

    /// Keeps a draft in place of the one before it.
    pub async fn put_map_draft(&mut self, draft: &Draft) -> Result<(), Error> {
        query(
            "INSERT INTO map_drafts (organization, revision, text, based_on, changed_by, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (organization) DO UPDATE SET revision = excluded.revision, text = excluded.text,
             based_on = excluded.based_on, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        )
        .bind(draft.organization.to_string())
        .bind(draft.revision)
        .bind(&draft.text)
        .bind(&draft.based_on)
        .bind(draft.changed_by.to_string())
        .bind(draft.changed_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("keep the draft of the data map"))?;
        Ok(())
    }

    /// Forgets the draft.
    pub async fn remove_map_draft(&mut self, of: OrganizationId) -> Result<(), Error> {
        query("DELETE FROM map_drafts WHERE organization = $1")
            .bind(of.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget the draft of the data map"))?;
        Ok(())
    }

    /// Adds a version, which is in force from then on.
    pub async fn add_map(&mut self, of: OrganizationId, new: &Version, text: &str) -> Result<(), Error> {
        query(
            "INSERT INTO map_versions (organization, version, digest, text, published_by, published_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(of.to_string())
        .bind(new.version)
        .bind(&new.digest)
        .bind(text)
        .bind(new.published_by.to_string())
        .bind(new.published_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("publish the data map"))?;
        Ok(())
    }
}

impl Store {
    /// The draft of an organization.
    pub async fn map_draft(&self, of: OrganizationId) -> Result<Option<Draft>, Error> {
        one_draft(&mut *self.reader().await, of).await
    }

    /// The version in force.
    pub async fn newest_map(&self, of: OrganizationId) -> Result<Option<Version>, Error> {
        newest(&mut *self.reader().await, of).await
    }

    /// The text of a version.
    pub async fn map_text(&self, of: OrganizationId, version: i64) -> Result<String, Error> {
        let row = query("SELECT text FROM map_versions WHERE organization = $1 AND version = $2")
            .bind(of.to_string())
            .bind(version)
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing(READING))?
            .ok_or_else(|| Error::NotFound { what: "data map", id: version.to_string() })?;
        Reading { row: &row, what: "data map" }.get("text")
    }

    /// The last versions, newest first.
    pub async fn map_versions(&self, of: OrganizationId) -> Result<Vec<Version>, Error> {
        let rows = made(format!(
            "SELECT {VERSION} FROM map_versions WHERE organization = $1 ORDER BY version DESC LIMIT {LISTED}"
        ))
        .bind(of.to_string())
        .fetch_all(&mut *self.reader().await)
        .await;
        rows.map_err(Error::while_doing(READING))?.iter().map(version).collect()
    }
}
