//! What happened to requests and is to be told to webhooks. Whatever moves a request says so to its change, and the change writes
//! it down when it commits: so no way of moving one is forgotten, and nothing is told that did not happen. Where an organization
//! has no webhook that is on, nothing is written.

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

/// A request that came into a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Which.
    pub request: RequestId,
    /// What was asked for: `erasure`.
    pub right: String,
    /// The state.
    pub state: String,
    /// When; nothing where the change that moved it did not say.
    pub at: Option<Timestamp>,
}

impl Change<'_> {
    /// Notes that requests came into a state.
    pub(crate) fn has_moved(&mut self, to: &str, requests: &[RequestId]) {
        if !requests.is_empty() {
            self.moved.push((to.to_owned(), requests.to_vec()));
        }
    }

    /// Writes down what was noted, for those organizations that want to know.
    pub(crate) async fn keep_what_happened(&mut self, at: Option<Timestamp>) -> Result<(), Error> {
        let doing = "keep what happened for webhooks";
        let moved = std::mem::take(&mut self.moved);
        if moved.is_empty() {
            return Ok(());
        }
        let anybody = query("SELECT 1 AS one FROM webhooks WHERE state = 'on' LIMIT 1")
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        if anybody.is_none() {
            return Ok(());
        }
        for (state, requests) in &moved {
            for requests in requests.chunks(bulk::ROWS) {
                let mut query = made(format!(
                    "INSERT INTO happenings (organization, request, state, at)
                     SELECT r.organization, r.id, ?, ? FROM requests r WHERE r.id IN ({})
                     AND EXISTS (SELECT 1 FROM webhooks w WHERE w.organization = r.organization AND w.state = 'on')
                     ON CONFLICT DO NOTHING",
                    bulk::places(requests.len())
                ))
                .bind(state)
                .bind(at.map_or(0, Timestamp::as_micros));
                for request in requests {
                    query = query.bind(request.to_string());
                }
                query.execute(&mut self.connection).await.map_err(Error::while_doing(doing))?;
            }
        }
        Ok(())
    }

    /// Takes out what happened first, at most `limit` of it: whoever takes it makes deliveries of it in the same change.
    pub async fn take_happenings(
        &mut self,
        organization: OrganizationId,
        limit: u32,
    ) -> Result<Vec<Happening>, Error> {
        let doing = "read what happened";
        let rows = query(
            "SELECT h.request, h.state, h.at, r.kind FROM happenings h JOIN requests r ON r.id = h.request
             WHERE h.organization = $1 ORDER BY h.at, h.request, h.state LIMIT $2",
        )
        .bind(organization.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let reading = Reading { row, what: "happening" };
            let at: i64 = reading.get("at")?;
            let happening = Happening {
                request: reading.id("request")?,
                right: reading.get("kind")?,
                state: reading.get("state")?,
                at: (at > 0).then(|| Timestamp::from_micros(at)),
            };
            query(
                "DELETE FROM happenings WHERE organization = $1 AND at = $2 AND request = $3 AND state = $4",
            )
            .bind(organization.to_string())
            .bind(at)
            .bind(happening.request.to_string())
            .bind(&happening.state)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
            all.push(happening);
        }
        Ok(all)
    }
}

impl Store {
    /// Whether something happened that is not yet told.
    pub async fn has_happenings(&self, organization: OrganizationId) -> Result<bool, Error> {
        let row = query("SELECT 1 AS one FROM happenings WHERE organization = $1 LIMIT 1")
            .bind(organization.to_string())
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing("look whether something happened"))?;
        Ok(row.is_some())
    }
}
