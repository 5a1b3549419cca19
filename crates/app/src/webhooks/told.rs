//! What a webhook was told: looked at, tried, and sent again.

use exeunt_audit::kind::Kind;
use exeunt_base::{EventId, WebhookId};
use exeunt_engine::world::chance_for_id;
use exeunt_store::deliveries::{Delivery, WAITING};
use exeunt_store::webhooks::{ON, Webhook};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::webhooks::body::Happened;
use crate::webhooks::kinds::TEST;

impl Office {
    /// At most `limit` of what a webhook was told, newest event first, older than `before` if one is named.
    pub async fn webhook_deliveries(
        &self,
        actor: &Actor,
        id: WebhookId,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        self.webhook(id).await?;
        Ok(self.engine.store.deliveries(id, before, limit).await?)
    }

    /// Has a webhook told that somebody tries it.
    pub async fn test_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Delivery, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        let webhook = self.webhook_that_is_on(id).await?;
        let at = self.now();
        let event = EventId::new(at, chance_for_id(&*self.engine.world));
        let happened = Happened { id: event, organization: self.organization.id, kind: TEST, at };
        let delivery = self.delivery(&webhook, event, TEST, happened.test());
        let mut change = self.engine.store.begin().await?;
        change.add_deliveries(std::slice::from_ref(&delivery)).await?;
        let entry = self.event(Kind::WebhookTested, actor).about(id);
        change.commit(self.organization.id, &[entry]).await?;
        Ok(delivery)
    }

    /// Sends an event again, by the same id.
    pub async fn resend_delivery(
        &self,
        actor: &Actor,
        id: WebhookId,
        event: EventId,
    ) -> Result<Delivery, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        self.webhook_that_is_on(id).await?;
        let delivery = self.engine.store.delivery(id, event).await?;
        let mut change = self.engine.store.begin().await?;
        if !change.send_delivery_again(id, event, self.now()).await? {
            change.rollback().await?;
            return Err(Error::Refused("E0928", format!("event `{event}` is waiting to be sent already")));
        }
        let entry = self.event(Kind::WebhookResent, actor).about(id).fact("event", event);
        change.commit(self.organization.id, &[entry]).await?;
        Ok(Delivery {
            state: WAITING.to_owned(),
            tries: 0,
            not_before: self.now(),
            ended_at: None,
            ..delivery
        })
    }

    async fn webhook_that_is_on(&self, id: WebhookId) -> Result<Webhook, Error> {
        let webhook = self.webhook(id).await?;
        if webhook.state == ON {
            return Ok(webhook);
        }
        Err(Error::Refused("E0928", format!("webhook `{id}` is off, and is told nothing; turn it on first")))
    }
}
