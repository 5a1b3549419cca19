//! Webhooks: addresses that are told what happens to requests. Their secrets come here sealed.

use exeunt_base::{OrganizationId, Timestamp, WebhookId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// It is told.
pub const ON: &str = "on";
/// It is told nothing.
pub const OFF: &str = "off";

/// A webhook as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose requests it is told of.
    pub organization: OrganizationId,
    /// Where it is.
    pub address: String,
    /// What it is for, in somebody's words.
    pub note: String,
    /// Kinds of events it is told, parted by spaces; empty for all.
    pub kinds: String,
    /// Whether it is on.
    pub state: String,
    /// Why it is off.
    pub why_off: Option<String>,
    /// What signs, sealed.
    pub secret: Vec<u8>,
    /// What signed before it, sealed, and until when it signs too.
    pub old_secret: Option<Vec<u8>>,
    /// Until when.
    pub old_until: Option<Timestamp>,
    /// Since when it is known.
    pub made_at: Timestamp,
    /// Since when nothing got through.
    pub failing_since: Option<Timestamp>,
    /// It is left alone until then.
    pub rests_until: Timestamp,
}

impl std::fmt::Debug for Webhook {
    /// The address may hold somebody's token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({}, {})", self.id, self.state)
    }
}

const COLUMNS: &str = "id, organization, address, note, kinds, state, why_off, secret, old_secret, old_until, made_at, \
                       failing_since, rests_until";

fn read(row: &Row) -> Result<Webhook, Error> {
    let reading = Reading { row, what: "webhook" };
    Ok(Webhook {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        address: reading.get("address")?,
        note: reading.get("note")?,
        kinds: reading.get("kinds")?,
        state: reading.get("state")?,
        why_off: reading.get("why_off")?,
        secret: reading.get("secret")?,
        old_secret: reading.get("old_secret")?,
        old_until: reading.time_if_any("old_until")?,
        made_at: reading.time("made_at")?,
        failing_since: reading.time_if_any("failing_since")?,
        rests_until: reading.time("rests_until")?,
    })
}

async fn one(connection: &mut Connection, id: WebhookId) -> Result<Webhook, Error> {
    made(format!("SELECT {COLUMNS} FROM webhooks WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing("read a webhook"))?
        .as_ref()
        .map(read)
        .ok_or_else(|| Error::NotFound { what: "webhook", id: id.to_string() })?
}

async fn all(connection: &mut Connection, organization: OrganizationId) -> Result<Vec<Webhook>, Error> {
    let rows = made(format!("SELECT {COLUMNS} FROM webhooks WHERE organization = $1 ORDER BY id"))
        .bind(organization.to_string())
        .fetch_all(connection)
        .await;
    rows.map_err(Error::while_doing("read webhooks"))?.iter().map(read).collect()
}

impl Change<'_> {
    /// Adds a webhook.
    pub async fn add_webhook(&mut self, webhook: &Webhook) -> Result<(), Error> {
        query(
            "INSERT INTO webhooks (id, organization, address, note, kinds, state, why_off, secret, old_secret, old_until, made_at,
                failing_since, rests_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(webhook.id.to_string())
        .bind(webhook.organization.to_string())
        .bind(&webhook.address)
        .bind(&webhook.note)
        .bind(&webhook.kinds)
        .bind(&webhook.state)
        .bind(&webhook.why_off)
        .bind(&webhook.secret)
        .bind(&webhook.old_secret)
        .bind(webhook.old_until.map(Timestamp::as_micros))
        .bind(webhook.made_at.as_micros())
        .bind(webhook.failing_since.map(Timestamp::as_micros))
        .bind(webhook.rests_until.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a webhook"))?;
        Ok(())
    }

    /// One webhook, as it is within this change.
    pub async fn webhook(&mut self, id: WebhookId) -> Result<Webhook, Error> {
        one(&mut self.connection, id).await
    }

    /// An organization's webhooks, as they are within this change.
    pub async fn webhooks(&mut self, organization: OrganizationId) -> Result<Vec<Webhook>, Error> {
        all(&mut self.connection, organization).await
    }

    /// Writes a webhook that was read in this change as it is to be.
    pub async fn change_webhook(&mut self, webhook: &Webhook) -> Result<(), Error> {
        query(
            "UPDATE webhooks SET address = $2, note = $3, kinds = $4, state = $5, why_off = $6, secret = $7, old_secret = $8,
                old_until = $9, failing_since = $10, rests_until = $11
             WHERE id = $1",
        )
        .bind(webhook.id.to_string())
        .bind(&webhook.address)
        .bind(&webhook.note)
        .bind(&webhook.kinds)
        .bind(&webhook.state)
        .bind(&webhook.why_off)
        .bind(&webhook.secret)
        .bind(&webhook.old_secret)
        .bind(webhook.old_until.map(Timestamp::as_micros))
        .bind(webhook.failing_since.map(Timestamp::as_micros))
        .bind(webhook.rests_until.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("change a webhook"))?;
        Ok(())
    }

    /// Removes a webhook with all that it was told. Says how many deliveries that were.
    pub async fn remove_webhook(&mut self, id: WebhookId) -> Result<u64, Error> {
        let doing = "remove a webhook";
        let forgotten = query("DELETE FROM deliveries WHERE webhook = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        query("DELETE FROM webhooks WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(forgotten)
    }

    /// Destroys secrets that sign no more. Says how many.
    pub async fn forget_old_webhook_secrets(&mut self, now: Timestamp) -> Result<u64, Error> {
        query("UPDATE webhooks SET old_secret = NULL, old_until = NULL WHERE old_until <= $1")
            .bind(now.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget the old secrets of webhooks"))
    }
}

impl Store {
    /// One webhook.
    pub async fn webhook(&self, id: WebhookId) -> Result<Webhook, Error> {
        one(&mut *self.reader().await, id).await
    }

    /// An organization's webhooks, oldest first.
    pub async fn webhooks(&self, organization: OrganizationId) -> Result<Vec<Webhook>, Error> {
        all(&mut *self.reader().await, organization).await
    }
}
