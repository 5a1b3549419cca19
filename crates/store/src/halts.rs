//! Halts: sources at which work is paused, and the emergency stop of all that destroys.

use exeunt_base::{ActorId, Name, OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, query};
use crate::error::Error;
use crate::rows::Reading;

/// A halt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// The source; `None` for the emergency stop.
    pub source: Option<Name>,
    /// Why.
    pub because: String,
    /// By whom.
    pub by: Option<ActorId>,
    /// Since when.
    pub at: Timestamp,
    /// The first of the two who lift an emergency stop, once there is one.
    pub lift_by: Option<ActorId>,
    /// When they did.
    pub lift_at: Option<Timestamp>,
}

/// How a source is written; the emergency stop has none.
fn written(source: Option<&Name>) -> &str {
    source.map_or("", Name::as_str)
}

fn read(row: &Row) -> Result<Halt, Error> {
    let reading = Reading { row, what: "halt" };
    let source: String = reading.get("source")?;
    Ok(Halt {
        source: Name::new(&source).ok(),
        because: reading.get("because")?,
        by: reading.id_if_any("by_actor")?,
        at: reading.time("at")?,
        lift_by: reading.id_if_any("lift_by")?,
        lift_at: reading.time_if_any("lift_at")?,
    })
}

async fn all(connection: &mut Connection, organization: OrganizationId) -> Result<Vec<Halt>, Error> {
    let rows = query(
        "SELECT source, because, by_actor, at, lift_by, lift_at FROM halts WHERE organization = $1 ORDER BY source",
    )
    .bind(organization.to_string())
    .fetch_all(connection)
    .await;
    rows.map_err(Error::while_doing("read what is halted"))?.iter().map(read).collect()
}

impl Change<'_> {
    /// Adds a halt, unless it is there.
    pub async fn add_halt(&mut self, organization: OrganizationId, halt: &Halt) -> Result<bool, Error> {
        let done = query(
            "INSERT INTO halts (organization, source, because, by_actor, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (organization, source) DO NOTHING",
        )
        .bind(organization.to_string())
        .bind(written(halt.source.as_ref()))
        .bind(&halt.because)
        .bind(halt.by.map(|actor| actor.to_string()))
        .bind(halt.at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("halt work"))?;
        Ok(done == 1)
    }

    /// Writes down the first of the two who lift the emergency stop.
    pub async fn ask_lift(
        &mut self,
        organization: OrganizationId,
        by: ActorId,
        at: Timestamp,
    ) -> Result<(), Error> {
        query("UPDATE halts SET lift_by = $2, lift_at = $3 WHERE organization = $1 AND source = ''")
            .bind(organization.to_string())
            .bind(by.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("ask for an emergency stop to be lifted"))?;
        Ok(())
    }

    /// Removes a halt; `false` when there is none.
    pub async fn remove_halt(
        &mut self,
        organization: OrganizationId,
        source: Option<&Name>,
    ) -> Result<bool, Error> {
        let done = query("DELETE FROM halts WHERE organization = $1 AND source = $2")
            .bind(organization.to_string())
            .bind(written(source))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("let work go on"))?;
        Ok(done == 1)
    }

    /// What is halted, as of this transaction.
    pub async fn halts(&mut self, organization: OrganizationId) -> Result<Vec<Halt>, Error> {
        all(&mut self.connection, organization).await
    }

    /// Has an organization's tasks that wait for their time tried at once.
    pub async fn wake_tasks(&mut self, organization: OrganizationId, now: Timestamp) -> Result<(), Error> {
        query(
            "UPDATE tasks SET not_before = $2 WHERE organization = $1 AND state = 'waiting' AND not_before > $2",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("wake tasks"))?;
        Ok(())
    }
}

impl Store {
    /// What is halted: the emergency stop first, then sources by name.
    pub async fn halts(&self, organization: OrganizationId) -> Result<Vec<Halt>, Error> {
        all(&mut *self.reader().await, organization).await
    }
}
