//! Sources that were connected in the console. How to reach one comes and goes sealed.

use exeunt_base::{ActorId, Name, OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// A source as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct AddedSource {
    /// Whose.
    pub organization: OrganizationId,
    /// What the map calls it.
    pub name: Name,
    /// How to reach it, sealed.
    pub reach: Vec<u8>,
    /// Who said so last.
    pub changed_by: Option<ActorId>,
    /// When.
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for AddedSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AddedSource({} of {})", self.name, self.organization)
    }
}

fn read(row: &Row) -> Result<AddedSource, Error> {
    let reading = Reading { row, what: "source" };
    Ok(AddedSource {
        organization: reading.id("organization")?,
        name: name(&reading)?,
        reach: reading.get("reach")?,
        changed_by: reading.id_if_any("changed_by")?,
        changed_at: reading.time("changed_at")?,
    })
}

fn name(reading: &Reading<'_>) -> Result<Name, Error> {
    let text: String = reading.get("name")?;
    Name::new(&text).map_err(|why| Error::Damaged { what: reading.what, why: why.to_string() })
}

impl Change<'_> {
    /// Keeps how to reach a source, over what was kept of that name. Says whether anything was.
    pub async fn keep_source(&mut self, source: &AddedSource) -> Result<bool, Error> {
        let doing = "keep a source";
        let known = query("SELECT 1 AS known FROM added_sources WHERE organization = $1 AND name = $2")
            .bind(source.organization.to_string())
            .bind(source.name.as_str())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        query(
            "INSERT INTO added_sources (organization, name, reach, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (organization, name) DO UPDATE SET reach = excluded.reach, changed_by = excluded.changed_by,
                changed_at = excluded.changed_at",
        )
        .bind(source.organization.to_string())
        .bind(source.name.as_str())
        .bind(&source.reach)
        .bind(source.changed_by.map(|actor| actor.to_string()))
        .bind(source.changed_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        self.count_source_change(source.organization).await?;
        Ok(known.is_some())
    }

    /// Forgets how to reach a source; false when nothing was known.
    pub async fn forget_source(&mut self, organization: OrganizationId, name: &Name) -> Result<bool, Error> {
        let gone = query("DELETE FROM added_sources WHERE organization = $1 AND name = $2")
            .bind(organization.to_string())
            .bind(name.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget a source"))?;
        if gone == 0 {
            return Ok(false);
        }
        self.count_source_change(organization).await?;
        Ok(true)
    }

    async fn count_source_change(&mut self, organization: OrganizationId) -> Result<(), Error> {
        query(
            "INSERT INTO source_changes (organization, number) VALUES ($1, 1)
             ON CONFLICT (organization) DO UPDATE SET number = source_changes.number + 1",
        )
        .bind(organization.to_string())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("count a change of sources"))?;
        Ok(())
    }
}

impl Store {
    /// An organization's sources, by name.
    pub async fn added_sources(&self, organization: OrganizationId) -> Result<Vec<AddedSource>, Error> {
        let doing = "list sources";
        let mut connection = self.reader().await;
        query(
            "SELECT organization, name, reach, changed_by, changed_at FROM added_sources WHERE organization = $1
             ORDER BY name",
        )
        .bind(organization.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing(doing))?
        .iter()
        .map(read)
        .collect()
    }

    /// How often anybody's sources changed: another number means that there is something to read anew.
    pub async fn source_changes(&self) -> Result<u64, Error> {
        let doing = "look whether sources changed";
        let mut connection = self.reader().await;
        let row = query("SELECT CAST(coalesce(sum(number), 0) AS BIGINT) AS changes FROM source_changes")
            .fetch_one(&mut connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Reading { row: &row, what: "changes of sources" }.count("changes")
    }
}
