//! Requests that nobody asked: the time of what another request had left was over.

use exeunt_base::{ActorId, JobId, OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

/// A follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The request that erases.
    pub request: RequestId,
    /// The one that had left rows.
    pub origin: RequestId,
    /// Where the former stands.
    pub state: String,
    /// When it was made.
    pub at: Timestamp,
}

/// A follow-up that is not on its way yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFollowUp {
    /// The request that erases.
    pub request: RequestId,
    /// What it is for: erasure, or anonymization.
    pub kind: String,
    /// Its job, which nobody has begun; absent where there is none.
    pub job: Option<JobId>,
    /// Who approved the plan by which the rows stayed, and by which they go at the end of their time.
    pub approved_by: Option<ActorId>,
}

impl Change<'_> {
    /// Writes down that a request follows another up.
    pub async fn add_follow_up(
        &mut self,
        organization: OrganizationId,
        request: RequestId,
        origin: RequestId,
        at: Timestamp,
    ) -> Result<(), Error> {
        query("INSERT INTO follow_ups (request, organization, origin, at) VALUES ($1, $2, $3, $4)")
            .bind(request.to_string())
            .bind(organization.to_string())
            .bind(origin.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("add a follow-up"))?;
        Ok(())
    }
}

impl Store {
    /// What followed a request up, the oldest first.
    pub async fn follow_ups_of(&self, origin: RequestId) -> Result<Vec<FollowUp>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT f.request, f.origin, f.at, r.state FROM follow_ups f JOIN requests r ON r.id = f.request
             WHERE f.origin = $1 ORDER BY f.request",
        )
        .bind(origin.to_string())
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read follow-ups"))?;
        let read = |row| {
            let reading = Reading { row, what: "follow-up" };
            Ok(FollowUp {
                request: reading.id("request")?,
                origin: reading.id("origin")?,
                state: reading.get("state")?,
                at: reading.time("at")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Which of these requests follow others up, and which.
    pub async fn origins_of(&self, requests: &[RequestId]) -> Result<Vec<(RequestId, RequestId)>, Error> {
        let mut connection = self.reader().await;
        let mut origins = Vec::new();
        for requests in requests.chunks(bulk::ROWS) {
            let text = format!(
                "SELECT request, origin FROM follow_ups WHERE request IN ({})",
                bulk::places(requests.len())
            );
            let query = requests.iter().fold(made(text), |query, id| query.bind(id.to_string()));
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read follow-ups"))? {
                let reading = Reading { row: &row, what: "follow-up" };
                origins.push((reading.id("request")?, reading.id("origin")?));
            }
        }
        Ok(origins)
    }

    /// Follow-ups in one of `states` that nothing holds and whose job, if there is one, is still in `queued`.
    pub async fn open_follow_ups(
        &self,
        organization: OrganizationId,
        states: &[&str],
        queued: &str,
    ) -> Result<Vec<OpenFollowUp>, Error> {
        let text = format!(
            "SELECT r.id, r.kind, r.job, p.approved_by FROM follow_ups f
             JOIN requests r ON r.id = f.request JOIN requests o ON o.id = f.origin
             LEFT JOIN plans p ON p.id = o.plan LEFT JOIN jobs j ON j.id = r.job
             WHERE f.organization = ? AND r.held_because IS NULL AND o.held_because IS NULL
             AND (j.state IS NULL OR j.state = ?) AND r.state IN ({}) ORDER BY r.id",
            bulk::places(states.len())
        );
        let query = made(text).bind(organization.to_string()).bind(queued);
        let query = states.iter().fold(query, |query, state| query.bind(*state));
        let mut connection = self.reader().await;
        let rows = query.fetch_all(&mut connection).await.map_err(Error::while_doing("read follow-ups"))?;
        let read = |row| {
            let reading = Reading { row, what: "follow-up" };
            Ok(OpenFollowUp {
                request: reading.id("id")?,
                kind: reading.get("kind")?,
                job: reading.id_if_any("job")?,
                approved_by: reading.id_if_any("approved_by")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
