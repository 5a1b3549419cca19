//! Who is told: whoever works here writes an address down, and whoever gets mail there confirms it, or nobody is told.

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, SubscriberId};
use exeunt_engine::letters::To;
use exeunt_engine::sealing;
use exeunt_engine::world::chance_for_id;
use exeunt_mail::{Contact, Language, Letter};
use exeunt_store::subprocessors::Subscriber;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::subprocessors::PURPOSE;

/// Days for which somebody who was asked may answer.
pub(crate) const ASKED_DAYS: i64 = 7;

impl Office {
    /// Writes to an address and asks whether notices are wanted there. One that is known is asked again unless it has confirmed.
    pub async fn add_subscriber(
        &self,
        actor: &Actor,
        email: &Personal,
        language: Option<Language>,
    ) -> Result<SubscriberId, Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let base = self.can_mail_links()?;
        let contact = Contact::new(email, None, language.unwrap_or_else(|| self.usual_language()))
            .map_err(|bad| Error::Usage("E0919", bad.to_string()))?;
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let (now, id) = (self.now(), SubscriberId::new(self.now(), chance_for_id(&*self.engine.world)));
        let address = contact.email.expose();
        let mut nonce = [0; 12];
        self.engine.world.chance(&mut nonce);
        let new = Subscriber {
            id,
            organization: self.organization.id,
            digest: sealing::mac(&key, &[b"address", address.to_lowercase().as_bytes()]).to_vec(),
            contact: sealing::seal(&key, &id.to_string(), nonce, address.as_bytes()),
            language: contact.language.as_str().to_owned(),
            asked_at: now,
            confirmed_at: None,
        };
        let mut change = self.engine.store.begin().await?;
        let known = change.add_subscriber(&new).await?;
        let id = known.as_ref().map_or(id, |known| known.id);
        if known.is_some_and(|known| known.confirmed_at.is_some()) {
            change.rollback().await?;
            return Ok(id);
        }
        let letter = Letter::Subscribe { link: self.link_of_subscriber(base, id)? };
        let letter =
            self.engine.letter(None, &To::Person(contact), &letter, Some(now.plus_days(ASKED_DAYS)))?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let event = self.event(Kind::SubscriberAsked, actor).about(id);
        change.commit(self.organization.id, &[event]).await?;
        Ok(id)
    }

    /// Who is told, or was asked. Never where they get mail.
    pub async fn list_subscribers(&self, actor: &Actor) -> Result<Vec<Subscriber>, Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        Ok(self.engine.store.subscribers(self.organization.id).await?)
    }

    /// Tells somebody nothing any more, and forgets their address.
    pub async fn remove_subscriber(&self, actor: &Actor, id: SubscriberId) -> Result<(), Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let known = self.engine.store.subscriber(id).await?;
        self.own(known.organization, "subscriber", &id.to_string())?;
        self.forget_subscriber(id, self.event(Kind::SubscriberRemoved, actor).about(id)).await
    }

    pub(super) async fn forget_subscriber(&self, id: SubscriberId, event: Event) -> Result<(), Error> {
        let mut change = self.engine.store.begin().await?;
        if !change.remove_subscriber(id).await? {
            return Ok(change.rollback().await?);
        }
        change.commit(self.organization.id, &[event]).await?;
        Ok(self.engine.store.flush_destroyed().await?)
    }

    /// Where somebody who is told gets mail.
    pub(super) fn contact_of_subscriber(&self, known: &Subscriber) -> Result<Contact, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let address = sealing::open(&key, &known.id.to_string(), &known.contact)
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or_else(|| Error::Damaged {
                what: String::from("a subscriber"),
                why: String::from("wrong key, or not the same bytes"),
            })?;
        Ok(Contact {
            email: Personal::new(address),
            name: None,
            language: Language::from_code(&known.language).unwrap_or_default(),
        })
    }
}
