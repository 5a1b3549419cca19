//! A code comes back from the page that asked for it: only now there is a request.
//!
//! The code proves an address and nothing else. Whoever gives another identifier besides, such as a customer number, could give
//! somebody else's: such a request begins at level 0, and a person compares first.

use aws_lc_rs::constant_time;
use exeunt_base::{Personal, RequestId, hex};
use exeunt_mail::{Contact, Language};
use exeunt_rights::{Day, Right};
use exeunt_store::askings::Asking;

use crate::actor::Actor;
use crate::error::Error;
use crate::people::attempts::Counted;
use crate::portal::ask::{PROVEN, digest_of};
use crate::portal::find::Found;
use crate::requests::details::Details;
use crate::requests::submit::Submission;

/// How long a confirmed asking may still become a request.
const CONFIRMED_SECONDS: i64 = 3_600;

/// What came of a code.
#[derive(Debug)]
pub enum Confirmed {
    /// There is a request.
    Made(RequestId),
    /// This very page made it before.
    MadeBefore(RequestId),
    /// One for the same right, by the same address, waits already.
    Twice {
        /// It.
        request: RequestId,
        /// The day it was received.
        received: Day,
        /// The day its answer is due.
        due: Option<Day>,
        /// Whether its letters go to the very address that was proven just now.
        theirs: bool,
    },
    /// The code does not match; so many tries are left.
    Wrong {
        /// Tries left.
        left: u64,
        /// What was asked for.
        right: Right,
        /// Where the code went.
        email: Personal,
    },
    /// Nothing waits for this page any more: too many tries, too late, denied, or never there.
    Over,
}

impl Found {
    /// Checks a code. `again` asks for a second request although one waits.
    pub async fn confirm(
        &self,
        form: &str,
        typed: &str,
        again: bool,
        from: &Personal,
    ) -> Result<Confirmed, Error> {
        let office = &self.office;
        let service = Actor::service(office.organization.id);
        let digest = digest_of(form);
        let call = office.call(&service, &hex::encode(&digest), "portal", &[])?;
        let Some(asking) = self.checked(form, &digest, typed).await? else {
            let before = office.made_before(Some(&call)).await?;
            return Ok(before.map_or(Confirmed::Over, Confirmed::MadeBefore));
        };
        let asking = match asking {
            Ok(asking) => asking,
            Err(wrong) => return Ok(wrong),
        };
        let content = office.open_asking(form, &asking.content)?;
        let damaged = || Error::Damaged {
            what: String::from("what was typed in on the portal"),
            why: String::from("it was not what a portal takes"),
        };
        let right: Right = content.right.parse().map_err(|_| damaged())?;
        let language = Language::from_code(&content.language).unwrap_or_default();
        let email = Personal::new(content.email.clone());
        let name = content.name.map(Personal::new);
        let contact = Contact::new(&email, name.as_ref(), language).map_err(|_| damaged())?;
        let mut identifiers = Vec::new();
        if self.finds_by_address() {
            identifiers.push((PROVEN.to_owned(), email));
            if !again && let Some(found) = office.open_duplicate(&service, right, &identifiers).await? {
                return self.twice(found.id, found.received_on, &contact).await;
            }
        }
        let others = content.others.into_iter().map(|(kind, value)| (kind, Personal::new(value)));
        identifiers.extend(others);
        let proven = identifiers.iter().all(|(kind, _)| kind == PROVEN);
        let submission = Submission {
            right,
            identifiers,
            received_at: None,
            details: Details {
                channel: Some(String::from("form")),
                regime: content.regime,
                identity: Some((u8::from(proven), String::from("address"))),
                statement: content.words.map(Personal::new),
                ..Details::default()
            },
            contact: Some(contact),
        };
        let id = office.submit_request(&service, submission, Some(&call)).await?;
        let mut change = office.engine.store.begin().await?;
        change.drop_asking(&digest).await?;
        change.commit_bookkeeping().await?;
        // whoever means it keeps nobody beside them from asking
        office.guards.attempts.give_back(Counted::portal(from.expose()), office.now());
        office.bell.notify_one();
        Ok(Confirmed::Made(id))
    }

    /// The asking of a page whose code was typed in now or a little before; `None` when nothing waits.
    async fn checked(
        &self,
        form: &str,
        digest: &[u8],
        typed: &str,
    ) -> Result<Option<Result<Asking, Confirmed>>, Error> {
        let office = &self.office;
        let now = office.now();
        let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
        let mac = office.portal_mac(&[b"asking", form.as_bytes(), typed.as_bytes()])?;
        let mut change = office.engine.store.begin().await?;
        let asking = change.asking(digest).await?;
        let own = |asking: &Asking| asking.organization == office.organization.id;
        let Some(asking) = asking.filter(own) else {
            change.rollback().await?;
            return Ok(None);
        };
        if let Some(at) = asking.confirmed_at {
            change.rollback().await?;
            return Ok((at.plus_seconds(CONFIRMED_SECONDS) > now).then_some(Ok(asking)));
        }
        if asking.code_ends_at <= now || asking.tries_left == 0 {
            change.rollback().await?;
            return Ok(None);
        }
        if constant_time::verify_slices_are_equal(&asking.code, &mac).is_ok() {
            change.confirm_asking(digest, now).await?;
            change.commit_bookkeeping().await?;
            return Ok(Some(Ok(asking)));
        }
        change.count_asking_guess(digest).await?;
        change.commit_bookkeeping().await?;
        let left = asking.tries_left - 1;
        if left == 0 {
            return Ok(Some(Err(Confirmed::Over)));
        }
        let content = office.open_asking(form, &asking.content)?;
        let right = content.right.parse().unwrap_or(Right::Access);
        Ok(Some(Err(Confirmed::Wrong { left, right, email: Personal::new(content.email) })))
    }

    async fn twice(&self, id: RequestId, received: Day, contact: &Contact) -> Result<Confirmed, Error> {
        let office = &self.office;
        let request = office.request(id).await?;
        let known = request.identities.is_some().then(|| office.engine.open_known(&request)).transpose()?;
        let address = |contact: &Contact| contact.email.expose().to_lowercase();
        let theirs =
            known.and_then(|known| known.contact).is_some_and(|one| address(&one) == address(contact));
        let due = office.engine.store.deadline(id).await?;
        let due = due.map(|deadline| crate::deadlines::day(&deadline.answer_by)).transpose()?;
        Ok(Confirmed::Twice { request: id, received, due, theirs })
    }
}
