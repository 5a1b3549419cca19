//! Writing letters: sealed into the store in the change they tell of, so that there is no change without its letter and no
//! letter without its change. Sending them is the office's.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{JobId, LetterId, Name, Personal, ReceiptId, RequestId, Secret, Timestamp, UserId};
use exeunt_mail::{Contact, Kept, Language, Letter, Remarks, Right, Text, legal_claims};
use exeunt_plan::document::Document;
use exeunt_source::Residue;
use exeunt_store::Change;
use exeunt_store::letters::{Letter as Stored, WAITING};
use exeunt_store::requests::Request;
use serde::{Deserialize, Serialize};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::people::Claimant;
use crate::purge::tally::Tally;
use crate::world::chance_for_id;
use crate::{sealing, states};

/// Whom a letter is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// The person of a request.
    Person(Contact),
    /// Somebody who works here; where they get mail is known to the office.
    User(UserId),
    /// Everybody who works here in this role.
    Role(String),
}

/// The keyring's word for what seals letters.
const PURPOSE: &str = "letters";

/// The version of what is sealed.
const VERSION: u32 = 1;

/// Letters that a person can read again on the page about their request.
const READ_AGAIN: [&str; 6] = ["extended", "refused", "unidentified", "finished", "no_data", "answered"];

/// Those of them that are read after the person was erased.
const OUTLIVES: [&str; 2] = ["finished", "no_data"];

#[derive(Serialize, Deserialize)]
struct Content {
    v: u32,
    to: Recipient,
    letter: Letter,
    #[serde(default, skip_serializing_if = "Remarks::is_empty")]
    remarks: Remarks,
}

/// The same without to whom.
#[derive(Serialize, Deserialize)]
struct Said {
    v: u32,
    letter: Letter,
    #[serde(default, skip_serializing_if = "Remarks::is_empty")]
    remarks: Remarks,
}

/// A letter as it was sealed: to whom, what it tells, and what was written into its marked places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whom it is for.
    pub to: To,
    /// What it tells.
    pub letter: Letter,
    /// What somebody wrote into it.
    pub remarks: Remarks,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Recipient {
    Person { email: String, name: Option<String> },
    User(UserId),
    Role(String),
}

impl Engine {
    /// A letter ready to be stored; `None` where this organization sends none.
    pub fn letter(
        &self,
        about: Option<RequestId>,
        to: &To,
        letter: &Letter,
        not_after: Option<Timestamp>,
    ) -> Result<Option<Stored>, Error> {
        self.letter_with(about, to, letter, not_after, &Remarks::default())
    }

    /// The same with what was written into its marked places.
    fn letter_with(
        &self,
        about: Option<RequestId>,
        to: &To,
        letter: &Letter,
        not_after: Option<Timestamp>,
        remarks: &Remarks,
    ) -> Result<Option<Stored>, Error> {
        let Some(usual) = self.settings.letters else { return Ok(None) };
        let now = self.world.now();
        let id = LetterId::new(now, chance_for_id(&*self.world));
        let (language, recipient) = match to {
            To::Person(contact) => {
                let name = contact.name.as_ref().map(|name| name.expose().to_owned());
                (contact.language, Recipient::Person { email: contact.email.expose().to_owned(), name })
            }
            To::User(user) => (usual, Recipient::User(*user)),
            To::Role(role) => (usual, Recipient::Role(role.clone())),
        };
        let content = Content { v: VERSION, to: recipient, letter: letter.clone(), remarks: remarks.clone() };
        let plain = serde_json::to_vec(&content)
            .map_err(|error| Error::Damaged { what: "a letter", why: error.to_string() })?;
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        let again = matches!(to, To::Person(_)) && about.is_some() && READ_AGAIN.contains(&letter.word());
        // nothing that somebody wrote outlives an erasure: its record is read with the link alone
        let nothing = Remarks::default();
        let remarks = if OUTLIVES.contains(&letter.word()) { &nothing } else { remarks };
        let said = if again { Some(self.seal_said(&key, id, letter, remarks)?) } else { None };
        Ok(Some(Stored {
            id,
            organization: self.organization,
            request: about,
            word: letter.word().to_owned(),
            language: language.as_str().to_owned(),
            content: Some(sealing::seal(&key, &id.to_string(), nonce, &plain)),
            said,
            state: WAITING.to_owned(),
            made_at: now,
            since: now,
            not_before: now,
            not_after,
            tries: 0,
            ended_at: None,
            trouble: None,
        }))
    }

    fn seal_said(
        &self,
        key: &Secret<[u8; 32]>,
        id: LetterId,
        letter: &Letter,
        remarks: &Remarks,
    ) -> Result<Vec<u8>, Error> {
        let plain =
            serde_json::to_vec(&Said { v: VERSION, letter: letter.clone(), remarks: remarks.clone() })
                .map_err(|error| Error::Damaged { what: "a letter", why: error.to_string() })?;
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        Ok(sealing::seal(key, &format!("{id} said"), nonce, &plain))
    }

    /// What a letter told, where the person can read it again; nothing where it is gone, or was never kept.
    pub fn said(&self, stored: &Stored) -> Result<Option<(Letter, Remarks)>, Error> {
        let Some(sealed) = stored.said.as_deref() else { return Ok(None) };
        let damaged = |why: &str| Error::Damaged { what: "what a letter told", why: why.to_owned() };
        let key = self.keyring.purpose_key(stored.organization, PURPOSE)?;
        let plain = sealing::open(&key, &format!("{} said", stored.id), sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        let said: Said =
            serde_json::from_slice(&plain).map_err(|_| damaged("this release does not know it"))?;
        Ok((said.v == VERSION).then_some((said.letter, said.remarks)))
    }

    /// Opens a letter again.
    pub fn open_letter(&self, stored: &Stored) -> Result<Opened, Error> {
        let damaged = |why: &str| Error::Damaged { what: "a letter", why: why.to_owned() };
        let key = self.keyring.purpose_key(stored.organization, PURPOSE)?;
        let sealed = stored.content.as_deref().ok_or_else(|| damaged("what it said is destroyed"))?;
        let plain = sealing::open(&key, &stored.id.to_string(), sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        let content: Content =
            serde_json::from_slice(&plain).map_err(|_| damaged("this release does not know it"))?;
        if content.v != VERSION {
            return Err(damaged("this release does not know its version"));
        }
        let to = match content.to {
            Recipient::Person { email, name } => To::Person(Contact {
                email: Personal::new(email),
                name: name.map(Personal::new),
                language: Language::from_code(&stored.language).unwrap_or_default(),
            }),
            Recipient::User(user) => To::User(user),
            Recipient::Role(role) => To::Role(role),
        };
        Ok(Opened { to, letter: content.letter, remarks: content.remarks })
    }

    /// Writes a letter within a change, once about each request. Does nothing where no letters are sent, or where the
    /// person said no address.
    pub async fn write_to_person(
        &self,
        change: &mut Change<'_>,
        request: RequestId,
        contact: Option<&Contact>,
        letter: &Letter,
    ) -> Result<(), Error> {
        let Some(contact) = contact else { return Ok(()) };
        if let Some(stored) = self.letter_within(change, request, contact, letter, None).await? {
            change.add_letters_once(&[stored]).await?;
        }
        Ok(())
    }

    /// A letter to a request's person, in the change it tells of: with what somebody wrote into its marked places, which is kept
    /// nowhere else from then on. `None` where no letters are sent.
    pub async fn letter_within(
        &self,
        change: &mut Change<'_>,
        request: RequestId,
        contact: &Contact,
        letter: &Letter,
        not_after: Option<Timestamp>,
    ) -> Result<Option<Stored>, Error> {
        if self.settings.letters.is_none() {
            return Ok(None);
        }
        let remarks = match Text::is_marked(letter.word()) {
            true => change.take_remarks(request, letter.word()).await?,
            false => None,
        };
        let remarks = match remarks {
            Some(sealed) => self.open_remarks(request, letter.word(), &sealed)?,
            None => Remarks::default(),
        };
        self.letter_with(Some(request), &To::Person(contact.clone()), letter, not_after, &remarks)
    }

    /// Seals what somebody wrote for a letter about a request.
    pub fn seal_remarks(&self, request: RequestId, word: &str, remarks: &Remarks) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(remarks).map_err(|error| Error::Damaged {
            what: "what was written for a letter",
            why: error.to_string(),
        })?;
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        Ok(sealing::seal(&key, &format!("{request} {word} remarks"), nonce, &plain))
    }

    /// Opens it again.
    pub fn open_remarks(&self, request: RequestId, word: &str, sealed: &[u8]) -> Result<Remarks, Error> {
        let damaged =
            |why: &str| Error::Damaged { what: "what was written for a letter", why: why.to_owned() };
        let key = self.keyring.purpose_key(self.organization, PURPOSE)?;
        let plain = sealing::open(&key, &format!("{request} {word} remarks"), sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        serde_json::from_slice(&plain).map_err(|_| damaged("this release does not know it"))
    }

    /// Tells the people of a job whose rows wait in the vault now that they are hidden, and until when they can come back.
    pub(crate) async fn write_that_hidden(
        &self,
        change: &mut Change<'_>,
        job: JobId,
        claimants: &[Claimant],
    ) -> Result<(), Error> {
        let reachable: BTreeMap<RequestId, &Contact> =
            claimants.iter().filter_map(|one| Some((one.request, one.known.contact.as_ref()?))).collect();
        if self.settings.letters.is_none() || reachable.is_empty() {
            return Ok(());
        }
        let now = self.world.now();
        let mut letters = Vec::new();
        for (request, ends) in change.windows_of(job, states::HIDDEN).await? {
            // where nothing was struck, or nothing can come back, there is nothing to tell yet
            let Some(until) = ends.filter(|ends| *ends > now) else { continue };
            let Some(contact) = reachable.get(&request) else { continue };
            let letter = Letter::Started { reference: request, until };
            letters.extend(self.letter(Some(request), &To::Person((*contact).clone()), &letter, None)?);
        }
        change.add_letters_once(&letters).await?;
        Ok(())
    }

    /// The last letter of an erasure of which nothing is seen any more, in the change that ends it: its address is destroyed
    /// with everything else known of the person, and lives on in this letter alone, until it is sent.
    #[expect(clippy::too_many_arguments, reason = "each is one part of what the letter tells")]
    pub(crate) async fn write_that_finished(
        &self,
        change: &mut Change<'_>,
        request: &Request,
        document: &Document,
        tally: &Tally,
        residue: &[(Name, Residue)],
        end: &str,
        receipt: ReceiptId,
        listed_until: Option<Timestamp>,
    ) -> Result<(), Error> {
        // whoever could not be reached cannot be any more: the address is on its way out
        change.shred_letters_about(request.id).await?;
        let known = self.open_known(request)?;
        let Some(contact) = &known.contact else { return Ok(()) };
        let letter = match end {
            states::NO_DATA => nothing(request, document, listed_until),
            _ => finished(request, document, tally, residue, receipt, contact.language, listed_until),
        };
        self.write_to_person(change, request.id, Some(contact), &letter).await
    }
}

impl Engine {
    /// What the last letter of an erasure would tell as of now, and which of its places may still change: for whoever reads it
    /// before it goes.
    pub async fn finished_so_far(
        &self,
        request: &Request,
        language: Language,
    ) -> Result<Option<(Letter, Vec<&'static str>)>, Error> {
        let Some(plan) = request.plan else { return Ok(None) };
        let plan = self.store.plan(plan).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        let struck = [states::HIDDEN, states::PARTLY_RESTORED].contains(&request.state.as_str());
        let tally = if struck { self.tally(request).await? } else { Tally::default() };
        // the receipt, the last copies and how long the suppression list keeps a code are known at the very end
        let mut open = vec!["receipt", "copies", "listed"];
        if !struck {
            open.extend(["deleted", "anonymized"]);
        }
        let receipt = ReceiptId::new(self.world.now(), [0; 10]);
        Ok(Some((
            finished(request, &document, &tally, &[], receipt, language, Some(self.listed_until())),
            open,
        )))
    }

    /// Until when the suppression list keeps a code of whoever is entered now.
    pub(crate) fn listed_until(&self) -> Timestamp {
        self.world.now().plus_days(i64::from(self.settings.suppression_days))
    }

    /// What the letter would tell that nothing was found.
    pub async fn nothing_so_far(&self, request: &Request) -> Result<Option<Letter>, Error> {
        let Some(plan) = request.plan else { return Ok(None) };
        let plan = self.store.plan(plan).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        Ok(Some(nothing(request, &document, Some(self.listed_until()))))
    }
}

fn finished(
    request: &Request,
    document: &Document,
    tally: &Tally,
    residue: &[(Name, Residue)],
    receipt: ReceiptId,
    language: Language,
    listed_until: Option<Timestamp>,
) -> Letter {
    let counted = |actions: &[&str]| {
        let mut all: Vec<(String, u64)> = Vec::new();
        for line in tally.lines.iter().filter(|line| actions.contains(&line.action.as_str())) {
            let what = readable(&line.model);
            match all.iter_mut().find(|(known, _)| *known == what) {
                Some((_, rows)) => *rows += line.rows,
                None => all.push((what, line.rows)),
            }
        }
        // of deleted rows some may be held
        for held in tally.held.iter().filter(|_| actions.contains(&"delete")) {
            let what = readable(&held.model);
            if let Some((_, rows)) = all.iter_mut().find(|(known, _)| *known == what) {
                *rows = rows.saturating_sub(held.rows);
            }
        }
        all.retain(|(_, rows)| *rows > 0);
        all
    };
    let held_models: BTreeSet<String> = tally.held.iter().map(|held| readable(&held.model)).collect();
    let left = || residue.iter().flat_map(|(_, residue)| &residue.left);
    let copies_undated = left().any(|left| left.until.is_none());
    Letter::Finished {
        reference: request.id,
        deleted: counted(&["delete"]),
        anonymized: counted(&["anonymize", "detach"]),
        kept: document
            .kept
            .iter()
            .map(|kept| Kept {
                what: readable(&document.sets[kept.set].model.to_string()),
                because: kept.because.clone(),
                until: kept.until.clone(),
            })
            .chain(held_models.into_iter().map(|what| Kept {
                what,
                // what a hold is for is privileged: the person is told the law's words for it
                because: legal_claims(language).to_owned(),
                until: String::new(),
            }))
            .collect(),
        // a day is named only where it is the last one
        copies_until: left().filter_map(|left| left.until).max().filter(|_| !copies_undated),
        copies_undated,
        listed_until,
        receipt,
    }
}

/// That nothing was found.
pub fn nothing(request: &Request, document: &Document, listed_until: Option<Timestamp>) -> Letter {
    let systems: BTreeSet<&Name> = document.sets.iter().map(|set| &set.model.source).collect();
    Letter::NoData { reference: request.id, systems: systems.len() as u64, listed_until }
}

/// A model as people say it: `shop.order_items` is *order items*.
fn readable(model: &str) -> String {
    model.rsplit('.').next().unwrap_or(model).replace('_', " ")
}

/// The word for what a request asks.
pub fn right_of(request: &Request) -> Right {
    Right::from_word(&request.kind).unwrap_or(Right::Access)
}

#[cfg(test)]
mod tests {
    use super::Content;

    /// What stays sealed for weeks must be read by the release that sends it.
    #[test]
    fn what_the_first_release_sealed_still_reads() {
        let (req, rcp) = ("req_01m81j18g00w3ge1r70w3ge1r7", "rcp_01m81j18g00w3ge1r70w3ge1r7");
        for (to, letter, word) in [
            (
                r#"{"person":{"email":"a@b.test","name":null}}"#,
                format!(r#"{{"received":{{"reference":"{req}","right":"erasure","due":null}}}}"#),
                "received",
            ),
            (
                r#"{"person":{"email":"a@b.test","name":"Ada"}}"#,
                format!(
                    r#"{{"finished":{{"reference":"{req}","deleted":[["orders",2]],"anonymized":[],"kept":[{{"what":"invoices","because":"tax","until":""}}],"copies_until":null,"copies_undated":false,"receipt":"{rcp}"}}}}"#
                ),
                "finished",
            ),
            (
                r#"{"user":"usr_01m81j18g00w3ge1r70w3ge1r7"}"#,
                String::from(r#"{"account":{"what":"sign_in","at":"2026-11-22T12:00:00Z"}}"#),
                "account",
            ),
        ] {
            let text = format!(r#"{{"v":1,"to":{to},"letter":{letter}}}"#);
            let content: Content = serde_json::from_str(&text).expect("it reads");
            assert_eq!(content.letter.word(), word);
            assert_eq!(serde_json::to_string(&content).expect("it writes"), text);
        }
    }
}
