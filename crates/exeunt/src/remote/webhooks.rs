//! Webhooks of a service.

use exeunt_app::webhooks::{Changed, Listed, Made, NewWebhook};
use exeunt_base::{EventId, RequestId, Secret, Timestamp, WebhookId};
use exeunt_store::deliveries::Delivery;
use serde::Deserialize;
use serde_json::json;

use crate::remote::{Error, Remote, nobody};

/// A webhook as the API tells it.
#[derive(Deserialize)]
struct Told {
    webhook: WebhookId,
    address: String,
    note: String,
    events: Vec<String>,
    on: bool,
    why_off: Option<String>,
    failing_since: Option<Timestamp>,
    two_signatures_until: Option<Timestamp>,
    made_at: Timestamp,
    /// Only where it was just made.
    #[serde(default)]
    secret: String,
}

impl Told {
    fn listed(self) -> Listed {
        Listed {
            id: self.webhook,
            address: self.address,
            note: self.note,
            kinds: self.events,
            on: self.on,
            why_off: self.why_off,
            failing_since: self.failing_since,
            both_until: self.two_signatures_until,
            made_at: self.made_at,
        }
    }

    fn made(mut self) -> Made {
        let secret = Secret::new(std::mem::take(&mut self.secret));
        Made { webhook: self.listed(), secret }
    }
}

/// A delivery as the API tells it.
#[derive(Deserialize)]
struct Delivered {
    event: EventId,
    #[serde(rename = "type")]
    kind: String,
    request: Option<RequestId>,
    state: String,
    tries: u64,
    tried_at: Option<Timestamp>,
    status: Option<u16>,
    trouble: Option<String>,
    next_try_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    made_at: Timestamp,
}

impl Delivered {
    fn delivery(self, webhook: WebhookId) -> Delivery {
        Delivery {
            webhook,
            event: self.event,
            organization: nobody(),
            kind: self.kind,
            request: self.request,
            body: String::new(),
            state: self.state,
            made_at: self.made_at,
            not_before: self.next_try_at.unwrap_or(self.made_at),
            tries: self.tries,
            tried_at: self.tried_at,
            ended_at: self.ended_at,
            status: self.status,
            trouble: self.trouble,
        }
    }
}

impl Remote {
    /// Adds one.
    pub(crate) async fn add_webhook(&self, new: &NewWebhook) -> Result<Made, Error> {
        let body = json!({ "address": new.address, "note": new.note, "events": new.kinds });
        Ok(self.post::<Told>("/webhooks", &body).await?.made())
    }

    /// All of them.
    pub(crate) async fn list_webhooks(&self) -> Result<Vec<Listed>, Error> {
        #[derive(Deserialize)]
        struct All {
            items: Vec<Told>,
        }
        let all: All = self.get("/webhooks").await?;
        Ok(all.items.into_iter().map(Told::listed).collect())
    }

    /// One of them.
    pub(crate) async fn show_webhook(&self, id: WebhookId) -> Result<Listed, Error> {
        Ok(self.get::<Told>(&format!("/webhooks/{id}")).await?.listed())
    }

    /// Changes one.
    pub(crate) async fn change_webhook(&self, id: WebhookId, changed: &Changed) -> Result<Listed, Error> {
        let mut body = json!({});
        if let Some(address) = &changed.address {
            body["address"] = json!(address);
        }
        if let Some(note) = &changed.note {
            body["note"] = json!(note);
        }
        if let Some(kinds) = &changed.kinds {
            body["events"] = json!(kinds);
        }
        if let Some(on) = changed.on {
            body["on"] = json!(on);
        }
        Ok(self.patch::<Told>(&format!("/webhooks/{id}"), &body).await?.listed())
    }

    /// Gives one another secret.
    pub(crate) async fn rotate_webhook(&self, id: WebhookId) -> Result<Made, Error> {
        Ok(self.post::<Told>(&format!("/webhooks/{id}/rotate"), &json!({})).await?.made())
    }

    /// Removes one.
    pub(crate) async fn remove_webhook(&self, id: WebhookId) -> Result<(), Error> {
        self.delete(&format!("/webhooks/{id}")).await
    }

    /// Has one told that somebody tries it.
    pub(crate) async fn test_webhook(&self, id: WebhookId) -> Result<Delivery, Error> {
        let told: Delivered = self.post(&format!("/webhooks/{id}/test"), &json!({})).await?;
        Ok(told.delivery(id))
    }

    /// What one was told.
    pub(crate) async fn webhook_deliveries(&self, id: WebhookId, limit: u32) -> Result<Vec<Delivery>, Error> {
        let told: Vec<Delivered> = self.pages(&format!("/webhooks/{id}/deliveries"), limit).await?;
        Ok(told.into_iter().map(|one| one.delivery(id)).collect())
    }

    /// Sends an event again.
    pub(crate) async fn resend_delivery(&self, id: WebhookId, event: EventId) -> Result<Delivery, Error> {
        let path = format!("/webhooks/{id}/deliveries/{event}/resend");
        let told: Delivered = self.post(&path, &json!({})).await?;
        Ok(told.delivery(id))
    }
}
