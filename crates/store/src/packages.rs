//! Packages handed over on access: where the file is, until when, and the key that dies first.

use exeunt_base::{OrganizationId, PackageId, RequestId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A package as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// Whose.
    pub organization: OrganizationId,
    /// The request it answers.
    pub request: RequestId,
    /// File name within the packages folder.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// Rows in it.
    pub rows: u64,
    /// Its own key, wrapped.
    pub key: Option<Vec<u8>>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When key and file are destroyed.
    pub expires_at: Timestamp,
    /// How often it was opened here.
    pub opened: u64,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Package({})", self.id)
    }
}

fn read(row: &Row) -> Result<Package, Error> {
    let reading = Reading { row, what: "package" };
    Ok(Package {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        request: reading.id("request")?,
        file: reading.get("file")?,
        digest: reading.get("digest")?,
        bytes: reading.count("bytes")?,
        rows: reading.count("rows")?,
        key: reading.get("key")?,
        made_at: reading.time("made_at")?,
        expires_at: reading.time("expires_at")?,
        opened: reading.count("opened")?,
        removed_at: reading.time_if_any("removed_at")?,
    })
}

const COLUMNS: &str =
    "id, organization, request, file, digest, bytes, rows, key, made_at, expires_at, opened, removed_at";

impl Change<'_> {
    /// Adds a package.
    pub async fn add_package(&mut self, package: &Package) -> Result<(), Error> {
        query(
            "INSERT INTO packages (id, organization, request, file, digest, bytes, rows, key, made_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(package.id.to_string())
        .bind(package.organization.to_string())
        .bind(package.request.to_string())
        .bind(&package.file)
        .bind(&package.digest)
        .bind(signed(package.bytes))
        .bind(signed(package.rows))
        .bind(&package.key)
        .bind(package.made_at.as_micros())
        .bind(package.expires_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a package"))?;
        Ok(())
    }

    /// Counts that somebody opened a package.
    pub async fn count_opening(&mut self, id: PackageId) -> Result<(), Error> {
        query("UPDATE packages SET opened = opened + 1 WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("count an opened package"))?;
        Ok(())
    }

    /// Destroys a package's key and marks it removed; the file goes after the commit.
    pub async fn remove_package(&mut self, id: PackageId, at: Timestamp) -> Result<(), Error> {
        query("UPDATE packages SET key = NULL, removed_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("remove a package"))?;
        Ok(())
    }
}

impl Store {
    /// One package.
    pub async fn package(&self, id: PackageId) -> Result<Package, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM packages WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a package"))?
            .ok_or_else(|| Error::NotFound { what: "package", id: id.to_string() })?;
        read(&row)
    }

    /// The package that was made last for a request.
    pub async fn last_package_of(&self, request: RequestId) -> Result<Option<Package>, Error> {
        let mut connection = self.reader().await;
        let text = made(format!(
            "SELECT {COLUMNS} FROM packages WHERE request = $1 ORDER BY made_at DESC, id LIMIT 1"
        ));
        let row = text.bind(request.to_string()).fetch_optional(&mut connection).await;
        row.map_err(Error::while_doing("read a request's packages"))?.map(|row| read(&row)).transpose()
    }

    /// At most `limit` of an organization's packages, newest first, older than `before` if one is named.
    pub async fn packages_page(
        &self,
        organization: OrganizationId,
        before: Option<PackageId>,
        limit: u32,
    ) -> Result<Vec<Package>, Error> {
        let older = if before.is_some() { "AND id < ?" } else { "" };
        let mut query = made(format!(
            "SELECT {COLUMNS} FROM packages WHERE organization = ? {older} ORDER BY id DESC LIMIT ?"
        ))
        .bind(organization.to_string());
        if let Some(before) = before {
            query = query.bind(before.to_string());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read packages"))?.iter().map(read).collect()
    }

    /// An organization's packages whose time has come and that are still there, oldest first.
    pub async fn packages_due(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<Vec<Package>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM packages WHERE organization = $1 AND removed_at IS NULL AND expires_at <= $2 ORDER BY id"
        ))
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read packages whose time has come"))?;
        rows.iter().map(read).collect()
    }

    /// An organization's packages, newest first.
    pub async fn packages(&self, organization: OrganizationId) -> Result<Vec<Package>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM packages WHERE organization = $1 ORDER BY id DESC"))
            .bind(organization.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read packages"))?;
        rows.iter().map(read).collect()
    }
}
