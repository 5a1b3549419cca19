//! Organizations: whose data, whose log.

use exeunt_base::{OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Place, query};
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

/// Refuses a store that is somebody's already.
pub(crate) async fn must_be_none(connection: &mut Connection, place: &Place) -> Result<(), Error> {
    let row = query("SELECT count(*) AS known FROM organizations")
        .fetch_one(connection)
        .await
        .map_err(Error::while_doing("read organizations"))?;
    match (Reading { row: &row, what: "organization" }).count("known")? {
        0 => Ok(()),
        _ => Err(Error::OtherHome { place: place.to_string() }),
    }
}

impl Change<'_> {
    /// Adds the organization a new home is made for. Refuses when another home was there first.
    pub async fn add_first_organization(
        &mut self,
        organization: &Organization,
        place: &Place,
    ) -> Result<(), Error> {
        must_be_none(&mut self.connection, place).await?;
        self.add_organization(organization).await
    }

    /// Adds an organization.
    pub async fn add_organization(&mut self, organization: &Organization) -> Result<(), Error> {
        query("INSERT INTO organizations (id, name, origin, created_at) VALUES ($1, $2, $3, $4)")
            .bind(organization.id.to_string())
            .bind(&organization.name)
            .bind(&organization.origin)
            .bind(organization.created_at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("add an organization"))?;
        Ok(())
    }
}

impl Store {
    /// All organizations, oldest first.
    pub async fn organizations(&self) -> Result<Vec<Organization>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT id, name, origin, created_at FROM organizations ORDER BY id")
            .fetch_all(&mut connection)
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
