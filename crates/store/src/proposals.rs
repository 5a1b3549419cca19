//! What one person wants and another has to want too.

use exeunt_base::{ActorId, OrganizationId, ProposalId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// Wanted by one person.
pub const OPEN: &str = "open";
/// Wanted by another one too.
pub const CONFIRMED: &str = "confirmed";
/// Not wanted any more.
pub const WITHDRAWN: &str = "withdrawn";
/// Done, where once is all it counts for.
pub const SPENT: &str = "spent";

/// A proposal as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// Whose.
    pub organization: OrganizationId,
    /// What is to be done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Act, subject and everything about it, as it was then.
    pub digest: String,
    /// The same in words.
    pub what: String,
    /// Who wants it: the person.
    pub by: ActorId,
    /// Since when.
    pub made_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// [`OPEN`], [`CONFIRMED`], [`WITHDRAWN`] or [`SPENT`].
    pub state: String,
    /// Who confirmed or withdrew it.
    pub ended_by: Option<ActorId>,
    /// When.
    pub ended_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, organization, act, subject, digest, what, by_actor, made_at, expires_at, state, ended_by, ended_at";
const READING: &str = "read what takes two people";

fn read(row: &Row) -> Result<Proposal, Error> {
    let reading = Reading { row, what: "proposal" };
    Ok(Proposal {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        act: reading.get("act")?,
        subject: reading.get("subject")?,
        digest: reading.get("digest")?,
        what: reading.get("what")?,
        by: reading.id("by_actor")?,
        made_at: reading.time("made_at")?,
        expires_at: reading.time("expires_at")?,
        state: reading.get("state")?,
        ended_by: reading.id_if_any("ended_by")?,
        ended_at: reading.time_if_any("ended_at")?,
    })
}

async fn one(connection: &mut Connection, id: ProposalId) -> Result<Proposal, Error> {
    made(format!("SELECT {COLUMNS} FROM proposals WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing(READING))?
        .as_ref()
        .map(read)
        .ok_or_else(|| Error::NotFound { what: "proposal", id: id.to_string() })?
}

impl Change<'_> {
    /// Adds a proposal.
    pub async fn add_proposal(&mut self, proposal: &Proposal) -> Result<(), Error> {
        query(
            "INSERT INTO proposals (id, organization, act, subject, digest, what, by_actor, made_at, expires_at, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(proposal.id.to_string())
        .bind(proposal.organization.to_string())
        .bind(&proposal.act)
        .bind(&proposal.subject)
        .bind(&proposal.digest)
        .bind(&proposal.what)
        .bind(proposal.by.to_string())
        .bind(proposal.made_at.as_micros())
        .bind(proposal.expires_at.as_micros())
        .bind(&proposal.state)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("propose what takes two people"))?;
        Ok(())
    }

    /// One proposal, as it is within this change.
    pub async fn proposal(&mut self, id: ProposalId) -> Result<Proposal, Error> {
        one(&mut self.connection, id).await
    }

    /// The proposal of a digest that counts now, open or confirmed.
    pub async fn standing_proposal(
        &mut self,
        organization: OrganizationId,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<Proposal>, Error> {
        made(format!(
            "SELECT {COLUMNS} FROM proposals WHERE organization = $1 AND digest = $2 AND expires_at > $3
             AND state IN ('open', 'confirmed') ORDER BY id DESC LIMIT 1"
        ))
        .bind(organization.to_string())
        .bind(digest)
        .bind(now.as_micros())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(Error::while_doing(READING))?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// Moves a proposal from one state to another; false when it is in none of those it may be moved from.
    pub async fn move_proposal(
        &mut self,
        id: ProposalId,
        from: &str,
        to: &str,
        by: ActorId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let done = query(
            "UPDATE proposals SET state = $3, ended_by = $4, ended_at = $5 WHERE id = $1 AND state = $2",
        )
        .bind(id.to_string())
        .bind(from)
        .bind(to)
        .bind(by.to_string())
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("confirm or withdraw what takes two people"))?;
        Ok(done == 1)
    }

    /// Has a confirmed proposal count no more, now that it was done.
    pub async fn spend_proposal(&mut self, id: ProposalId) -> Result<(), Error> {
        query("UPDATE proposals SET state = 'spent' WHERE id = $1 AND state = 'confirmed'")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("note that what took two people was done"))?;
        Ok(())
    }

    /// Forgets proposals whose time was over before. Says how many.
    pub async fn forget_proposals(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM proposals WHERE expires_at <= $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget what took two people"))
    }
}

impl Store {
    /// One proposal.
    pub async fn proposal(&self, id: ProposalId) -> Result<Proposal, Error> {
        one(&mut *self.reader().await, id).await
    }

    /// An organization's proposals, newest first.
    pub async fn proposals(&self, organization: OrganizationId) -> Result<Vec<Proposal>, Error> {
        let rows = made(format!("SELECT {COLUMNS} FROM proposals WHERE organization = $1 ORDER BY id DESC"))
            .bind(organization.to_string())
            .fetch_all(&mut *self.reader().await)
            .await;
        rows.map_err(Error::while_doing(READING))?.iter().map(read).collect()
    }
}
