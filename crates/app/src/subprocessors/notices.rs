//! The page that letters to subscribers lead to: they confirm there that they want notices, or stop them. Its link is made from
//! the subscriber's id and the organization's key, so that it is kept nowhere and is the same in every letter.

use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, SubscriberId, hex};
use exeunt_engine::sealing;
use exeunt_mail::Language;

use crate::error::Error;
use crate::house::House;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::subprocessors::PURPOSE;

/// Somebody who followed a link.
#[derive(Debug, Clone)]
pub struct Notices {
    /// The office that sends them.
    pub office: Office,
    /// Who.
    pub id: SubscriberId,
    /// Their language.
    pub language: Language,
    /// Whether they get notices.
    pub confirmed: bool,
}

impl Office {
    pub(super) fn link_of_subscriber(&self, base: &str, id: SubscriberId) -> Result<String, Error> {
        Ok(format!("{base}/n/{id}.{}", hex::encode(&self.proof_of_subscriber(id)?)))
    }

    fn proof_of_subscriber(&self, id: SubscriberId) -> Result<[u8; 32], Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        Ok(sealing::mac(&key, &[b"link", id.to_string().as_bytes()]))
    }
}

impl House {
    /// Whose link this is; `None` when it is nobody's, and nobody is told whether it ever was. Guessing is slowed.
    pub async fn follow_notices(&self, token: &str, from: &Personal) -> Result<Option<Notices>, Error> {
        let found = self.subscriber_of(token).await?;
        if found.is_none() {
            let any = self.own();
            any.guards.attempts.take(Counted::link(from.expose()), any.now())?;
        }
        Ok(found)
    }

    async fn subscriber_of(&self, token: &str) -> Result<Option<Notices>, Error> {
        let Some((id, proof)) = token.split_once('.') else { return Ok(None) };
        let (Ok(id), Some(proof)) = (id.parse::<SubscriberId>(), hex::decode(proof)) else { return Ok(None) };
        let known = match self.store.subscriber(id).await {
            Err(exeunt_store::Error::NotFound { .. }) => return Ok(None),
            known => known?,
        };
        let Ok(office) = self.office(known.organization) else { return Ok(None) };
        let right = office.proof_of_subscriber(id)?;
        // compared by digests, so that time tells nothing
        let key = exeunt_base::Secret::new(right);
        if sealing::mac(&key, &[&proof]) != sealing::mac(&key, &[&right]) {
            return Ok(None);
        }
        Ok(Some(Notices {
            office: office.clone(),
            id,
            language: Language::from_code(&known.language).unwrap_or_default(),
            confirmed: known.confirmed_at.is_some(),
        }))
    }
}

impl Notices {
    /// They want notices.
    pub async fn confirm(&self) -> Result<(), Error> {
        let office = &self.office;
        let mut change = office.engine.store.begin().await?;
        if !change.confirm_subscriber(self.id, office.now()).await? {
            return Ok(change.rollback().await?);
        }
        let event = office.engine.event(Kind::SubscriberConfirmed, None).about(self.id);
        Ok(change.commit(office.organization.id, &[event]).await?)
    }

    /// They do not want any, and their address is forgotten.
    pub async fn stop(&self) -> Result<(), Error> {
        let event = self.office.engine.event(Kind::SubscriberRemoved, None).about(self.id).fact("by", "link");
        self.office.forget_subscriber(self.id, event).await
    }
}
