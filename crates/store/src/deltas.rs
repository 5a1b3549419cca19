//! What happened to requests for erasure and is to be written into the delta tables of sources, and how far each of them is.

use exeunt_base::{EventId, Name, OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::jobs::FREE_LEASE;
use crate::rows::{Reading, signed};

/// Something that happened, and to whom.
#[derive(Clone, PartialEq, Eq)]
pub struct DeltaEvent {
    /// Its id.
    pub id: EventId,
    /// The request it happened to.
    pub request: RequestId,
    /// What happened.
    pub event: String,
    /// The model whose rows its person is; `None` when no map could be read.
    pub model: Option<String>,
    /// The keys of those rows, sealed; `None` while nobody knows them.
    pub keys: Option<Vec<u8>>,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for DeltaEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeltaEvent({}, {} of {})", self.id, self.event, self.request)
    }
}

/// How far a source's table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaMark {
    /// The source.
    pub source: Name,
    /// Everything up to this number is there.
    pub sequence: u64,
    /// The right to move the mark.
    pub fence: u64,
    /// When somebody last began to push.
    pub tried_at: Timestamp,
    /// When rows last arrived.
    pub pushed_at: Option<Timestamp>,
    /// When old rows were last looked for.
    pub swept_at: Option<Timestamp>,
    /// Rows pushed so far.
    pub rows: u64,
    /// Events that grew too old before they arrived.
    pub given_up: u64,
    /// Why the last push stopped.
    pub trouble: Option<String>,
}

/// How much waits for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Events.
    pub events: u64,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
}

const MARK: &str = "source, sequence, fence, tried_at, pushed_at, swept_at, rows, given_up, trouble";

fn mark(row: &Row) -> Result<DeltaMark, Error> {
    let reading = Reading { row, what: "mark of a delta table" };
    let source: String = reading.get("source")?;
    let source = Name::new(&source)
        .map_err(|error| Error::Damaged { what: "mark of a delta table", why: error.to_string() })?;
    Ok(DeltaMark {
        source,
        sequence: reading.count("sequence")?,
        fence: reading.count("fence")?,
        tried_at: reading.time("tried_at")?,
        pushed_at: reading.time_if_any("pushed_at")?,
        swept_at: reading.time_if_any("swept_at")?,
        rows: reading.count("rows")?,
        given_up: reading.count("given_up")?,
        trouble: reading.get("trouble")?,
    })
}

impl Change<'_> {
    /// Adds events, in this order. Their numbers are above all that were given before, in this store or an older copy of it:
    /// they go by the clock, and forward also when that does not.
    pub async fn add_delta_events(
        &mut self,
        organization: OrganizationId,
        events: &[DeltaEvent],
        now: Timestamp,
    ) -> Result<(), Error> {
        let doing = "keep events for delta tables";
        let Some(more) = i64::try_from(events.len()).ok().filter(|more| *more > 0) else { return Ok(()) };
        let row = query("SELECT sequence FROM delta_heads WHERE organization = $1")
            .bind(organization.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        let last = match &row {
            Some(row) => Reading { row, what: "delta event" }.get("sequence")?,
            None => 0,
        };
        let first = now.as_micros().max(last + 1);
        query(
            "INSERT INTO delta_heads (organization, sequence) VALUES ($1, $2)
             ON CONFLICT (organization) DO UPDATE SET sequence = $2",
        )
        .bind(organization.to_string())
        .bind(first + more - 1)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        let mut sequence = first;
        for events in events.chunks(bulk::ROWS) {
            let mut query = made(format!(
                "INSERT INTO delta_events (organization, sequence, id, request, event, model, keys, at) VALUES {}",
                bulk::rows(events.len(), 8)
            ));
            for event in events {
                query = query.bind(organization.to_string()).bind(sequence).bind(event.id.to_string());
                query = query.bind(event.request.to_string()).bind(&event.event).bind(&event.model);
                query = query.bind(&event.keys).bind(event.at.as_micros());
                sequence += 1;
            }
            query.execute(&mut self.connection).await.map_err(Error::while_doing(doing))?;
        }
        Ok(())
    }

    /// Writes down whose an event is, once that is known.
    pub async fn set_delta_keys(&mut self, id: EventId, keys: &[u8]) -> Result<(), Error> {
        query("UPDATE delta_events SET keys = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(keys)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep whose an event is"))?;
        Ok(())
    }

    /// Begins to push to a source's table: whoever did so before can move its mark no more.
    pub async fn take_delta_mark(
        &mut self,
        organization: OrganizationId,
        source: &Name,
        now: Timestamp,
    ) -> Result<DeltaMark, Error> {
        let doing = "begin to push to a delta table";
        query(
            "INSERT INTO delta_marks (organization, source, sequence, fence, tried_at, rows, given_up)
             VALUES ($1, $2, 0, 1, $3, 0, 0)
             ON CONFLICT (organization, source) DO UPDATE SET fence = delta_marks.fence + 1, tried_at = $3, trouble = NULL",
        )
        .bind(organization.to_string())
        .bind(source.as_str())
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        let row = made(format!("SELECT {MARK} FROM delta_marks WHERE organization = $1 AND source = $2"))
            .bind(organization.to_string())
            .bind(source.as_str())
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        mark(&row)
    }

    /// Moves the mark: everything up to `sequence` is there.
    pub async fn move_delta_mark(
        &mut self,
        organization: OrganizationId,
        taken: &DeltaMark,
        sequence: u64,
        rows: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE delta_marks SET sequence = $4, rows = rows + $5, pushed_at = $6
             WHERE organization = $1 AND source = $2 AND fence = $3 AND sequence <= $4",
        )
        .bind(organization.to_string())
        .bind(taken.source.as_str())
        .bind(signed(taken.fence))
        .bind(signed(sequence))
        .bind(signed(rows))
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("mark how far a delta table is"))?;
        ours(done, taken)
    }

    /// Writes down that old rows were looked for, or why a push stopped. Whoever lost the mark changes nothing.
    pub async fn note_delta_mark(
        &mut self,
        organization: OrganizationId,
        taken: &DeltaMark,
        swept_at: Option<Timestamp>,
        trouble: Option<&str>,
    ) -> Result<(), Error> {
        query(
            "UPDATE delta_marks SET swept_at = coalesce($4, swept_at), trouble = $5
             WHERE organization = $1 AND source = $2 AND fence = $3",
        )
        .bind(organization.to_string())
        .bind(taken.source.as_str())
        .bind(signed(taken.fence))
        .bind(swept_at.map(Timestamp::as_micros))
        .bind(trouble)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("note how a push went"))?;
        Ok(())
    }

    /// Destroys events that all of these sources have. Says how many.
    pub async fn forget_delta_events(
        &mut self,
        organization: OrganizationId,
        sources: &[&Name],
    ) -> Result<u64, Error> {
        let text = format!(
            "DELETE FROM delta_events WHERE organization = ? AND
             (SELECT count(*) FROM delta_marks m WHERE m.organization = delta_events.organization
                AND m.source IN ({}) AND m.sequence >= delta_events.sequence) = ?",
            bulk::places(sources.len())
        );
        let mut query = made(text).bind(organization.to_string());
        for source in sources {
            query = query.bind(source.as_str());
        }
        let query = query.bind(signed(sources.len() as u64));
        query
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("destroy events that are pushed"))
    }

    /// Destroys events that are older, pushed or not, and counts them for every source that has not got them. Says how many.
    pub async fn give_up_delta_events(
        &mut self,
        organization: OrganizationId,
        before: Timestamp,
    ) -> Result<u64, Error> {
        let doing = "give up events for delta tables";
        query(
            "UPDATE delta_marks SET given_up = given_up + (SELECT count(*) FROM delta_events e
               WHERE e.organization = delta_marks.organization AND e.sequence > delta_marks.sequence AND e.at < $2)
             WHERE organization = $1",
        )
        .bind(organization.to_string())
        .bind(before.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        query("DELETE FROM delta_events WHERE organization = $1 AND at < $2")
            .bind(organization.to_string())
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))
    }
}

fn ours(done: u64, taken: &DeltaMark) -> Result<(), Error> {
    if done == 1 {
        return Ok(());
    }
    Err(Error::State {
        what: "delta table of source",
        id: taken.source.to_string(),
        found: String::from("being pushed to by another process"),
        wanted: String::from(FREE_LEASE),
    })
}

impl Store {
    /// Events after a number, in order.
    pub async fn delta_events(
        &self,
        organization: OrganizationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<(u64, DeltaEvent)>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT sequence, id, request, event, model, keys, at FROM delta_events
             WHERE organization = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        )
        .bind(organization.to_string())
        .bind(signed(after))
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read events for delta tables"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "delta event" };
                let event = DeltaEvent {
                    id: reading.id("id")?,
                    request: reading.id("request")?,
                    event: reading.get("event")?,
                    model: reading.get("model")?,
                    keys: reading.get("keys")?,
                    at: reading.time("at")?,
                };
                Ok((reading.count("sequence")?, event))
            })
            .collect()
    }

    /// How far each source is that was ever pushed to.
    pub async fn delta_marks(&self, organization: OrganizationId) -> Result<Vec<DeltaMark>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {MARK} FROM delta_marks WHERE organization = $1 ORDER BY source"))
            .bind(organization.to_string())
            .fetch_all(&mut connection)
            .await;
        rows.map_err(Error::while_doing("read how far delta tables are"))?.iter().map(mark).collect()
    }

    /// How much happened after a number.
    pub async fn delta_waiting(&self, organization: OrganizationId, after: u64) -> Result<Waiting, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT count(*) AS events, min(at) AS oldest FROM delta_events WHERE organization = $1 AND sequence > $2",
        )
        .bind(organization.to_string())
        .bind(signed(after))
        .fetch_one(&mut connection)
        .await
        .map_err(Error::while_doing("count events for delta tables"))?;
        let reading = Reading { row: &row, what: "delta event" };
        Ok(Waiting { events: reading.count("events")?, oldest: reading.time_if_any("oldest")? })
    }

    /// Whether an organization has events older than this.
    pub async fn has_delta_events_before(
        &self,
        organization: OrganizationId,
        before: Timestamp,
    ) -> Result<bool, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT 1 AS one FROM delta_events WHERE organization = $1 AND at < $2 LIMIT 1")
            .bind(organization.to_string())
            .bind(before.as_micros())
            .fetch_optional(&mut connection)
            .await;
        Ok(row.map_err(Error::while_doing("read events for delta tables"))?.is_some())
    }
}
