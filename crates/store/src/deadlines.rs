//! Deadlines: what the law asks of each request and by when. Days are text, of the organization's own zone; this room
//! does not reckon with them.

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// When a request must be answered, and what moved that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Of which request.
    pub request: RequestId,
    /// Whose.
    pub organization: OrganizationId,
    /// The pack's id.
    pub regime: String,
    /// And its version when the request was opened.
    pub pack_version: u32,
    /// The day of receipt: `2026-11-22`.
    pub received_on: String,
    /// Receipt is confirmed by this day, where the law sets one.
    pub acknowledge_by: Option<String>,
    /// When it was.
    pub acknowledged_at: Option<Timestamp>,
    /// The answer is due on this day.
    pub answer_by: String,
    /// Days for which the clock stood still, all pauses that are over together.
    pub paused_days: u32,
    /// The clock stands still since this day.
    pub paused_on: Option<String>,
    /// On this ground.
    pub pause_ground: Option<String>,
    /// The day it was extended.
    pub extended_on: Option<String>,
    /// The kind of reason.
    pub extension_reason: Option<String>,
    /// Grounds on which the request was refused.
    pub refusal_grounds: Vec<String>,
    /// When it was answered, refused or taken back.
    pub answered_at: Option<Timestamp>,
    /// How often it was changed.
    pub moves: u64,
}

/// What a report counts of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The right it asks for.
    pub kind: String,
    /// Where it stands.
    pub state: String,
    /// The day of receipt: `2026-11-22`.
    pub received_on: String,
    /// The answer is due on this day.
    pub answer_by: String,
    /// When it was answered, refused or taken back.
    pub answered_at: Option<Timestamp>,
    /// Whether it was extended.
    pub extended: bool,
    /// Grounds on which it was refused.
    pub refusal_grounds: Vec<String>,
}

/// A day on which answers are due that are not given yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDay {
    /// It: `2026-11-22`.
    pub day: String,
    /// How many.
    pub due: u64,
    /// How many of them are late.
    pub overdue: u64,
    /// Of how many of them the clock stands still.
    pub paused: u64,
}

const COLUMNS: &str = "request, organization, regime, pack_version, received_on, acknowledge_by, acknowledged_at, \
                       answer_by, paused_days, paused_on, pause_ground, extended_on, extension_reason, \
                       refusal_grounds, answered_at, moves";

fn grounds_of(reading: &Reading<'_>) -> Result<Vec<String>, Error> {
    let grounds: Option<String> = reading.get("refusal_grounds")?;
    Ok(grounds.iter().flat_map(|all| all.split(' ')).map(str::to_owned).collect())
}

fn read(row: &Row) -> Result<Deadline, Error> {
    let reading = Reading { row, what: "deadline" };
    let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Deadline {
        request: reading.id("request")?,
        organization: reading.id("organization")?,
        regime: reading.get("regime")?,
        pack_version: small(reading.count("pack_version")?),
        received_on: reading.get("received_on")?,
        acknowledge_by: reading.get("acknowledge_by")?,
        acknowledged_at: reading.time_if_any("acknowledged_at")?,
        answer_by: reading.get("answer_by")?,
        paused_days: small(reading.count("paused_days")?),
        paused_on: reading.get("paused_on")?,
        pause_ground: reading.get("pause_ground")?,
        extended_on: reading.get("extended_on")?,
        extension_reason: reading.get("extension_reason")?,
        refusal_grounds: grounds_of(&reading)?,
        answered_at: reading.time_if_any("answered_at")?,
        moves: reading.count("moves")?,
    })
}

impl Change<'_> {
    /// Adds the deadlines of new requests.
    pub async fn add_deadlines(&mut self, deadlines: &[&Deadline]) -> Result<(), Error> {
        for deadlines in deadlines.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO deadlines (request, organization, regime, pack_version, received_on, acknowledge_by, \
                 answer_by) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(deadlines.len(), 7)
            );
            let mut query = made(text);
            for deadline in deadlines {
                query = query
                    .bind(deadline.request.to_string())
                    .bind(deadline.organization.to_string())
                    .bind(&deadline.regime)
                    .bind(i64::from(deadline.pack_version))
                    .bind(&deadline.received_on)
                    .bind(&deadline.acknowledge_by)
                    .bind(&deadline.answer_by);
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("add the deadlines of requests"))?;
        }
        Ok(())
    }

    /// Writes down a deadline that was read and changed. Refuses when somebody else changed it in between.
    pub async fn move_deadline(&mut self, deadline: &Deadline) -> Result<(), Error> {
        let grounds = (!deadline.refusal_grounds.is_empty()).then(|| deadline.refusal_grounds.join(" "));
        let done = query(
            "UPDATE deadlines SET acknowledged_at = $3, answer_by = $4, paused_days = $5, paused_on = $6,
                 pause_ground = $7, extended_on = $8, extension_reason = $9, refusal_grounds = $10,
                 answered_at = $11, received_on = $12, acknowledge_by = $13, moves = moves + 1
             WHERE request = $1 AND moves = $2",
        )
        .bind(deadline.request.to_string())
        .bind(signed(deadline.moves))
        .bind(deadline.acknowledged_at.map(Timestamp::as_micros))
        .bind(&deadline.answer_by)
        .bind(i64::from(deadline.paused_days))
        .bind(&deadline.paused_on)
        .bind(&deadline.pause_ground)
        .bind(&deadline.extended_on)
        .bind(&deadline.extension_reason)
        .bind(grounds)
        .bind(deadline.answered_at.map(Timestamp::as_micros))
        .bind(&deadline.received_on)
        .bind(&deadline.acknowledge_by)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("move a deadline"))?;
        if done == 1 {
            return Ok(());
        }
        Err(Error::State {
            what: "deadline of request",
            id: deadline.request.to_string(),
            found: String::from("changed by somebody else in this moment"),
            wanted: String::from("as it was read; look again and decide"),
        })
    }

    /// Writes down that a request was answered; the first answer counts.
    pub async fn note_answered(&mut self, request: RequestId, at: Timestamp) -> Result<(), Error> {
        query(
            "UPDATE deadlines SET answered_at = $2, moves = moves + 1 WHERE request = $1 AND answered_at IS NULL",
        )
        .bind(request.to_string())
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("note that a request was answered"))?;
        Ok(())
    }

    /// Writes down that the person was told that their request is here; the first time counts.
    pub async fn note_acknowledged(&mut self, request: RequestId, at: Timestamp) -> Result<(), Error> {
        query(
            "UPDATE deadlines SET acknowledged_at = $2, moves = moves + 1
             WHERE request = $1 AND acknowledged_at IS NULL",
        )
        .bind(request.to_string())
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("note that a request was acknowledged"))?;
        Ok(())
    }

    /// Keeps a pack under which a request is opened.
    pub async fn keep_pack(
        &mut self,
        organization: OrganizationId,
        id: &str,
        version: u32,
        body: &str,
    ) -> Result<(), Error> {
        query("INSERT INTO packs (organization, id, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(organization.to_string())
            .bind(id)
            .bind(i64::from(version))
            .bind(body)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a regime pack"))?;
        Ok(())
    }
}

impl Store {
    /// The deadline of a request, if it has one.
    pub async fn deadline(&self, request: RequestId) -> Result<Option<Deadline>, Error> {
        Ok(self.deadlines(&[request]).await?.pop())
    }

    /// The deadlines of requests, in no order; one that has none is left out.
    pub async fn deadlines(&self, requests: &[RequestId]) -> Result<Vec<Deadline>, Error> {
        let mut found = Vec::with_capacity(requests.len());
        let mut connection = self.reader().await;
        for requests in requests.chunks(bulk::ROWS) {
            let mut query = made(format!(
                "SELECT {COLUMNS} FROM deadlines WHERE request IN ({})",
                bulk::places(requests.len())
            ));
            for request in requests {
                query = query.bind(request.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read deadlines"))? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// Deadlines not answered yet, those due first ones first: by this day, at most so many.
    pub async fn open_deadlines(
        &self,
        organization: OrganizationId,
        by: &str,
        limit: u32,
    ) -> Result<Vec<Deadline>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM deadlines WHERE organization = $1 AND answered_at IS NULL AND answer_by <= $2
             ORDER BY answer_by, request LIMIT $3"
        ))
        .bind(organization.to_string())
        .bind(by)
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read deadlines"))?;
        rows.iter().map(read).collect()
    }

    /// Days on which answers are due that are not given yet, from the one to the other, counted; late is what was not given on
    /// `today` though its day was over, as long as its clock ran.
    pub async fn due_days(
        &self,
        organization: OrganizationId,
        from: &str,
        to: &str,
        today: &str,
    ) -> Result<Vec<DueDay>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT answer_by, count(*) AS due, count(paused_on) AS paused,
                    count(CASE WHEN answer_by < coalesce(paused_on, $4) THEN 1 END) AS overdue
             FROM deadlines WHERE organization = $1 AND answered_at IS NULL AND answer_by >= $2 AND answer_by <= $3
             GROUP BY answer_by ORDER BY answer_by",
        )
        .bind(organization.to_string())
        .bind(from)
        .bind(to)
        .bind(today)
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("count deadlines by day"))?;
        let read = |row| {
            let reading = Reading { row, what: "day of deadlines" };
            Ok(DueDay {
                day: reading.get("answer_by")?,
                due: reading.count("due")?,
                overdue: reading.count("overdue")?,
                paused: reading.count("paused")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A pack that requests were opened under.
    pub async fn pack(
        &self,
        organization: OrganizationId,
        id: &str,
        version: u32,
    ) -> Result<Option<String>, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT body FROM packs WHERE organization = $1 AND id = $2 AND version = $3")
            .bind(organization.to_string())
            .bind(id)
            .bind(i64::from(version))
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a regime pack"))?;
        row.map(|row| Reading { row: &row, what: "regime pack" }.get("body")).transpose()
    }

    /// Requests received within these days, both among them, as reports count them.
    pub async fn requests_received(
        &self,
        organization: OrganizationId,
        from: &str,
        to: &str,
    ) -> Result<Vec<Received>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT r.kind, r.state, d.received_on, d.answer_by, d.answered_at, d.extended_on, d.refusal_grounds
             FROM deadlines d JOIN requests r ON r.id = d.request
             WHERE d.organization = $1 AND d.received_on >= $2 AND d.received_on <= $3",
        )
        .bind(organization.to_string())
        .bind(from)
        .bind(to)
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read the deadlines of a period"))?;
        let one = |row: &Row| {
            let reading = Reading { row, what: "request" };
            let extended_on: Option<String> = reading.get("extended_on")?;
            Ok(Received {
                kind: reading.get("kind")?,
                state: reading.get("state")?,
                received_on: reading.get("received_on")?,
                answer_by: reading.get("answer_by")?,
                answered_at: reading.time_if_any("answered_at")?,
                extended: extended_on.is_some(),
                refusal_grounds: grounds_of(&reading)?,
            })
        };
        rows.iter().map(one).collect()
    }
}
