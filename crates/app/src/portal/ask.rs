//! Somebody types in what they want. It is sealed, and a code goes to the address: no request yet, and no word on whether anybody
//! is known by that address.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_base::{Personal, Secret};
use exeunt_engine::letters::To;
use exeunt_engine::sealing;
use exeunt_mail::{BadContact, Contact, Language, Letter};
use exeunt_rights::{Day, Right};
use exeunt_store::askings::Asking;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::error::Error as People;
use crate::portal::find::Found;
use crate::portal::{CODE_MINUTES, CODE_TRIES, CODES, PURPOSE, WORDS};
use crate::requests::submit::accept;

/// The kind of identifier that a code proves.
pub const PROVEN: &str = "email";

/// Most other kinds that are asked for.
const KINDS: usize = 4;

/// What somebody typed in.
#[derive(Debug, Clone)]
pub struct Typed {
    /// What they want.
    pub right: Right,
    /// Where they get mail.
    pub email: Personal,
    /// How they are called, where they said it.
    pub name: Personal,
    /// What else they are known by: kind and value.
    pub others: Vec<(String, Personal)>,
    /// The law of where they live, where they said it.
    pub regime: Option<String>,
    /// Anything else, in their words.
    pub words: Personal,
    /// The language of the page.
    pub language: Language,
}

/// A field that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The address.
    Email,
    /// The name.
    Name,
    /// An identifier of this kind.
    Kind(String),
    /// Where they live.
    Regime,
    /// Their words.
    Words,
}

/// The same as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    v: u32,
    pub(super) right: String,
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) others: Vec<(String, String)>,
    pub(super) regime: Option<String>,
    pub(super) words: Option<String>,
    pub(super) language: String,
}

const VERSION: u32 = 1;

impl Found {
    /// Kinds of identifiers that people are asked for beside their address: those the data map finds people by.
    pub fn other_kinds(&self) -> Vec<String> {
        let kinds = self.office.kinds_of_identifiers();
        kinds.into_iter().filter(|kind| kind != PROVEN).take(KINDS).collect()
    }

    /// The laws people may live under, the usual one first, each with the day an answer is due by if they ask today.
    pub fn laws(&self) -> Vec<(String, Day)> {
        let law = &self.office.policy.law;
        let usual = law.usual();
        let mut all: Vec<(String, Day)> = law
            .packs()
            .filter(|kept| law.in_force(Some(&kept.pack.id)).is_ok())
            .map(|kept| {
                (kept.pack.id.clone(), kept.pack.deadlines(self.office.today(), &law.calendar, 0).answer)
            })
            .collect();
        all.sort_by(|one, other| (one.0 != usual, &one.0).cmp(&(other.0 != usual, &other.0)));
        all
    }

    /// Days that erased data can come back.
    pub fn window_days(&self) -> u32 {
        self.office.policy.window_days
    }

    /// What cannot be taken of what was typed in. It is the same whoever is known.
    pub fn flaws(&self, typed: &Typed) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let name = Some(&typed.name).filter(|name| !name.expose().trim().is_empty());
        match Contact::new(&typed.email, None, typed.language) {
            Err(_) => flaws.push(Flaw::Email),
            Ok(contact) if self.finds_by_address() => {
                if accept(&[(PROVEN.to_owned(), contact.email)]).is_err() {
                    flaws.push(Flaw::Email);
                }
            }
            Ok(_) => {}
        }
        let somebody = Personal::new(String::from("a@example.com"));
        if Contact::new(&somebody, name, typed.language) == Err(BadContact::Name) {
            flaws.push(Flaw::Name);
        }
        let kinds = self.other_kinds();
        let given = typed.others.iter().filter(|(_, value)| !value.expose().trim().is_empty());
        for (kind, value) in given.clone() {
            if !kinds.contains(kind) || accept(&[(kind.clone(), value.clone())]).is_err() {
                flaws.push(Flaw::Kind(kind.clone()));
            }
        }
        // somebody who cannot be found by their address is found by something else
        if !self.finds_by_address() && given.count() == 0 {
            flaws.extend(kinds.first().map(|kind| Flaw::Kind(kind.clone())));
        }
        if typed.regime.as_deref().is_some_and(|id| self.office.policy.law.in_force(Some(id)).is_err()) {
            flaws.push(Flaw::Regime);
        }
        if typed.words.expose().chars().count() > WORDS {
            flaws.push(Flaw::Words);
        }
        flaws
    }

    /// Whether the data map finds people by their address.
    pub(super) fn finds_by_address(&self) -> bool {
        let kinds = self.office.kinds_of_identifiers();
        kinds.is_empty() || kinds.iter().any(|kind| kind == PROVEN)
    }

    /// What a page holds that asked for nothing: as if it had.
    pub fn nothing_asked(&self) -> Secret<String> {
        Secret::new(URL_SAFE_NO_PAD.encode(self.office.chance().expose()))
    }

    /// Seals what was typed in, mails the code, and gives what the page holds on to. Whoever calls has looked for [`Self::flaws`].
    pub async fn ask(&self, typed: &Typed, from: &Personal) -> Result<Secret<String>, Error> {
        let office = &self.office;
        let now = office.now();
        office.guards.attempts.take(Counted::portal(from.expose()), now)?;
        let contact = Contact::new(&typed.email, Some(&typed.name), typed.language)
            .map_err(|error| Error::Usage("E0801", error.to_string()))?;
        let mark = office.portal_mac(&[b"mark", contact.email.expose().to_lowercase().as_bytes()])?;
        office.guards.attempts.take(Counted::login(&mark, from.expose()), now)?;
        let base = office.can_mail_links()?;
        let text = |text: &Personal| Some(text.expose().trim().to_owned()).filter(|text| !text.is_empty());
        let content = Content {
            v: VERSION,
            right: typed.right.as_str().to_owned(),
            email: contact.email.expose().to_owned(),
            name: contact.name.as_ref().map(|name| name.expose().to_owned()),
            others: typed
                .others
                .iter()
                .filter_map(|(kind, value)| Some((kind.clone(), text(value)?)))
                .collect(),
            regime: typed.regime.clone(),
            words: text(&typed.words),
            language: typed.language.as_str().to_owned(),
        };
        let (form, denial) = (self.nothing_asked(), self.nothing_asked());
        let code = six_digits(&office.chance());
        let asking = Asking {
            form: digest_of(form.expose()),
            organization: office.organization.id,
            denial: digest_of(denial.expose()),
            mark: mark.to_vec(),
            content: office.seal_asking(form.expose(), &content)?,
            code: office.portal_mac(&[b"asking", form.expose().as_bytes(), code.as_bytes()])?.to_vec(),
            code_ends_at: now.plus_seconds(i64::from(CODE_MINUTES) * 60),
            tries_left: CODE_TRIES,
            confirmed_at: None,
            made_at: now,
        };
        let (word, lang) = (&self.portal.word, typed.language.as_str());
        let letter = Letter::Confirm {
            right: exeunt_mail::Right::from_word(typed.right.as_str()).unwrap_or(exeunt_mail::Right::Access),
            code,
            minutes: CODE_MINUTES,
            link: format!("{base}/portal/{word}/not-me/{}?lang={lang}", denial.expose()),
        };
        let letter = office.engine.letter(None, &To::Person(contact), &letter, Some(asking.code_ends_at))?;
        let mut change = office.engine.store.begin().await?;
        if !change.add_asking(&asking, CODES).await? {
            change.rollback().await?;
            return Err(People::TooMany { retry_seconds: CODE_MINUTES * 60 }.into());
        }
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        // nothing is done yet that a log could tell of, and strangers do not fill it
        change.commit_bookkeeping().await?;
        office.bell.notify_one();
        Ok(form)
    }

    /// Whether something waits that the holder of a mail may deny.
    pub async fn may_deny(&self, denial: &str) -> Result<bool, Error> {
        Ok(self.office.engine.store.has_asking(self.office.organization.id, &digest_of(denial)).await?)
    }

    /// It was not them: what was typed in is forgotten. Says whether there was anything.
    pub async fn deny(&self, denial: &str) -> Result<bool, Error> {
        let mut change = self.office.engine.store.begin().await?;
        if !change.deny_asking(self.office.organization.id, &digest_of(denial)).await? {
            change.rollback().await?;
            return Ok(false);
        }
        change.commit_bookkeeping().await?;
        Ok(true)
    }
}

impl Office {
    fn seal_asking(&self, form: &str, content: &Content) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(content).map_err(|_| damaged("it cannot be written"))?;
        let mut nonce = [0; 12];
        self.engine.world.chance(&mut nonce);
        Ok(sealing::seal(&self.asking_key(form)?, "asking", nonce, &plain))
    }

    /// What was typed in. Only the page that asked knows what opens it, besides the organization's key.
    pub(super) fn open_asking(&self, form: &str, sealed: &[u8]) -> Result<Content, Error> {
        let plain = sealing::open(&self.asking_key(form)?, "asking", sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        let content: Content =
            serde_json::from_slice(&plain).map_err(|_| damaged("this release does not know it"))?;
        if content.v == VERSION {
            Ok(content)
        } else {
            Err(damaged("this release does not know its version"))
        }
    }

    fn asking_key(&self, form: &str) -> Result<Secret<[u8; 32]>, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        Ok(sealing::derive(&key, form.as_bytes(), "asking"))
    }
}

fn damaged(why: &str) -> Error {
    Error::Damaged { what: String::from("what was typed in on the portal"), why: why.to_owned() }
}

pub(super) fn digest_of(form: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, form.as_bytes()).as_ref().to_vec()
}

/// Six digits, each as likely as the other.
pub(super) fn six_digits(chance: &Secret<[u8; 32]>) -> String {
    crate::links::code::six_digits(chance)
}
