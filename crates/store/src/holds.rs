//! Holds beyond one request, the requests they stop, and the rows they keep.

use std::collections::HashSet;

use exeunt_base::{ActorId, HoldId, OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A request whose purge waits for the hold to be lifted.
pub const STOPPED: &str = "stopped";
/// A request whose rows were looked through: those the hold covers are kept, the others went.
pub const SET_ASIDE: &str = "set_aside";

/// A hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whose.
    pub organization: OrganizationId,
    /// What it covers: `person`, `model` or `rows`.
    pub scope: String,
    /// The model, `shop.orders`, unless it covers a person.
    pub model: Option<String>,
    /// Whom or which rows, sealed; nothing where it covers a whole model, or was lifted.
    pub sealed: Option<Vec<u8>>,
    /// What its key is made from; destroyed when it is lifted.
    pub salt: Option<Vec<u8>>,
    /// Why.
    pub because: String,
    /// By whom.
    pub placed_by: Option<ActorId>,
    /// Since when.
    pub placed_at: Timestamp,
    /// When it ends by itself, if it does.
    pub ends_at: Option<Timestamp>,
    /// When it was lifted, or had ended.
    pub lifted_at: Option<Timestamp>,
}

impl std::fmt::Debug for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hold({}, {})", self.id, self.scope)
    }
}

/// What a hold stands in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Requests whose purge waits for it.
    pub stopped: u64,
    /// Rows it keeps although their request was purged.
    pub rows: u64,
}

/// Rows of one request that a hold keeps, sealed, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The request whose purge took the rest.
    pub request: RequestId,
    /// How many.
    pub rows: u64,
    /// The rows.
    pub sealed: Vec<u8>,
}

const COLUMNS: &str =
    "id, organization, scope, model, sealed, salt, because, placed_by, placed_at, ends_at, lifted_at";

fn read(row: &Row) -> Result<Hold, Error> {
    let reading = Reading { row, what: "hold" };
    Ok(Hold {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        scope: reading.get("scope")?,
        model: reading.get("model")?,
        sealed: reading.get("sealed")?,
        salt: reading.get("salt")?,
        because: reading.get("because")?,
        placed_by: reading.id_if_any("placed_by")?,
        placed_at: reading.time("placed_at")?,
        ends_at: reading.time_if_any("ends_at")?,
        lifted_at: reading.time_if_any("lifted_at")?,
    })
}

async fn standing(connection: &mut Connection, organization: OrganizationId) -> Result<Vec<Hold>, Error> {
    let rows = made(format!(
        "SELECT {COLUMNS} FROM holds WHERE organization = $1 AND lifted_at IS NULL ORDER BY id"
    ))
    .bind(organization.to_string())
    .fetch_all(connection)
    .await;
    rows.map_err(Error::while_doing("read what is held"))?.iter().map(read).collect()
}

impl Change<'_> {
    /// Nobody else places a hold, or destroys what one may cover, before this change is over.
    pub async fn lock_holds(&mut self, organization: OrganizationId) -> Result<(), Error> {
        query("UPDATE organizations SET name = name WHERE id = $1")
            .bind(organization.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("lock what is held"))?;
        Ok(())
    }

    /// Places a hold.
    pub async fn add_hold(&mut self, hold: &Hold) -> Result<(), Error> {
        made(format!("INSERT INTO holds ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"))
            .bind(hold.id.to_string())
            .bind(hold.organization.to_string())
            .bind(&hold.scope)
            .bind(&hold.model)
            .bind(&hold.sealed)
            .bind(&hold.salt)
            .bind(&hold.because)
            .bind(hold.placed_by.map(|actor| actor.to_string()))
            .bind(hold.placed_at.as_micros())
            .bind(hold.ends_at.map(Timestamp::as_micros))
            .bind(hold.lifted_at.map(Timestamp::as_micros))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("place a hold"))?;
        Ok(())
    }

    /// What stands, as of this transaction.
    pub async fn standing_holds(&mut self, organization: OrganizationId) -> Result<Vec<Hold>, Error> {
        standing(&mut self.connection, organization).await
    }

    /// Lifts a hold: its key first, then what it kept. Gives rows by request; `None` when it was lifted already.
    pub async fn lift_hold(
        &mut self,
        id: HoldId,
        at: Timestamp,
    ) -> Result<Option<Vec<(RequestId, u64)>>, Error> {
        let doing = || Error::while_doing("lift a hold");
        let done = query(
            "UPDATE holds SET lifted_at = $2, sealed = NULL, salt = NULL WHERE id = $1 AND lifted_at IS NULL",
        )
        .bind(id.to_string())
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(doing())?;
        if done == 0 {
            return Ok(None);
        }
        let kept = query(
            "SELECT request, CAST(sum(rows) AS BIGINT) AS kept FROM held_rows WHERE hold = $1
             GROUP BY request ORDER BY request",
        )
        .bind(id.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(doing())?;
        for text in ["DELETE FROM held_rows WHERE hold = $1", "DELETE FROM held_requests WHERE hold = $1"] {
            query(text).bind(id.to_string()).execute(&mut self.connection).await.map_err(doing())?;
        }
        let rows = kept.iter().map(|row| {
            let reading = Reading { row, what: "held rows" };
            Ok((reading.id("request")?, reading.count("kept")?))
        });
        rows.collect::<Result<_, _>>().map(Some)
    }

    /// Writes down that a request's purge waits for a hold.
    pub async fn stop_for(&mut self, hold: HoldId, request: RequestId) -> Result<(), Error> {
        self.held(hold, request, STOPPED).await
    }

    /// Keeps the rows of a request that a hold covers; there may be none.
    pub async fn set_aside(
        &mut self,
        hold: HoldId,
        request: RequestId,
        parts: &[Part],
        at: Timestamp,
    ) -> Result<(), Error> {
        self.held(hold, request, SET_ASIDE).await?;
        for (part, number) in parts.iter().zip(0i64..) {
            query("INSERT INTO held_rows (hold, request, part, rows, sealed, at) VALUES ($1, $2, $3, $4, $5, $6)")
                .bind(hold.to_string())
                .bind(request.to_string())
                .bind(number)
                .bind(signed(part.rows))
                .bind(part.sealed.as_slice())
                .bind(at.as_micros())
                .execute(&mut self.connection)
                .await
                .map_err(Error::while_doing("keep rows that are on hold"))?;
        }
        Ok(())
    }

    async fn held(&mut self, hold: HoldId, request: RequestId, state: &str) -> Result<(), Error> {
        query(
            "INSERT INTO held_requests (hold, request, state) VALUES ($1, $2, $3)
             ON CONFLICT (hold, request) DO UPDATE SET state = excluded.state",
        )
        .bind(hold.to_string())
        .bind(request.to_string())
        .bind(state)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("write down what a hold stops"))?;
        Ok(())
    }
}

impl Store {
    /// One hold.
    pub async fn hold(&self, id: HoldId) -> Result<Hold, Error> {
        let row = made(format!("SELECT {COLUMNS} FROM holds WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing("read a hold"))?;
        row.as_ref().map(read).ok_or_else(|| Error::NotFound { what: "hold", id: id.to_string() })?
    }

    /// An organization's holds, those lifted too, with what they stand in the way of; the last placed first.
    pub async fn holds(&self, organization: OrganizationId) -> Result<Vec<(Hold, Kept)>, Error> {
        let columns = COLUMNS.split(", ").map(|name| format!("h.{name}")).collect::<Vec<_>>().join(", ");
        let rows = made(format!(
            "SELECT {columns},
             (SELECT count(*) FROM held_requests r WHERE r.hold = h.id AND r.state = 'stopped') AS stopped,
             (SELECT CAST(coalesce(sum(k.rows), 0) AS BIGINT) FROM held_rows k WHERE k.hold = h.id) AS kept
             FROM holds h WHERE h.organization = $1 ORDER BY h.id DESC"
        ))
        .bind(organization.to_string())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read what is held"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "hold" };
                Ok((read(row)?, Kept { stopped: reading.count("stopped")?, rows: reading.count("kept")? }))
            })
            .collect()
    }

    /// What stands.
    pub async fn standing_holds(&self, organization: OrganizationId) -> Result<Vec<Hold>, Error> {
        standing(&mut *self.reader().await, organization).await
    }

    /// Holds whose time is over and that nobody lifted yet.
    pub async fn ended_holds(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<Vec<HoldId>, Error> {
        let rows = query(
            "SELECT id FROM holds WHERE organization = $1 AND lifted_at IS NULL AND ends_at <= $2 ORDER BY id",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("look for holds that have ended"))?;
        rows.iter().map(|row| Reading { row, what: "hold" }.id("id")).collect()
    }

    /// The holds a request was held against, with the word for what came of it.
    pub async fn holds_about(&self, request: RequestId) -> Result<Vec<(HoldId, String, String)>, Error> {
        let rows = query(
            "SELECT r.hold, r.state, h.because FROM held_requests r JOIN holds h ON h.id = r.hold
             WHERE r.request = $1 ORDER BY r.hold",
        )
        .bind(request.to_string())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read what holds a request"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "hold" };
                Ok((reading.id("hold")?, reading.get("state")?, reading.get("because")?))
            })
            .collect()
    }

    /// Those of these requests that a hold beyond one request stops.
    pub async fn stopped_by_holds(&self, requests: &[RequestId]) -> Result<HashSet<RequestId>, Error> {
        let mut stopped = HashSet::new();
        let mut connection = self.reader().await;
        for requests in requests.chunks(bulk::ROWS) {
            let mut query = made(format!(
                "SELECT request FROM held_requests WHERE state = 'stopped' AND request IN ({})",
                bulk::places(requests.len())
            ));
            for request in requests {
                query = query.bind(request.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read which requests are on hold"))? {
                stopped.insert(Reading { row: &row, what: "request" }.id("request")?);
            }
        }
        Ok(stopped)
    }

    /// The rows a hold keeps.
    pub async fn held_rows(&self, hold: HoldId) -> Result<Vec<Part>, Error> {
        let rows =
            query("SELECT request, rows, sealed FROM held_rows WHERE hold = $1 ORDER BY request, part")
                .bind(hold.to_string())
                .fetch_all(&mut *self.reader().await)
                .await
                .map_err(Error::while_doing("read rows that are on hold"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "held rows" };
                Ok(Part {
                    request: reading.id("request")?,
                    rows: reading.count("rows")?,
                    sealed: reading.get("sealed")?,
                })
            })
            .collect()
    }
}
