//! Organizations: whose data, whose log.

use exeunt_base::{OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::error::Error;
use crate::rows::Reading;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, for letters.
    pub name: String,
    /// The origin of its log: a schema-less URL.
    pub origin: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl Change<'_> {
    /// Adds an organization.
    pub async fn add_organization(&mut self, organization: &Organization) -> Result<(), Error> {
        sqlx::query("INSERT INTO organizations (id, name, origin, created_at) VALUES ($1, $2, $3, $4)")
            .bind(organization.id.to_string())
            .bind(&organization.name)
            .bind(&organization.origin)
            .bind(organization.created_at.as_micros())
            .execute(&mut *self.connection)
            .await
            .map_err(Error::while_doing("add an organization"))?;
        Ok(())
    }
}

impl Store {
    /// All organizations, oldest first.
    pub async fn organizations(&self) -> Result<Vec<Organization>, Error> {
        let mut connection = self.lock().await;
        let rows = sqlx::query("SELECT id, name, origin, created_at FROM organizations ORDER BY id")
            .fetch_all(&mut *connection)
            .await
            .map_err(Error::while_doing("read organizations"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "organization" };
                Ok(Organization {
                    id: reading.id("id")?,
                    name: reading.get("name")?,
                    origin: reading.get("origin")?,
                    created_at: reading.time("created_at")?,
                })
            })
            .collect()
    }
}
