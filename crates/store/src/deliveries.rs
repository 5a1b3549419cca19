//! What webhooks are told: waiting, leased with fencing, and what became of it. Bodies hold ids and words, nothing personal.

use exeunt_base::{EventId, OrganizationId, RequestId, Timestamp, WebhookId};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Nobody told it yet.
pub const WAITING: &str = "waiting";
/// The webhook took it.
pub const DELIVERED: &str = "delivered";
/// Given up.
pub const FAILED: &str = "failed";

/// An event for a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub webhook: WebhookId,
    /// The event; the same however often it is told.
    pub event: EventId,
    /// Whose.
    pub organization: OrganizationId,
    /// What happened: `exeunt.request.hidden`.
    pub kind: String,
    /// To which request.
    pub request: Option<RequestId>,
    /// What is sent.
    pub body: String,
    /// Where it stands.
    pub state: String,
    /// When it was written down.
    pub made_at: Timestamp,
    /// Not before this.
    pub not_before: Timestamp,
    /// How often it was tried.
    pub tries: u64,
    /// When last.
    pub tried_at: Option<Timestamp>,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// Why the last try failed.
    pub trouble: Option<String>,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delivery({} to {}, {})", self.event, self.webhook, self.state)
    }
}

/// The right to tell it, until it runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The webhook.
    pub webhook: WebhookId,
    /// The event.
    pub event: EventId,
    /// Its number.
    pub fence: u64,
}

/// What came of a try.
#[derive(Debug, Clone, Copy)]
pub struct Try<'a> {
    /// When.
    pub at: Timestamp,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub trouble: Option<&'a str>,
}

const COLUMNS: &str = "webhook, event, organization, kind, request, body, state, made_at, not_before, tries, tried_at, ended_at, \
                       status, trouble";

fn read(row: &Row) -> Result<Delivery, Error> {
    let reading = Reading { row, what: "delivery" };
    let status: Option<i64> = reading.get("status")?;
    Ok(Delivery {
        webhook: reading.id("webhook")?,
        event: reading.id("event")?,
        organization: reading.id("organization")?,
        kind: reading.get("kind")?,
        request: reading.id_if_any("request")?,
        body: reading.get("body")?,
        state: reading.get("state")?,
        made_at: reading.time("made_at")?,
        not_before: reading.time("not_before")?,
        tries: reading.count("tries")?,
        tried_at: reading.time_if_any("tried_at")?,
        ended_at: reading.time_if_any("ended_at")?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        trouble: reading.get("trouble")?,
    })
}

impl Change<'_> {
    /// Adds deliveries.
    pub async fn add_deliveries(&mut self, deliveries: &[Delivery]) -> Result<(), Error> {
        for deliveries in deliveries.chunks(bulk::ROWS / 10) {
            let mut query = made(format!(
                "INSERT INTO deliveries (webhook, event, organization, kind, request, body, state, made_at, not_before) VALUES {}",
                bulk::rows(deliveries.len(), 9)
            ));
            for one in deliveries {
                query = query.bind(one.webhook.to_string()).bind(one.event.to_string());
                query = query.bind(one.organization.to_string()).bind(&one.kind);
                query = query.bind(one.request.map(|request| request.to_string()));
                query = query.bind(&one.body).bind(&one.state);
                query = query.bind(one.made_at.as_micros()).bind(one.not_before.as_micros());
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("add deliveries"))?;
        }
        Ok(())
    }

    /// Takes what a webhook has waited for longest, or what somebody took whose lease ran out. Nothing while it is off or rests.
    pub async fn take_delivery(
        &mut self,
        webhook: WebhookId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Delivery, Hold)>, Error> {
        let doing = "take a delivery";
        let row = made(format!(
            "SELECT {COLUMNS}, fence FROM deliveries
             WHERE webhook = $1 AND state = 'waiting' AND not_before <= $2 AND lease_until <= $2
             AND EXISTS (SELECT 1 FROM webhooks w WHERE w.id = $1 AND w.state = 'on' AND w.rests_until <= $2)
             ORDER BY not_before, event LIMIT 1"
        ))
        .bind(webhook.to_string())
        .bind(now.as_micros())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        let Some(row) = row else { return Ok(None) };
        let mut delivery = read(&row)?;
        let fence = Reading { row: &row, what: "delivery" }.count("fence")? + 1;
        query(
            "UPDATE deliveries SET lease_until = $3, fence = $4, tries = tries + 1 WHERE webhook = $1 AND event = $2",
        )
        .bind(webhook.to_string())
        .bind(delivery.event.to_string())
        .bind(until.as_micros())
        .bind(signed(fence))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        delivery.tries += 1;
        let hold = Hold { webhook, event: delivery.event, fence };
        Ok(Some((delivery, hold)))
    }

    /// Writes down what came of a try: it waits until `again`, or it has ended in `state`.
    pub async fn note_try(
        &mut self,
        hold: &Hold,
        tried: Try<'_>,
        state: &str,
        again: Option<Timestamp>,
    ) -> Result<(), Error> {
        let ended = (state != WAITING).then_some(tried.at);
        let done = query(
            "UPDATE deliveries SET state = $4, lease_until = 0, tried_at = $5, status = $6, trouble = $7, ended_at = $8,
                not_before = coalesce($9, not_before)
             WHERE webhook = $1 AND event = $2 AND fence = $3 AND state = 'waiting'",
        )
        .bind(hold.webhook.to_string())
        .bind(hold.event.to_string())
        .bind(signed(hold.fence))
        .bind(state)
        .bind(tried.at.as_micros())
        .bind(tried.status.map(i64::from))
        .bind(tried.trouble)
        .bind(ended.map(Timestamp::as_micros))
        .bind(again.map(Timestamp::as_micros))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("write down what came of a delivery"))?;
        if done == 1 { Ok(()) } else { Err(Error::LeaseLost { job: hold.event.to_string() }) }
    }

    /// Gives up all that waits for a webhook: it is turned off. Says how many.
    pub async fn give_deliveries_up(
        &mut self,
        webhook: WebhookId,
        trouble: &str,
        at: Timestamp,
    ) -> Result<u64, Error> {
        query(
            "UPDATE deliveries SET state = 'failed', trouble = $2, ended_at = $3, lease_until = 0
             WHERE webhook = $1 AND state = 'waiting'",
        )
        .bind(webhook.to_string())
        .bind(trouble)
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("give deliveries up"))
    }

    /// Lets a delivery that has ended wait again, as the same event. Says whether there was one.
    pub async fn send_delivery_again(
        &mut self,
        webhook: WebhookId,
        event: EventId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let done = query(
            "UPDATE deliveries SET state = 'waiting', not_before = $3, ended_at = NULL, tries = 0, lease_until = 0
             WHERE webhook = $1 AND event = $2 AND state IN ('delivered', 'failed')",
        )
        .bind(webhook.to_string())
        .bind(event.to_string())
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("send an event again"))?;
        Ok(done == 1)
    }

    /// Forgets what ended before this. Says how many.
    pub async fn forget_deliveries(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM deliveries WHERE ended_at <= $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget deliveries"))
    }
}

impl Store {
    /// Webhooks of an organization for which something waits whose turn it is.
    pub async fn webhooks_to_tell(
        &self,
        organization: OrganizationId,
        now: Timestamp,
    ) -> Result<Vec<WebhookId>, Error> {
        let rows = query(
            "SELECT w.id FROM webhooks w WHERE w.organization = $1 AND w.state = 'on' AND w.rests_until <= $2
             AND EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook = w.id AND d.state = 'waiting'
                AND d.not_before <= $2 AND d.lease_until <= $2)",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("look which webhooks are to be told"))?;
        rows.iter().map(|row| Reading { row, what: "delivery" }.id("id")).collect()
    }

    /// One delivery.
    pub async fn delivery(&self, webhook: WebhookId, event: EventId) -> Result<Delivery, Error> {
        made(format!("SELECT {COLUMNS} FROM deliveries WHERE webhook = $1 AND event = $2"))
            .bind(webhook.to_string())
            .bind(event.to_string())
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing("read a delivery"))?
            .as_ref()
            .map(read)
            .ok_or_else(|| Error::NotFound { what: "delivery", id: event.to_string() })?
    }

    /// At most `limit` of a webhook's deliveries, newest event first, older than `before` if one is named.
    pub async fn deliveries(
        &self,
        webhook: WebhookId,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let older = if before.is_some() { "AND event < ?" } else { "" };
        let mut query = made(format!(
            "SELECT {COLUMNS} FROM deliveries WHERE webhook = ? {older} ORDER BY event DESC LIMIT ?"
        ))
        .bind(webhook.to_string());
        if let Some(before) = before {
            query = query.bind(before.to_string());
        }
        let rows = query.bind(i64::from(limit)).fetch_all(&mut *self.reader().await).await;
        rows.map_err(Error::while_doing("read deliveries"))?.iter().map(read).collect()
    }
}
