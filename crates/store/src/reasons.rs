//! Why people did something, in their own words. The log only commits to them, and they go when the person is forgotten.

use exeunt_base::{ActorId, OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::Reading;

/// A reason as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason {
    /// Whose.
    pub organization: OrganizationId,
    /// What it is about: the id of a request or a hold.
    pub subject: String,
    /// What was done: `restore`, `lift`.
    pub act: String,
    /// The words.
    pub because: String,
    /// Who did it; `None` for whoever runs the machine.
    pub by: Option<ActorId>,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reason({} {})", self.act, self.subject)
    }
}

impl Change<'_> {
    /// Keeps a reason.
    pub async fn add_reason(&mut self, reason: &Reason) -> Result<(), Error> {
        query(
            "INSERT INTO reasons (organization, subject, act, because, by_actor, at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(reason.organization.to_string())
        .bind(&reason.subject)
        .bind(&reason.act)
        .bind(&reason.because)
        .bind(reason.by.map(|actor| actor.to_string()))
        .bind(reason.at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("keep a reason"))?;
        Ok(())
    }
}

impl Change<'_> {
    /// Forgets reasons that were given about something before a moment. Says how many.
    pub async fn forget_reasons(
        &mut self,
        organization: OrganizationId,
        subject: &str,
        before: Timestamp,
    ) -> Result<u64, Error> {
        query("DELETE FROM reasons WHERE subject = $1 AND organization = $2 AND at <= $3")
            .bind(subject)
            .bind(organization.to_string())
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget reasons"))
    }
}

impl Store {
    /// The reasons given about something, the latest first.
    pub async fn reasons_about(
        &self,
        organization: OrganizationId,
        subject: &str,
    ) -> Result<Vec<Reason>, Error> {
        self.latest_reasons(organization, subject, u32::MAX).await
    }

    /// The latest of them.
    pub async fn latest_reasons(
        &self,
        organization: OrganizationId,
        subject: &str,
        most: u32,
    ) -> Result<Vec<Reason>, Error> {
        let rows = query(
            "SELECT organization, subject, act, because, by_actor, at FROM reasons
             WHERE subject = $1 AND organization = $2 ORDER BY at DESC LIMIT $3",
        )
        .bind(subject)
        .bind(organization.to_string())
        .bind(i64::from(most))
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read reasons"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "reason" };
                Ok(Reason {
                    organization: reading.id("organization")?,
                    subject: reading.get("subject")?,
                    act: reading.get("act")?,
                    because: reading.get("because")?,
                    by: reading.id_if_any("by_actor")?,
                    at: reading.time("at")?,
                })
            })
            .collect()
    }
}
