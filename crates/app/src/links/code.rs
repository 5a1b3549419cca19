//! Codes: mailed when the page asks for one, bound to that page, good for one download within ten minutes.

use aws_lc_rs::{constant_time, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, Secret};
use exeunt_engine::letters::To;
use exeunt_engine::sealing;
use exeunt_mail::Letter;
use exeunt_store::links::{Code, Link};

use crate::actor::Actor;
use crate::error::Error;
use crate::links::find::{Found, Stands};
use crate::links::{CODE_MINUTES, CODE_TRIES, CODES, PURPOSE};
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::error::Error as People;

/// Whether a code counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It does, and is used up.
    Right,
    /// It does not; so many tries are left.
    Wrong(u64),
    /// There is no code for this page any more: too many tries, too late, or used.
    Stopped,
}

impl Found {
    /// Mails a code, and gives what the page that asked holds on to: a code is good for nothing without it.
    pub async fn send_code(&self, source: &Personal) -> Result<Secret<String>, Error> {
        let Self { office, link, .. } = self;
        let now = office.now();
        // whoever scans from elsewhere does not keep the person from asking
        let hash: [u8; 32] = link.hash.as_slice().try_into().unwrap_or_default();
        office.guards.attempts.take(Counted::login(&hash, source.expose()), now)?;
        if self.stands != Stands::Open {
            return Err(over());
        }
        let form = Secret::new(URL_SAFE_NO_PAD.encode(office.chance().expose()));
        let code = six_digits(&office.chance());
        let stored = Code {
            form: digest_of(form.expose()),
            link: link.id,
            code: office.code_mac(link, form.expose(), &code)?,
            expires_at: now.plus_seconds(i64::from(CODE_MINUTES) * 60),
            tries_left: CODE_TRIES,
        };
        let letter = Letter::Code { reference: link.request, code, minutes: CODE_MINUTES };
        let to = To::Person(office.contact_of_link(link)?);
        let letter = office.engine.letter(Some(link.request), &to, &letter, Some(stored.expires_at))?;
        let service = Actor::service(office.organization.id);
        let event = office.event(Kind::LinkCodeMade, &service).about(link.id).about(link.request);
        let mut change = office.engine.store.begin().await?;
        if !change.add_link_code(&stored, CODES, now).await? {
            change.rollback().await?;
            return Err(People::TooMany { retry_seconds: CODE_MINUTES * 60 }.into());
        }
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        change.commit(office.organization.id, &[event]).await?;
        Ok(form)
    }

    /// Checks a code that somebody typed into the page that asked for it. A right one is used up.
    pub async fn check_code(&self, form: &str, typed: &str) -> Result<Checked, Error> {
        let Self { office, link, .. } = self;
        if self.stands != Stands::Open {
            return Err(over());
        }
        let form_digest = digest_of(form);
        let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
        let mac = office.code_mac(link, form, &typed)?;
        let now = office.now();
        let service = Actor::service(office.organization.id);
        let mut change = office.engine.store.begin().await?;
        let code = change.link_code(&form_digest).await?;
        // whoever does not hold the page of a code takes no try away from whoever does
        let Some(code) =
            code.filter(|code| code.link == link.id && code.expires_at > now && code.tries_left > 0)
        else {
            change.rollback().await?;
            return Ok(Checked::Stopped);
        };
        if constant_time::verify_slices_are_equal(&code.code, &mac).is_ok() {
            change.drop_link_code(&form_digest).await?;
            change.commit_bookkeeping().await?;
            return Ok(Checked::Right);
        }
        change.count_link_guess(&form_digest).await?;
        let event = office.event(Kind::LinkCodeRefused, &service).about(link.id).about(link.request);
        change.commit(office.organization.id, &[event]).await?;
        Ok(match code.tries_left - 1 {
            0 => Checked::Stopped,
            left => Checked::Wrong(left),
        })
    }
}

impl Office {
    fn code_mac(&self, link: &Link, form: &str, code: &str) -> Result<Vec<u8>, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let link = link.id.to_string();
        Ok(sealing::mac(&key, &[b"code", link.as_bytes(), form.as_bytes(), code.as_bytes()]).to_vec())
    }
}

/// That a link cannot be used any more; its page says why.
pub(crate) fn over() -> Error {
    Error::Refused("E0944", String::from("this link is over; ask for a new one"))
}

fn digest_of(form: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, form.as_bytes()).as_ref().to_vec()
}

/// Six digits, each as likely as the other: what the remainder favors is one in 2^44.
pub(crate) fn six_digits(chance: &Secret<[u8; 32]>) -> String {
    let [a, b, c, d, e, f, g, h, ..] = *chance.expose();
    format!("{:06}", u64::from_le_bytes([a, b, c, d, e, f, g, h]) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    #[test]
    fn a_code_has_six_digits_whatever_chance_gives() {
        for byte in 0..=255 {
            let code = super::six_digits(&Secret::new([byte; 32]));
            assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
        }
        assert_eq!(super::six_digits(&Secret::new([0; 32])), "000000");
    }
}
