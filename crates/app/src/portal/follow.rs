//! Showing how a request stands to whoever holds its link and the person's mail: a code goes there, and comes back from the page
//! that asked for it. Once the address was destroyed with the person's data, the link alone opens the record that is left, which
//! names nobody.

use aws_lc_rs::constant_time;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, RequestId, Secret};
use exeunt_engine::letters::To;
use exeunt_mail::{Contact, Letter};
use exeunt_store::looks::Look;
use exeunt_store::requests::Request;

use crate::actor::Actor;
use crate::error::Error;
use crate::links::code::Checked;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::error::Error as People;
use crate::portal::ask::{digest_of, six_digits};
use crate::portal::find::Found;
use crate::portal::{CODE_MINUTES, CODE_TRIES, CODES};

/// What lets somebody see a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A code that is mailed.
    Code,
    /// The link alone: nobody's address is known any more.
    Link,
    /// Nothing: nobody ever said where to mail a code to.
    None,
}

impl Found {
    /// What lets the holder of a link see its request.
    pub fn way_to(&self, request: &Request) -> Result<Way, Error> {
        if request.identities.is_none() {
            return Ok(Way::Link);
        }
        Ok(if self.office.contact_about(request)?.is_some() { Way::Code } else { Way::None })
    }

    /// Mails a code, and gives what the page that asked holds on to.
    pub async fn send_look(&self, request: &Request, from: &Personal) -> Result<Secret<String>, Error> {
        let office = &self.office;
        let now = office.now();
        let mark = office.portal_mac(&[b"look", request.id.to_string().as_bytes()])?;
        office.guards.attempts.take(Counted::login(&mark, from.expose()), now)?;
        let contact = office.contact_about(request)?.ok_or_else(|| gone(request.id))?;
        let form = self.nothing_asked();
        let code = six_digits(&office.chance());
        let look = Look {
            form: digest_of(form.expose()),
            request: request.id,
            code: office.look_mac(request.id, form.expose(), &code)?.to_vec(),
            expires_at: now.plus_seconds(i64::from(CODE_MINUTES) * 60),
            tries_left: CODE_TRIES,
        };
        let letter = Letter::Look { reference: request.id, code, minutes: CODE_MINUTES };
        let to = To::Person(contact);
        let letter = office.engine.letter(Some(request.id), &to, &letter, Some(look.expires_at))?;
        let service = Actor::service(office.organization.id);
        let event = office.event(Kind::LookCodeMade, &service).about(request.id);
        let mut change = office.engine.store.begin().await?;
        if !change.add_look(&look, CODES, now).await? {
            change.rollback().await?;
            return Err(People::TooMany { retry_seconds: CODE_MINUTES * 60 }.into());
        }
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        change.commit(office.organization.id, &[event]).await?;
        office.bell.notify_one();
        Ok(form)
    }

    /// Checks a code that somebody typed into the page that asked for it. A right one is used up.
    pub async fn check_look(&self, request: &Request, form: &str, typed: &str) -> Result<Checked, Error> {
        let office = &self.office;
        let digest = digest_of(form);
        let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
        let mac = office.look_mac(request.id, form, &typed)?;
        let now = office.now();
        let service = Actor::service(office.organization.id);
        let mut change = office.engine.store.begin().await?;
        let look = change.look(&digest).await?;
        let counts = |look: &Look| look.request == request.id && look.expires_at > now && look.tries_left > 0;
        let Some(look) = look.filter(counts) else {
            change.rollback().await?;
            return Ok(Checked::Stopped);
        };
        if constant_time::verify_slices_are_equal(&look.code, &mac).is_ok() {
            change.drop_look(&digest).await?;
            let event = office.event(Kind::LookOpened, &service).about(request.id);
            change.commit(office.organization.id, &[event]).await?;
            return Ok(Checked::Right);
        }
        change.count_look_guess(&digest).await?;
        let event = office.event(Kind::LookCodeRefused, &service).about(request.id);
        change.commit(office.organization.id, &[event]).await?;
        Ok(match look.tries_left - 1 {
            0 => Checked::Stopped,
            left => Checked::Wrong(left),
        })
    }
}

impl Office {
    fn look_mac(&self, request: RequestId, form: &str, code: &str) -> Result<[u8; 32], Error> {
        self.portal_mac(&[b"look code", request.to_string().as_bytes(), form.as_bytes(), code.as_bytes()])
    }

    /// Where the person of a request gets letters, as long as that is known.
    pub(crate) fn contact_about(&self, request: &Request) -> Result<Option<Contact>, Error> {
        if request.identities.is_none() {
            return Ok(None);
        }
        Ok(self.engine.open_known(request)?.contact)
    }
}

fn gone(id: RequestId) -> Error {
    Error::Refused("E0943", format!("request `{id}` has no contact, so there is nobody to mail a code to"))
}
