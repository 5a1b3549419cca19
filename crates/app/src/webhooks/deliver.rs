//! Telling webhooks: taken by a lease, sent outside any transaction, and noted. Whoever dies between a webhook's *yes* and the note
//! lets the event be sent a second time, by the same id.

use exeunt_audit::kind::Kind;
use exeunt_base::{Secret, WebhookId};
use exeunt_outbound::{Address, Answer, Call, Trouble};
use exeunt_store::deliveries::{DELIVERED, Delivery, FAILED, Hold, Try, WAITING};
use exeunt_store::webhooks::{OFF, ON, Webhook};
use tokio::task::JoinSet;
use tracing::{Instrument, error_span, info, warn};

use crate::error::Error;
use crate::office::Office;
use crate::webhooks::body::CONTENT;
use crate::webhooks::retry::{self, PATIENCE_SECONDS};
use crate::webhooks::secret::signatures;
use crate::work::Stop;

/// How long a delivery is in one sender's hands: longer than the longest call.
const HOLD_SECONDS: i64 = 60;
/// How long one webhook is told before the others have their turn again.
const TURN_SECONDS: i64 = 5;

/// Nobody needs it any more.
pub(super) const GONE: &str = "gone";
/// Nothing got through for days.
pub(super) const FAILING: &str = "failing";
/// Somebody turned it off.
pub(crate) const BY_HAND: &str = "by_hand";

impl Office {
    /// Tells webhooks what happened, each in a way of its own: one that is slow is nobody else's trouble.
    pub(crate) async fn tell_webhooks(&self, stop: &Stop) -> Result<(), Error> {
        self.make_deliveries().await?;
        let mut telling = JoinSet::new();
        for webhook in self.engine.store.webhooks_to_tell(self.organization.id, self.now()).await? {
            let (office, stop) = (self.clone(), stop.clone());
            let span = error_span!("webhook", %webhook);
            telling.spawn(async move { office.tell_webhook(webhook, &stop).await }.instrument(span));
        }
        let mut trouble = None;
        while let Some(told) = telling.join_next().await {
            if let Ok(Err(error)) = told {
                trouble = Some(error);
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    async fn tell_webhook(&self, id: WebhookId, stop: &Stop) -> Result<(), Error> {
        let end = self.now().plus_seconds(TURN_SECONDS);
        while !stop.is_said() && self.now() < end {
            let now = self.now();
            let mut change = self.engine.store.begin().await?;
            let Some((delivery, hold)) =
                change.take_delivery(id, now, now.plus_seconds(HOLD_SECONDS)).await?
            else {
                return Ok(change.rollback().await?);
            };
            let webhook = change.webhook(id).await?;
            change.commit_bookkeeping().await?;
            let answer = self.send(&webhook, &delivery).await?;
            match self.note(&delivery, &hold, answer).await {
                // it was removed meanwhile, or somebody else has it in hand
                Err(Error::Store(
                    exeunt_store::Error::LeaseLost { .. } | exeunt_store::Error::NotFound { .. },
                )) => return Ok(()),
                noted => noted?,
            }
        }
        Ok(())
    }

    async fn send(&self, webhook: &Webhook, delivery: &Delivery) -> Result<Result<Answer, Trouble>, Error> {
        let (id, seconds) = (delivery.event.to_string(), self.now().as_micros().div_euclid(1_000_000));
        let signed = signatures(&self.webhook_secrets(webhook)?, &id, seconds, &delivery.body);
        let call = Call::post(CONTENT, delivery.body.clone().into_bytes())
            .with("webhook-id", &Secret::new(id))
            .with("webhook-timestamp", &Secret::new(seconds.to_string()))
            .with("webhook-signature", &Secret::new(signed));
        Ok(match Address::parse(&webhook.address) {
            Ok(address) => self.outbound.call(&address, call).await,
            Err(bad) => Err(bad.into()),
        })
    }

    /// What came of it, and what becomes of the webhook.
    async fn note(
        &self,
        delivery: &Delivery,
        hold: &Hold,
        answer: Result<Answer, Trouble>,
    ) -> Result<(), Error> {
        let now = self.now();
        let status = answer.as_ref().ok().map(|answer| answer.status);
        let mut change = self.engine.store.begin().await?;
        let mut webhook = change.webhook(hold.webhook).await?;
        let (trouble, retry_after) = match answer {
            Ok(answer) if answer.is_success() => {
                let tried = Try { at: now, status, trouble: None };
                change.note_try(hold, tried, DELIVERED, None).await?;
                if webhook.failing_since.take().is_some() {
                    change.change_webhook(&webhook).await?;
                }
                change.commit_bookkeeping().await?;
                info!(event = %hold.event, delivery.kind, delivery.tries, "told a webhook");
                return Ok(());
            }
            Ok(answer) => (format!("it answered {}", answer.status), answer.retry_after),
            Err(trouble) => (trouble.to_string(), None),
        };
        warn!(event = %hold.event, delivery.kind, delivery.tries, "could not tell a webhook: {trouble}");
        let mut chance = [0];
        self.engine.world.chance(&mut chance);
        let gone = status == Some(410);
        let again = if gone { None } else { retry::after(delivery.tries, chance[0], now) };
        let tried = Try { at: now, status, trouble: Some(&trouble) };
        change.note_try(hold, tried, if again.is_some() { WAITING } else { FAILED }, again).await?;
        let since = *webhook.failing_since.get_or_insert(now);
        webhook.rests_until = retry::rest(status, retry_after, now);
        let failing = again.is_none() && since.plus_seconds(PATIENCE_SECONDS) <= now;
        let why = match (gone, failing) {
            (true, _) => Some(GONE),
            (false, true) => Some(FAILING),
            (false, false) => None,
        };
        let Some(why) = why.filter(|_| webhook.state == ON) else {
            change.change_webhook(&webhook).await?;
            return Ok(change.commit_bookkeeping().await?);
        };
        (webhook.state, webhook.why_off) = (OFF.to_owned(), Some(why.to_owned()));
        change.change_webhook(&webhook).await?;
        change.give_deliveries_up(webhook.id, TURNED_OFF, now).await?;
        let event = self.engine.event(Kind::WebhookTurnedOff, None).about(webhook.id).fact("why", why);
        change.commit(self.organization.id, &[event]).await?;
        warn!(why, "turned a webhook off");
        Ok(())
    }
}

/// Why an event was given up that nobody tried any more.
pub(super) const TURNED_OFF: &str = "the webhook was turned off";
