//! Requests: who asked for what (sealed), where it stands, and the salt that opens their rows in the vault.

mod reading;
pub mod search;
mod waiting;

pub use crate::requests::reading::Filter;

use std::collections::HashSet;

use exeunt_base::{ActorId, JobId, OrganizationId, PlanId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// A request as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Whose.
    pub organization: OrganizationId,
    /// `access`, `portability`, `erasure`, …
    pub kind: String,
    /// Where it stands.
    pub state: String,
    /// When the person asked.
    pub received_at: Timestamp,
    /// When it was entered here.
    pub entered_at: Timestamp,
    /// Who entered it; `None` where nobody wrote that down, or the person did it themselves.
    pub entered_by: Option<ActorId>,
    /// The person's identifiers, sealed under the case key.
    pub identities: Option<Vec<u8>>,
    /// The case key, wrapped.
    pub case_key: Option<Vec<u8>>,
    /// The salt that opens its rows in the vault.
    pub salt: Option<Vec<u8>>,
    /// When the window ends.
    pub window_ends_at: Option<Timestamp>,
    /// Why purge is held, if it is.
    pub held_because: Option<String>,
    /// When the hold ends by itself, if it does.
    pub held_until: Option<Timestamp>,
    /// Rows by model and action, counted when purge began.
    pub tally: Option<String>,
    /// The plan that answers it.
    pub plan: Option<PlanId>,
    /// The job that carries it out.
    pub job: Option<JobId>,
    /// Its number within the job.
    pub claimant: Option<u32>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({}, {}, {})", self.id, self.kind, self.state)
    }
}

const COLUMNS: &str = "id, organization, kind, state, received_at, entered_at, entered_by, identities, case_key, salt, \
                       window_ends_at, held_because, held_until, tally, plan, job, claimant";

fn read(row: &Row) -> Result<Request, Error> {
    let reading = Reading { row, what: "request" };
    let claimant: Option<i64> = reading.get("claimant")?;
    Ok(Request {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        kind: reading.get("kind")?,
        state: reading.get("state")?,
        received_at: reading.time("received_at")?,
        entered_at: reading.time("entered_at")?,
        entered_by: reading.id_if_any("entered_by")?,
        identities: reading.get("identities")?,
        case_key: reading.get("case_key")?,
        salt: reading.get("salt")?,
        window_ends_at: reading.time_if_any("window_ends_at")?,
        held_because: reading.get("held_because")?,
        held_until: reading.time_if_any("held_until")?,
        tally: reading.get("tally")?,
        plan: reading.id_if_any("plan")?,
        job: reading.id_if_any("job")?,
        claimant: claimant.and_then(|number| u32::try_from(number).ok()),
    })
}

impl Change<'_> {
    /// Adds a request.
    pub async fn add_request(&mut self, request: &Request) -> Result<(), Error> {
        query(
            "INSERT INTO requests (id, organization, kind, state, received_at, entered_at, identities, case_key, salt, entered_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(request.id.to_string())
        .bind(request.organization.to_string())
        .bind(&request.kind)
        .bind(&request.state)
        .bind(request.received_at.as_micros())
        .bind(request.entered_at.as_micros())
        .bind(&request.identities)
        .bind(&request.case_key)
        .bind(&request.salt)
        .bind(request.entered_by.map(|actor| actor.to_string()))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a request"))?;
        self.has_moved(&request.state, &[request.id]);
        Ok(())
    }

    /// Moves a request from one state to another; refuses when it is in none of `from`.
    pub async fn move_request(&mut self, id: RequestId, from: &[&str], to: &str) -> Result<(), Error> {
        let found = self.one_must_be_in(id, from).await?;
        query("UPDATE requests SET state = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(to)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("move a request"))?;
        if found != to {
            self.has_moved(to, &[id]);
        }
        Ok(())
    }

    /// Refuses when a request is in none of these states; gives the one it is in.
    async fn one_must_be_in(&mut self, id: RequestId, states: &[&str]) -> Result<String, Error> {
        let row = query("SELECT state FROM requests WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a request"))?
            .ok_or_else(|| Error::NotFound { what: "request", id: id.to_string() })?;
        let found: String = Reading { row: &row, what: "request" }.get("state")?;
        if states.contains(&found.as_str()) {
            return Ok(found);
        }
        Err(Error::State { what: "request", id: id.to_string(), found, wanted: states.join(" or ") })
    }

    /// Moves many requests from one of `from` to `to`; refuses when one of them is in none of those.
    pub async fn move_requests(&mut self, ids: &[RequestId], from: &[&str], to: &str) -> Result<(), Error> {
        for ids in ids.chunks(bulk::ROWS) {
            self.must_be_in(ids, from).await?;
            if from != [to] {
                let there = if from.contains(&to) { self.those_in(ids, to).await? } else { HashSet::new() };
                self.set_for_all(ids, "state = ?", &[to]).await?;
                let moved: Vec<RequestId> = ids.iter().copied().filter(|id| !there.contains(id)).collect();
                self.has_moved(to, &moved);
            }
        }
        Ok(())
    }

    /// Ties many requests to the plan that answers them, and moves them from one of `from` to `to`.
    pub async fn plan_requests(
        &mut self,
        ids: &[RequestId],
        plan: PlanId,
        from: &[&str],
        to: &str,
    ) -> Result<(), Error> {
        let plan = plan.to_string();
        for ids in ids.chunks(bulk::ROWS) {
            self.must_be_in(ids, from).await?;
            self.set_for_all(ids, "plan = ?, state = ?", &[&plan, to]).await?;
            self.has_moved(to, ids);
        }
        Ok(())
    }

    /// Refuses when one of these requests is in none of these states.
    async fn must_be_in(&mut self, ids: &[RequestId], states: &[&str]) -> Result<(), Error> {
        let (in_ids, in_states) = (bulk::places(ids.len()), bulk::places(states.len()));
        let text =
            format!("SELECT count(*) AS fit FROM requests WHERE id IN ({in_ids}) AND state IN ({in_states})");
        let mut query = made(text);
        for id in ids {
            query = query.bind(id.to_string());
        }
        for state in states {
            query = query.bind(*state);
        }
        let row = query.fetch_one(&mut self.connection).await.map_err(Error::while_doing("read requests"))?;
        let fit = Reading { row: &row, what: "request" }.count("fit")?;
        if fit == ids.len() as u64 {
            return Ok(());
        }
        for id in ids {
            self.one_must_be_in(*id, states).await?;
        }
        Err(Error::Damaged { what: "request", why: String::from("one was named twice") })
    }

    /// Those of many requests that are in a state.
    async fn those_in(&mut self, ids: &[RequestId], state: &str) -> Result<HashSet<RequestId>, Error> {
        let text = format!("SELECT id FROM requests WHERE state = ? AND id IN ({})", bulk::places(ids.len()));
        let mut query = made(text).bind(state);
        for id in ids {
            query = query.bind(id.to_string());
        }
        let rows =
            query.fetch_all(&mut self.connection).await.map_err(Error::while_doing("read requests"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    async fn set_for_all(
        &mut self,
        ids: &[RequestId],
        columns: &'static str,
        values: &[&str],
    ) -> Result<(), Error> {
        let text = format!("UPDATE requests SET {columns} WHERE id IN ({})", bulk::places(ids.len()));
        let mut query = made(text);
        for value in values {
            query = query.bind(*value);
        }
        for id in ids {
            query = query.bind(id.to_string());
        }
        query.execute(&mut self.connection).await.map_err(Error::while_doing("move requests"))?;
        Ok(())
    }

    /// Ties requests to their job; their order gives the claimant numbers, from 0. One that was approved and waits for
    /// its `first` job takes none when it has one already: two processes may start the same plan in the same moment.
    pub async fn set_requests_job(
        &mut self,
        ids: &[RequestId],
        job: JobId,
        first: bool,
    ) -> Result<(), Error> {
        let mut claimant = 0i64;
        for ids in ids.chunks(bulk::ROWS) {
            let text = format!(
                "UPDATE requests SET job = ?, claimant = given.column2 FROM (VALUES {}) AS given
                 WHERE id = given.column1 AND (job IS NULL OR ? = 0)",
                bulk::rows(ids.len(), 2)
            );
            let mut query = made(text).bind(job.to_string());
            for id in ids {
                query = query.bind(id.to_string()).bind(claimant);
                claimant += 1;
            }
            let query = query.bind(i64::from(first));
            let done = query.execute(&mut self.connection).await;
            let done = done.map_err(Error::while_doing("tie requests to their job"))?;
            if done != ids.len() as u64 {
                return Err(Error::State {
                    what: "request of job",
                    id: job.to_string(),
                    found: String::from("tied to a job already"),
                    wanted: String::from("a request without a job"),
                });
            }
        }
        Ok(())
    }

    /// Replaces what is known of many people, sealed.
    pub async fn set_all_identities(&mut self, sealed: &[(RequestId, Vec<u8>)]) -> Result<(), Error> {
        for sealed in sealed.chunks(bulk::ROWS) {
            let text = format!(
                "UPDATE requests SET identities = given.column2 FROM (VALUES {}) AS given WHERE id = given.column1",
                bulk::rows(sealed.len(), 2)
            );
            let mut query = made(text);
            for (id, identities) in sealed {
                query = query.bind(id.to_string()).bind(identities.as_slice());
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("keep requests' identities"))?;
        }
        Ok(())
    }

    /// A job's requests in a state, as of this transaction.
    pub async fn requests_in(&mut self, job: JobId, state: &str) -> Result<Vec<RequestId>, Error> {
        let rows = query("SELECT id FROM requests WHERE job = $1 AND state = $2 ORDER BY claimant")
            .bind(job.to_string())
            .bind(state)
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a job's requests"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// A job's requests of which the vault holds rows, as of this transaction.
    pub async fn requests_with_rows(&mut self, job: JobId) -> Result<Vec<RequestId>, Error> {
        let rows = query(
            "SELECT id FROM requests WHERE job = $1 AND EXISTS (SELECT 1 FROM blob_claims c WHERE c.request = requests.id)",
        )
        .bind(job.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(Error::while_doing("read whose rows a job struck"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// Starts the windows of all requests of a job that are still in `from`, moving them to `to`.
    pub async fn open_windows(
        &mut self,
        job: JobId,
        from: &str,
        to: &str,
        ends: Timestamp,
    ) -> Result<u64, Error> {
        let rows = query(
            "UPDATE requests SET state = $3, window_ends_at = $4 WHERE job = $1 AND state = $2 RETURNING id",
        )
        .bind(job.to_string())
        .bind(from)
        .bind(to)
        .bind(ends.as_micros())
        .fetch_all(&mut self.connection)
        .await
        .map_err(Error::while_doing("open recovery windows"))?;
        let moved: Result<Vec<RequestId>, Error> =
            rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect();
        let moved = moved?;
        self.has_moved(to, &moved);
        Ok(moved.len() as u64)
    }

    /// Ends the windows of those requests of a job of which the vault holds nothing.
    pub async fn end_empty_windows(&mut self, job: JobId, state: &str, now: Timestamp) -> Result<(), Error> {
        query(
            "UPDATE requests SET window_ends_at = $3 WHERE job = $1 AND state = $2
             AND NOT EXISTS (SELECT 1 FROM blob_claims c WHERE c.request = requests.id)",
        )
        .bind(job.to_string())
        .bind(state)
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("end the windows of requests without rows"))?;
        Ok(())
    }

    /// Requests of a job that are in a state, and when their windows end.
    pub async fn windows_of(
        &mut self,
        job: JobId,
        state: &str,
    ) -> Result<Vec<(RequestId, Option<Timestamp>)>, Error> {
        let rows = query("SELECT id, window_ends_at FROM requests WHERE job = $1 AND state = $2")
            .bind(job.to_string())
            .bind(state)
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::while_doing("read recovery windows"))?;
        let read = |row| {
            let reading = Reading { row, what: "request" };
            Ok((reading.id("id")?, reading.time_if_any("window_ends_at")?))
        };
        rows.iter().map(read).collect()
    }

    /// Places a hold, which may end by itself, or lifts one.
    pub async fn set_hold(
        &mut self,
        id: RequestId,
        because: Option<&str>,
        until: Option<Timestamp>,
    ) -> Result<(), Error> {
        query("UPDATE requests SET held_because = $2, held_until = $3 WHERE id = $1")
            .bind(id.to_string())
            .bind(because)
            .bind(until.map(Timestamp::as_micros))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("hold a request"))?;
        Ok(())
    }

    /// Lifts the holds of an organization that have ended; says of which requests.
    pub async fn lift_ended_holds(
        &mut self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<Vec<RequestId>, Error> {
        let rows = query(
            "UPDATE requests SET held_because = NULL, held_until = NULL
             WHERE organization = $1 AND held_because IS NOT NULL AND held_until <= $2 RETURNING id",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_all(&mut self.connection)
        .await
        .map_err(Error::while_doing("lift holds that have ended"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// Corrects when a request was received.
    pub async fn set_received(&mut self, id: RequestId, at: Timestamp) -> Result<(), Error> {
        query("UPDATE requests SET received_at = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("correct when a request was received"))?;
        Ok(())
    }

    /// Keeps what was counted before the rows became unreadable.
    pub async fn set_tally(&mut self, id: RequestId, tally: &str) -> Result<(), Error> {
        query("UPDATE requests SET tally = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(tally)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a request's tally"))?;
        Ok(())
    }

    /// Why purge is held, if it is, as of this transaction.
    pub async fn hold_of(&mut self, id: RequestId) -> Result<Option<String>, Error> {
        let row = query("SELECT held_because FROM requests WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a request's hold"))?;
        match row {
            Some(row) => Reading { row: &row, what: "request" }.get("held_because"),
            None => Ok(None),
        }
    }

    /// Destroys a request's salt: from the commit on, its rows in the vault cannot be opened by anyone.
    pub async fn destroy_salt(&mut self, id: RequestId) -> Result<(), Error> {
        query("UPDATE requests SET salt = NULL WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("destroy a request's salt"))?;
        Ok(())
    }

    /// Destroys what is known of the person, when nobody needs it any more, with what they said and what led to other
    /// requests of theirs.
    pub async fn destroy_identities(&mut self, id: RequestId) -> Result<(), Error> {
        for statement in [
            "UPDATE requests SET identities = NULL, case_key = NULL WHERE id = $1",
            "UPDATE intakes SET words = NULL WHERE request = $1",
            "DELETE FROM request_marks WHERE request = $1",
            "DELETE FROM contact_marks WHERE request = $1",
            "DELETE FROM reasons WHERE subject = $1",
            "DELETE FROM remarks WHERE request = $1",
            // what the last letter told names nobody
            "UPDATE letters SET said = NULL WHERE request = $1 AND said IS NOT NULL AND word NOT IN ('finished', 'no_data')",
        ] {
            query(statement)
                .bind(id.to_string())
                .execute(&mut self.connection)
                .await
                .map_err(Error::while_doing("destroy a request's identities"))?;
        }
        Ok(())
    }
}
