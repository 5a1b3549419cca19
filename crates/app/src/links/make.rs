//! Making a link and mailing it. There is one for each package: a new one revokes the ones before.

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_base::{LinkId, PackageId};
use exeunt_engine::sealing;
use exeunt_engine::world::chance_for_id;
use exeunt_mail::{Contact, Letter};
use exeunt_store::Change;
use exeunt_store::links::Link;
use exeunt_store::packages::Package;

use crate::access::Permission;
use crate::actor::Actor;
use crate::calls::{self, Call};
use crate::error::Error;
use crate::links::{DOWNLOADS, LINK_DAYS, PURPOSE};
use crate::office::Office;
use crate::people::token::{self, Use};

/// A link ready to be stored, and the letter that brings it.
pub(crate) struct NewLink {
    link: Link,
    contact: Contact,
    letter: Letter,
}

impl Office {
    /// Makes a link to a package and mails it to the person whose request it answers. A second call of one name mails nothing.
    pub async fn make_link(&self, actor: &Actor, id: PackageId, call: Option<&Call>) -> Result<Link, Error> {
        self.allow(actor, Permission::MakeLinks)?;
        let package = self.package(id).await?;
        if package.removed_at.is_some() || package.expires_at <= self.now() {
            return Err(Error::Refused("E0605", format!("package `{id}` was removed; its key is destroyed")));
        }
        let new = self.new_link(&package).await?;
        let mut change = self.engine.store.begin().await?;
        let made = new.link.id;
        let earlier = calls::claim(&mut change, self.organization.id, call, made, new.link.made_at).await?;
        if let Some(earlier) = earlier {
            change.rollback().await?;
            return self.link_made(&package, earlier?).await;
        }
        let events = self.add_link(&mut change, actor, &new).await?;
        change.commit(self.organization.id, &events).await?;
        Ok(new.link)
    }

    /// The link that an earlier call made.
    async fn link_made(&self, package: &Package, id: LinkId) -> Result<Link, Error> {
        let links = self.engine.store.links_of(package.id).await?;
        links.into_iter().find(|link| link.id == id).ok_or_else(|| {
            Error::Refused(
                "E0902",
                String::from(
                    "this idempotency key was used for a link to another package; use a key of its own for each call",
                ),
            )
        })
    }

    /// A link for the person of a package's request.
    pub(crate) async fn new_link(&self, package: &Package) -> Result<NewLink, Error> {
        let base = self.can_mail_links()?;
        self.not_stopped(&[package.request]).await?;
        let request = self.request(package.request).await?;
        let known = self.engine.open_known(&request)?;
        let contact = known.contact.ok_or_else(|| {
            let request = package.request;
            Error::Refused(
                "E0943",
                format!("request `{request}` has no contact, so there is nobody to mail a link to; hand the package over in another way"),
            )
        })?;
        let now = self.now();
        let token = token::mint(Use::Link, &self.chance());
        let hash =
            token::hash_of(Use::Link, token.expose()).expect("a token just minted has the form of one");
        let id = LinkId::new(now, chance_for_id(&*self.engine.world));
        let link = Link {
            id,
            hash: hash.to_vec(),
            organization: self.organization.id,
            package: package.id,
            request: package.request,
            person: Some(self.seal_contact(id, &contact)?),
            language: contact.language.as_str().to_owned(),
            made_at: now,
            expires_at: package.expires_at.min(now.plus_days(LINK_DAYS)),
            downloads_left: DOWNLOADS,
            reminded_at: None,
            revoked_at: None,
        };
        let letter = Letter::Ready {
            reference: package.request,
            link: format!("{base}/d/{}", token.expose()),
            until: link.expires_at,
            downloads: DOWNLOADS as u32,
            passphrase: package.key.is_none(),
        };
        Ok(NewLink { link, contact, letter })
    }

    /// Adds a link and its letter; gives the entries that must go with them.
    pub(crate) async fn add_link(
        &self,
        change: &mut Change<'_>,
        actor: &Actor,
        new: &NewLink,
    ) -> Result<Vec<Event>, Error> {
        let NewLink { link, contact, letter } = new;
        let revoked = change.revoke_links_of(link.package, link.made_at).await?;
        change.add_link(link).await?;
        let until = Some(link.expires_at);
        let letter = self.engine.letter_within(change, link.request, contact, letter, until).await?;
        change.add_letter(&letter.ok_or_else(nobody_mails)?).await?;
        let event = self
            .event(Kind::LinkMade, actor)
            .about(link.id)
            .about(link.package)
            .about(link.request)
            .count("revoked", revoked)
            .fact("expires", link.expires_at);
        Ok(vec![event])
    }

    /// Where links lead; refuses where nobody mails them, or nobody outside could follow them.
    pub(crate) fn can_mail_links(&self) -> Result<&str, Error> {
        if self.engine.settings.letters.is_none() {
            return Err(nobody_mails());
        }
        self.public_url.as_deref().ok_or_else(|| {
            Error::Refused(
                "E0942",
                String::from(
                    "nobody outside could follow a link: the settings do not say where people find this service; put \
                     `public_url` under `serve:`",
                ),
            )
        })
    }

    fn seal_contact(&self, link: LinkId, contact: &Contact) -> Result<Vec<u8>, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let name = contact.name.as_ref().map(|name| name.expose());
        let plain = serde_json::to_vec(&(contact.email.expose(), name)).map_err(|_| Error::Damaged {
            what: String::from("a contact"),
            why: String::from("it cannot be written"),
        })?;
        let mut nonce = [0; 12];
        self.engine.world.chance(&mut nonce);
        Ok(sealing::seal(&key, &link.to_string(), nonce, &plain))
    }
}

fn nobody_mails() -> Error {
    Error::Refused(
        "E0940",
        String::from("no letters are sent here: the settings name no mail server under `mail:`"),
    )
}
