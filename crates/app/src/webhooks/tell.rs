//! From what happened to what is sent: each event once for every webhook that wants it.

use exeunt_base::EventId;
use exeunt_engine::world::chance_for_id;
use exeunt_store::deliveries::{Delivery, WAITING};
use exeunt_store::webhooks::{ON, Webhook};

use crate::error::Error;
use crate::office::Office;
use crate::webhooks::body::Happened;
use crate::webhooks::kinds;

/// Most happenings of one change.
const TOGETHER: u32 = 200;

impl Office {
    /// Makes deliveries of everything that happened. Whoever dies in between made none, or all of what they took.
    pub(super) async fn make_deliveries(&self) -> Result<(), Error> {
        let id = self.organization.id;
        while self.engine.store.has_happenings(id).await? {
            let mut change = self.engine.store.begin().await?;
            let happenings = change.take_happenings(id, TOGETHER).await?;
            if happenings.is_empty() {
                // somebody else was quicker
                return Ok(change.rollback().await?);
            }
            let mut webhooks = change.webhooks(id).await?;
            webhooks.retain(|webhook| webhook.state == ON);
            let mut deliveries = Vec::new();
            for happening in happenings {
                let Some(kind) = kinds::of_state(&happening.state) else { continue };
                let at = happening.at.unwrap_or_else(|| self.now());
                let event = EventId::new(at, chance_for_id(&*self.engine.world));
                let happened = Happened { id: event, organization: id, kind, at };
                let body = happened.about(happening.request, &happening.right, &happening.state);
                for webhook in webhooks.iter().filter(|webhook| kinds::wants(&webhook.kinds, kind)) {
                    let request = Some(happening.request);
                    deliveries
                        .push(Delivery { request, ..self.delivery(webhook, event, kind, body.clone()) });
                }
            }
            change.add_deliveries(&deliveries).await?;
            change.commit_bookkeeping().await?;
        }
        Ok(())
    }

    /// A delivery whose turn it is.
    pub(super) fn delivery(&self, to: &Webhook, event: EventId, kind: &str, body: String) -> Delivery {
        Delivery {
            webhook: to.id,
            event,
            organization: self.organization.id,
            kind: kind.to_owned(),
            request: None,
            body,
            state: WAITING.to_owned(),
            made_at: self.now(),
            not_before: self.now(),
            tries: 0,
            tried_at: None,
            ended_at: None,
            status: None,
            trouble: None,
        }
    }
}
