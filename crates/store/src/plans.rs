//! Plans: documents, their digests and who approved them.

use exeunt_base::{ActorId, OrganizationId, PlanId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::Reading;

/// A plan as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Whose.
    pub organization: OrganizationId,
    /// What is asked for.
    pub right: String,
    /// Digest of the document, hexadecimal.
    pub digest: String,
    /// The document, canonical JSON.
    pub document: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who approved it, and when.
    pub approved: Option<(ActorId, Timestamp)>,
}

impl Change<'_> {
    /// Adds a plan.
    pub async fn add_plan(&mut self, plan: &Plan) -> Result<(), Error> {
        query(
            "INSERT INTO plans (id, organization, right_asked, digest, document, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(plan.id.to_string())
        .bind(plan.organization.to_string())
        .bind(&plan.right)
        .bind(&plan.digest)
        .bind(&plan.document)
        .bind(plan.made_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a plan"))?;
        Ok(())
    }

    /// Approves exactly the document of this digest, once.
    pub async fn approve_plan(
        &mut self,
        id: PlanId,
        digest: &str,
        by: ActorId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE plans SET approved_by = $3, approved_at = $4 WHERE id = $1 AND digest = $2 AND approved_by IS NULL",
        )
        .bind(id.to_string())
        .bind(digest)
        .bind(by.to_string())
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("approve a plan"))?;
        if done == 1 {
            return Ok(());
        }
        Err(Error::State {
            what: "plan",
            id: id.to_string(),
            found: String::from("approved already, or of another digest"),
            wanted: format!("a plan with digest {digest} that nobody approved yet"),
        })
    }
}

impl Store {
    /// One plan.
    pub async fn plan(&self, id: PlanId) -> Result<Plan, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT id, organization, right_asked, digest, document, made_at, approved_by, approved_at FROM plans WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&mut connection)
        .await
        .map_err(Error::while_doing("read a plan"))?
        .ok_or_else(|| Error::NotFound { what: "plan", id: id.to_string() })?;
        let reading = Reading { row: &row, what: "plan" };
        Ok(Plan {
            id: reading.id("id")?,
            organization: reading.id("organization")?,
            right: reading.get("right_asked")?,
            digest: reading.get("digest")?,
            document: reading.get("document")?,
            made_at: reading.time("made_at")?,
            approved: reading.id_if_any("approved_by")?.zip(reading.time_if_any("approved_at")?),
        })
    }
}
