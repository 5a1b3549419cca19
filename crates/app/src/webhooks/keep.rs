//! Webhooks kept: added, listed, changed, given another secret, removed.

use exeunt_audit::kind::Kind;
use exeunt_base::{Secret, Timestamp, WebhookId};
use exeunt_engine::world::chance_for_id;
use exeunt_outbound::Address;
use exeunt_store::webhooks::{OFF, ON, Webhook};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::webhooks::deliver::{BY_HAND, TURNED_OFF};
use crate::webhooks::{kinds, secret};

/// What its secret is sealed for.
const PURPOSE: &str = "webhooks";
/// Most characters of a note.
const NOTE: usize = 200;
/// Most webhooks of an organization: each event is sent to every one of them.
const MOST: usize = 20;
/// Seconds for which the secret before signs too.
const BOTH_SECONDS: i64 = 86_400;

/// A webhook that is to be added.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Where it is.
    pub address: String,
    /// What it is for.
    pub note: String,
    /// Kinds of events it wants; none for all.
    pub kinds: Vec<String>,
}

/// What is to be otherwise with one; what is not said stays.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    /// Where it is.
    pub address: Option<String>,
    /// What it is for.
    pub note: Option<String>,
    /// Kinds of events it wants; none for all.
    pub kinds: Option<Vec<String>>,
    /// Whether it is on.
    pub on: Option<bool>,
}

/// A webhook as it is listed. Its secret is told by nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: WebhookId,
    /// Where it is.
    pub address: String,
    /// What it is for.
    pub note: String,
    /// Kinds of events it wants; none for all.
    pub kinds: Vec<String>,
    /// Whether it is on.
    pub on: bool,
    /// Why it is off: `by_hand`, `gone`, `failing`.
    pub why_off: Option<String>,
    /// Since when nothing got through.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before signs too.
    pub both_until: Option<Timestamp>,
    /// Since when it is known.
    pub made_at: Timestamp,
}

/// A webhook whose secret is shown this once.
#[derive(Debug)]
pub struct Made {
    /// It.
    pub webhook: Listed,
    /// `whsec_…`.
    pub secret: Secret<String>,
}

impl Office {
    /// Adds a webhook. It is told what happens from now on.
    pub async fn add_webhook(&self, actor: &Actor, new: &NewWebhook) -> Result<Made, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        self.check_webhook_address(&new.address)?;
        let id = WebhookId::new(self.now(), chance_for_id(&*self.engine.world));
        let (plain, sealed) = self.new_webhook_secret(id)?;
        let webhook = Webhook {
            id,
            organization: self.organization.id,
            address: new.address.clone(),
            note: checked_note(&new.note)?,
            kinds: checked_kinds(&new.kinds)?,
            state: ON.to_owned(),
            why_off: None,
            secret: sealed,
            old_secret: None,
            old_until: None,
            made_at: self.now(),
            failing_since: None,
            rests_until: Timestamp::from_micros(0),
        };
        let event = self.event(Kind::WebhookAdded, actor).about(id);
        let mut change = self.engine.store.begin().await?;
        if change.webhooks(self.organization.id).await?.len() >= MOST {
            change.rollback().await?;
            return Err(wrong("there are 20 already, and each event is sent to every one of them"));
        }
        change.add_webhook(&webhook).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(Made { webhook: self.webhook_listed(webhook), secret: secret::shown(&plain) })
    }

    /// The organization's webhooks, oldest first.
    pub async fn list_webhooks(&self, actor: &Actor) -> Result<Vec<Listed>, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        let all = self.engine.store.webhooks(self.organization.id).await?;
        Ok(all.into_iter().map(|webhook| self.webhook_listed(webhook)).collect())
    }

    /// One of them.
    pub async fn show_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Listed, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        Ok(self.webhook_listed(self.webhook(id).await?))
    }

    /// Changes a webhook, or turns it on or off. What waits for one that is turned off is given up.
    pub async fn change_webhook(
        &self,
        actor: &Actor,
        id: WebhookId,
        changed: &Changed,
    ) -> Result<Listed, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        self.webhook(id).await?;
        if let Some(address) = &changed.address {
            self.check_webhook_address(address)?;
        }
        let note = changed.note.as_deref().map(checked_note).transpose()?;
        let kinds = changed.kinds.as_deref().map(checked_kinds).transpose()?;
        let mut change = self.engine.store.begin().await?;
        let mut webhook = change.webhook(id).await?;
        if let Some(address) = &changed.address {
            webhook.address.clone_from(address);
            // another place has not failed yet
            (webhook.failing_since, webhook.rests_until) = (None, Timestamp::from_micros(0));
        }
        webhook.note = note.unwrap_or(webhook.note);
        webhook.kinds = kinds.unwrap_or(webhook.kinds);
        let mut event = self.event(Kind::WebhookChanged, actor).about(id);
        match changed.on {
            Some(true) if webhook.state != ON => {
                (webhook.state, webhook.why_off) = (ON.to_owned(), None);
                (webhook.failing_since, webhook.rests_until) = (None, Timestamp::from_micros(0));
                event = event.fact("state", ON);
            }
            Some(false) if webhook.state != OFF => {
                (webhook.state, webhook.why_off) = (OFF.to_owned(), Some(BY_HAND.to_owned()));
                let given_up = change.give_deliveries_up(id, TURNED_OFF, self.now()).await?;
                event = event.fact("state", OFF).count("events-given-up", given_up);
            }
            Some(_) | None => {}
        }
        change.change_webhook(&webhook).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(self.webhook_listed(webhook))
    }

    /// Gives a webhook another secret. The one before signs too for a day.
    pub async fn rotate_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Made, Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        self.webhook(id).await?;
        let (plain, sealed) = self.new_webhook_secret(id)?;
        let mut change = self.engine.store.begin().await?;
        let mut webhook = change.webhook(id).await?;
        webhook.old_secret = Some(std::mem::replace(&mut webhook.secret, sealed));
        webhook.old_until = Some(self.now().plus_seconds(BOTH_SECONDS));
        change.change_webhook(&webhook).await?;
        let event = self.event(Kind::WebhookRotated, actor).about(id);
        change.commit(self.organization.id, &[event]).await?;
        // of a third secret, that was signing still, nothing is left
        self.engine.store.flush_destroyed().await?;
        Ok(Made { webhook: self.webhook_listed(webhook), secret: secret::shown(&plain) })
    }

    /// Removes a webhook with all that it was told.
    pub async fn remove_webhook(&self, actor: &Actor, id: WebhookId) -> Result<(), Error> {
        self.allow(actor, Permission::ManageWebhooks)?;
        self.webhook(id).await?;
        let mut change = self.engine.store.begin().await?;
        let forgotten = change.remove_webhook(id).await?;
        let event =
            self.event(Kind::WebhookRemoved, actor).about(id).count("deliveries-forgotten", forgotten);
        change.commit(self.organization.id, &[event]).await?;
        Ok(self.engine.store.flush_destroyed().await?)
    }

    /// A webhook of this organization. Another's answers *not found*.
    pub(super) async fn webhook(&self, id: WebhookId) -> Result<Webhook, Error> {
        let webhook = self.engine.store.webhook(id).await?;
        self.own(webhook.organization, "webhook", &id.to_string())?;
        Ok(webhook)
    }

    /// What signs for a webhook now, the newest first.
    pub(super) fn webhook_secrets(&self, webhook: &Webhook) -> Result<Vec<Secret<Vec<u8>>>, Error> {
        let old =
            webhook.old_secret.as_ref().filter(|_| webhook.old_until.is_some_and(|until| until > self.now()));
        let open = |sealed: &Vec<u8>| {
            let (organization, context) = (webhook.organization, context(webhook.id));
            self.engine
                .keyring
                .open_for(organization, PURPOSE, context.as_bytes(), sealed)
                .map_err(Error::from)
        };
        std::iter::once(&webhook.secret).chain(old).map(open).collect()
    }

    fn new_webhook_secret(&self, id: WebhookId) -> Result<(Secret<Vec<u8>>, Vec<u8>), Error> {
        let plain = Secret::new(self.chance().expose().to_vec());
        let (organization, context) = (self.organization.id, context(id));
        let keyring = &self.engine.keyring;
        let sealed = keyring.seal_for(organization, PURPOSE, context.as_bytes(), &plain, &self.chance())?;
        Ok((plain, sealed))
    }

    fn check_webhook_address(&self, text: &str) -> Result<(), Error> {
        let address =
            Address::parse(text).map_err(|why| wrong(&format!("its address cannot be called: {why}")))?;
        self.outbound.check(&address).map_err(|why| wrong(&why.to_string()))
    }

    fn webhook_listed(&self, webhook: Webhook) -> Listed {
        Listed {
            id: webhook.id,
            address: webhook.address,
            note: webhook.note,
            kinds: webhook.kinds.split_whitespace().map(str::to_owned).collect(),
            on: webhook.state == ON,
            why_off: webhook.why_off,
            failing_since: webhook.failing_since,
            both_until: webhook.old_until.filter(|until| *until > self.now()),
            made_at: webhook.made_at,
        }
    }
}

fn context(id: WebhookId) -> String {
    format!("{id} webhook secret")
}

fn wrong(why: &str) -> Error {
    Error::Usage("E0927", format!("this webhook cannot be kept: {why}"))
}

fn checked_note(note: &str) -> Result<String, Error> {
    let note = note.trim();
    if note.chars().count() > NOTE || note.chars().any(char::is_control) {
        return Err(wrong("its note is one line of at most 200 characters"));
    }
    Ok(note.to_owned())
}

fn checked_kinds(wanted: &[String]) -> Result<String, Error> {
    let known = |word: &&String| kinds::KINDS.iter().any(|kind| kind.word == word.as_str());
    if !wanted.iter().all(|word| known(&word)) {
        let words: Vec<&str> = kinds::KINDS.iter().map(|kind| kind.word).collect();
        return Err(wrong(&format!("the kinds of events it can be told are {}", words.join(", "))));
    }
    // in one order, each once
    let chosen =
        kinds::KINDS.iter().map(|kind| kind.word).filter(|word| wanted.iter().any(|one| one == word));
    Ok(chosen.collect::<Vec<_>>().join(" "))
}
