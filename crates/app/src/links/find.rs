//! What a link's page shows. Finding a link changes nothing.

use exeunt_base::{Personal, Timestamp};
use exeunt_engine::sealing;
use exeunt_mail::{Contact, Language};
use exeunt_store::links::Link;
use exeunt_store::packages::Package;
use exeunt_store::portals::Portal;

use crate::error::Error;
use crate::house::House;
use crate::links::PURPOSE;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::token::{self, Use};

/// A link that somebody followed.
#[derive(Debug, Clone)]
pub struct Found {
    /// The office whose link it is.
    pub office: Office,
    /// The link.
    pub link: Link,
    /// What it leads to.
    pub package: Package,
    /// The language of its page.
    pub language: Language,
    /// Whether it can be used.
    pub stands: Stands,
    /// How the organization shows itself, where somebody said.
    pub portal: Option<Portal>,
}

/// Whether a link can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It can.
    Open,
    /// Its time is over, or its package is gone.
    Ended(Timestamp),
    /// It was revoked, or a newer one was made.
    Revoked,
    /// It was used as often as it could be.
    Used,
}

impl House {
    /// The link of a token. `None` when there is none: nobody is told whether there ever was. Guessing is slowed.
    pub async fn follow_link(&self, token: &str, source: &Personal) -> Result<Option<Found>, Error> {
        let any = self.own();
        let counted = Counted::link(source.expose());
        let hash = token::hash_of(Use::Link, token);
        let link = match hash {
            Some(hash) => any.engine.store.link_by_hash(&hash).await?,
            None => None,
        };
        let Some(link) = link else {
            any.guards.attempts.take(counted, any.now())?;
            return Ok(None);
        };
        // an organization that the settings no longer know has no page
        let Ok(office) = self.office(link.organization) else { return Ok(None) };
        let package = office.engine.store.package(link.package).await?;
        let now = office.now();
        let stands = if link.expires_at <= now {
            Stands::Ended(link.expires_at)
        } else if link.revoked_at.is_some() || package.removed_at.is_some() {
            Stands::Revoked
        } else if link.downloads_left == 0 {
            Stands::Used
        } else {
            Stands::Open
        };
        let language = Language::from_code(&link.language).unwrap_or_default();
        let portal = office.engine.store.portal(link.organization).await?;
        Ok(Some(Found { office: office.clone(), link, package, language, stands, portal }))
    }
}

impl Office {
    /// Whom a link's codes are mailed to.
    pub(crate) fn contact_of_link(&self, link: &Link) -> Result<Contact, Error> {
        let damaged = |why: &str| Error::Damaged { what: String::from("a link"), why: why.to_owned() };
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let sealed = link.person.as_deref().ok_or_else(|| damaged("it is over"))?;
        let plain = sealing::open(&key, &link.id.to_string(), sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        let (email, name): (String, Option<String>) =
            serde_json::from_slice(&plain).map_err(|_| damaged("this release does not know it"))?;
        Ok(Contact {
            email: Personal::new(email),
            name: name.map(Personal::new),
            language: Language::from_code(&link.language).unwrap_or_default(),
        })
    }
}
