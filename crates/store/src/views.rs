//! Searches of the list of requests that people keep by a name.

use exeunt_base::{ActorId, OrganizationId, Timestamp, ViewId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// A search kept by a name. Neither holds personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// Whose.
    pub organization: OrganizationId,
    /// Who saved it.
    pub owner: ActorId,
    /// Whether everybody of the organization sees it.
    pub shared: bool,
    /// Its name.
    pub name: String,
    /// The search, in its own words.
    pub search: String,
    /// Since when it is kept.
    pub made_at: Timestamp,
}

const COLUMNS: &str = "id, organization, owner, shared, name, search, made_at";

fn read(row: &Row) -> Result<View, Error> {
    let reading = Reading { row, what: "saved view" };
    Ok(View {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        owner: reading.id("owner")?,
        shared: reading.get::<i64>("shared")? != 0,
        name: reading.get("name")?,
        search: reading.get("search")?,
        made_at: reading.time("made_at")?,
    })
}

async fn seen(
    connection: &mut Connection,
    organization: OrganizationId,
    by: ActorId,
) -> Result<Vec<View>, Error> {
    let rows = made(format!(
        "SELECT {COLUMNS} FROM saved_views WHERE organization = $1 AND (shared = 1 OR owner = $2) ORDER BY name, id"
    ))
    .bind(organization.to_string())
    .bind(by.to_string())
    .fetch_all(connection)
    .await;
    rows.map_err(Error::while_doing("read saved views"))?.iter().map(read).collect()
}

impl Change<'_> {
    /// Keeps a view.
    pub async fn add_view(&mut self, view: &View) -> Result<(), Error> {
        query(
            "INSERT INTO saved_views (id, organization, owner, shared, name, search, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(view.id.to_string())
        .bind(view.organization.to_string())
        .bind(view.owner.to_string())
        .bind(i64::from(view.shared))
        .bind(&view.name)
        .bind(&view.search)
        .bind(view.made_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("keep a view"))?;
        Ok(())
    }

    /// The views somebody sees, as of this transaction.
    pub async fn views(&mut self, organization: OrganizationId, by: ActorId) -> Result<Vec<View>, Error> {
        seen(&mut self.connection, organization, by).await
    }

    /// Forgets a view.
    pub async fn remove_view(&mut self, id: ViewId) -> Result<(), Error> {
        query("DELETE FROM saved_views WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget a view"))?;
        Ok(())
    }
}

impl Store {
    /// The views somebody sees: their own, and those that everybody of the organization sees; by name.
    pub async fn views(&self, organization: OrganizationId, by: ActorId) -> Result<Vec<View>, Error> {
        seen(&mut *self.reader().await, organization, by).await
    }
}
