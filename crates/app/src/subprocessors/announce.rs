//! Announcing a sub-processor: everybody who wants to know gets a letter, in the change that writes it down.

use exeunt_audit::kind::Kind;
use exeunt_base::SubprocessorId;
use exeunt_engine::letters::To;
use exeunt_mail::Letter;
use exeunt_rights::Day;
use exeunt_store::subprocessors::Subprocessor;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::letters::noon;
use crate::office::Office;
use crate::subprocessors::list::{Stands, categories_of};

impl Office {
    /// Announces one that is planned, to be engaged on `effective_on` or, when nobody says, as soon as the notice is over. Says
    /// how many are told.
    pub async fn announce_subprocessor(
        &self,
        actor: &Actor,
        id: SubprocessorId,
        effective_on: Option<Day>,
    ) -> Result<u64, Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let was = self.subprocessor(id).await?;
        if Stands::of(&was) != Stands::Planned {
            return Err(stands(&was, "announced"));
        }
        let earliest = self.today().plus_days(i64::from(self.policy.subprocessors.notice_days));
        let effective_on = effective_on.unwrap_or(earliest);
        if effective_on < earliest {
            return Err(Error::Refused(
                "E0988",
                format!(
                    "the notice is {} days: a sub-processor announced today may be engaged from {earliest} on",
                    self.policy.subprocessors.notice_days
                ),
            ));
        }
        let mut letters = Vec::new();
        for subscriber in self.engine.store.subscribers(self.organization.id).await? {
            if subscriber.confirmed_at.is_none() {
                continue;
            }
            let base = self.can_mail_links()?;
            let letter = Letter::Announced {
                name: was.name.clone(),
                purpose: was.purpose.clone(),
                categories: categories_of(&was),
                region: was.region.clone(),
                effective: noon(effective_on),
                link: self.link_of_subscriber(base, subscriber.id)?,
            };
            let to = To::Person(self.contact_of_subscriber(&subscriber)?);
            letters.extend(self.engine.letter(None, &to, &letter, None)?);
        }
        let told = letters.len() as u64;
        let now = Subprocessor {
            announced_at: Some(self.now()),
            told,
            effective_on: Some(effective_on.to_string()),
            ..was.clone()
        };
        let event = self
            .event(Kind::SubprocessorAnnounced, actor)
            .about(id)
            .count("told", told)
            .fact("effective_on", effective_on);
        let mut change = self.engine.store.begin().await?;
        if !change.move_subprocessor(&was, &now).await? {
            change.rollback().await?;
            return Err(stands(&was, "announced"));
        }
        for letter in &letters {
            change.add_letter(letter).await?;
        }
        change.commit(self.organization.id, &[event]).await?;
        Ok(told)
    }
}

/// That it does not stand where it would have to.
pub(super) fn stands(one: &Subprocessor, wanted: &str) -> Error {
    Error::Refused(
        "E0987",
        format!("sub-processor `{}` is {} and cannot be {wanted}", one.id, Stands::of(one).as_str()),
    )
}
