//! Sending the letters whose turn it is: taken by a lease, handed over outside any transaction, and noted.
//!
//! A process that dies between the mail server's *yes* and the note lets the letter be sent a second time: mail has no way
//! around that. Both copies have the same Message-ID.

use exeunt_audit::kind::Kind;
use exeunt_base::UserId;
use exeunt_engine::letters::{Opened, To};
use exeunt_mail::{Contact, Envelope, Language, Letter, Line, Pages, Post, Text, TroubleKind};
use exeunt_store::letters::{BOUNCED, FAILED, Hold, Letter as Stored};
use tracing::{Instrument, error_span, info, warn};

use crate::access::Role;
use crate::error::Error;
use crate::letters::retry::{self, Next};
use crate::office::Office;
use crate::people::users;
use crate::work::Stop;

/// How long a letter is in one sender's hands: longer than the longest conversation about it.
const HOLD_SECONDS: i64 = 300;

/// How a round of sending ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// Nothing is left whose turn it is.
    Done,
    /// The mail server cannot be reached, or does not want us.
    NoServer,
}

impl Office {
    /// Sends letters until none is left whose turn it is, the mail server cannot be reached, or it is time to stop.
    pub(crate) async fn send_letters(&self, stop: &Stop) -> Result<Round, Error> {
        let Some(post) = &self.post else { return Ok(Round::Done) };
        let mut line = None;
        let mut sent = false;
        let mut round = Round::Done;
        while !stop.is_said() && self.engine.store.has_letters(self.organization.id, self.now()).await? {
            let now = self.now();
            let mut change = self.engine.store.begin().await?;
            let until = now.plus_seconds(HOLD_SECONDS);
            let Some((letter, hold)) = change.take_letter(self.organization.id, now, until).await? else {
                change.rollback().await?;
                break;
            };
            change.commit_bookkeeping().await?;
            let span = error_span!("letter", letter.id = %letter.id, letter.word = letter.word);
            match self.deliver(post, &mut line, &letter, &hold).instrument(span).await? {
                Delivered::Sent => sent = true,
                Delivered::Not => {}
                Delivered::NoServer => {
                    round = Round::NoServer;
                    break;
                }
            }
        }
        if let Some(line) = line {
            line.hang_up().await;
        }
        if sent {
            self.engine.store.flush_destroyed().await?;
        }
        Ok(round)
    }

    async fn deliver<'a>(
        &self,
        post: &'a Post,
        line: &mut Option<Line<'a>>,
        letter: &Stored,
        hold: &Hold,
    ) -> Result<Delivered, Error> {
        if letter.not_after.is_some_and(|end| end < self.now()) {
            self.give_up(letter, hold, FAILED, "its time was over before it could be sent").await?;
            return Ok(Delivered::Not);
        }
        let Opened { to, letter: content, remarks } = match self.engine.open_letter(letter) {
            Ok(opened) => opened,
            Err(error) => {
                self.give_up(letter, hold, FAILED, &error.to_string()).await?;
                return Ok(Delivered::Not);
            }
        };
        let contact = match self.contact_of(to).await? {
            Whom::One(contact) => contact,
            Whom::Nobody => {
                self.give_up(letter, hold, FAILED, "the user it is for can no longer sign in").await?;
                return Ok(Delivered::Not);
            }
            // kept, so that it is known that it was written
            Whom::Several(users) if users.is_empty() => {
                self.give_up(letter, hold, FAILED, "nobody works here in the role it is for").await?;
                return Ok(Delivered::Not);
            }
            Whom::Several(users) => {
                self.divide(letter, hold, &content, &users).await?;
                return Ok(Delivered::Not);
            }
        };
        let pages = match letter.request {
            Some(request) => self.pages_about(request, contact.language).await?,
            None => Pages::default(),
        };
        let name = contact.name.as_ref();
        let text =
            Text::with_pages(&content, contact.language, &self.organization.name, name, &pages, &remarks);
        let envelope = match Envelope::new(letter.id, letter.made_at, post.from(), &contact, &text) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.give_up(letter, hold, BOUNCED, &error.to_string()).await?;
                return Ok(Delivered::Not);
            }
        };
        let there = match line {
            Some(line) => line,
            None => match post.reach().await {
                Ok(reached) => line.insert(reached),
                Err(trouble) => {
                    warn!("could not send letters: {trouble}");
                    self.later(letter, hold, &trouble.to_string()).await?;
                    return Ok(Delivered::NoServer);
                }
            },
        };
        match there.hand_over(&envelope).await {
            Ok(()) => {
                self.note_sent(letter, hold).await?;
                Ok(Delivered::Sent)
            }
            Err(trouble) => {
                // whatever was wrong, the conversation is over
                *line = None;
                match trouble.kind {
                    TroubleKind::Later => self.later(letter, hold, &trouble.to_string()).await?,
                    TroubleKind::Address => {
                        self.give_up(letter, hold, BOUNCED, &trouble.to_string()).await?;
                    }
                    TroubleKind::Letter => self.give_up(letter, hold, FAILED, &trouble.to_string()).await?,
                }
                Ok(Delivered::Not)
            }
        }
    }

    async fn note_sent(&self, letter: &Stored, hold: &Hold) -> Result<(), Error> {
        let event = self.engine.event(Kind::LetterSent, None).about(letter.id).fact("letter", &letter.word);
        let event = letter.request.into_iter().fold(event, |event, request| event.about(request));
        let mut change = self.engine.store.begin().await?;
        change.end_letter(hold, self.now()).await?;
        if let (Some(request), "received") = (letter.request, letter.word.as_str()) {
            change.note_acknowledged(request, self.now()).await?;
        }
        change.commit(self.organization.id, &[event]).await?;
        info!(%letter.id, letter.word, letter.tries, "sent a letter");
        Ok(())
    }

    async fn later(&self, letter: &Stored, hold: &Hold, trouble: &str) -> Result<(), Error> {
        match retry::after(letter.tries, letter.since, self.now()) {
            Next::Again(at) => {
                let mut change = self.engine.store.begin().await?;
                change.put_letter_back(hold, trouble, at).await?;
                Ok(change.commit_bookkeeping().await?)
            }
            Next::GivenUp => self.give_up(letter, hold, FAILED, trouble).await,
        }
    }

    async fn give_up(&self, letter: &Stored, hold: &Hold, state: &str, trouble: &str) -> Result<(), Error> {
        let event = self
            .engine
            .event(Kind::LetterGivenUp, None)
            .about(letter.id)
            .fact("letter", &letter.word)
            .fact("state", state);
        let event = letter.request.into_iter().fold(event, |event, request| event.about(request));
        let mut change = self.engine.store.begin().await?;
        change.give_letter_up(hold, state, trouble, self.now()).await?;
        change.commit(self.organization.id, &[event]).await?;
        warn!(%letter.id, letter.word, "gave a letter up: {trouble}");
        Ok(())
    }

    /// Where whoever it is for gets mail.
    async fn contact_of(&self, to: To) -> Result<Whom, Error> {
        let language = self.engine.settings.letters.unwrap_or_default();
        match to {
            To::Person(contact) => Ok(Whom::One(contact)),
            To::User(id) => {
                let user = self.engine.store.user(id).await?;
                if !user.is_active() {
                    return Ok(Whom::Nobody);
                }
                let person = self.person_of(&user)?;
                Ok(Whom::One(Contact { email: person.email, name: Some(person.name), language }))
            }
            To::Role(word) => {
                let role = Role::from_word(&word);
                let users = self.engine.store.users(self.organization.id).await?;
                let of_role = users.iter().filter(|user| {
                    user.is_active() && users::roles_of(user).iter().any(|has| Some(*has) == role)
                });
                Ok(Whom::Several(of_role.map(|user| user.id).collect()))
            }
        }
    }

    /// One letter for each of several users instead of one for all: each has its own fate.
    async fn divide(
        &self,
        letter: &Stored,
        hold: &Hold,
        content: &Letter,
        users: &[UserId],
    ) -> Result<(), Error> {
        let mut each = Vec::new();
        for user in users {
            each.extend(self.engine.letter(letter.request, &To::User(*user), content, letter.not_after)?);
        }
        let mut change = self.engine.store.begin().await?;
        change.drop_letter(hold).await?;
        for letter in &each {
            change.add_letter(letter).await?;
        }
        Ok(change.commit_bookkeeping().await?)
    }

    /// The language of whoever said none.
    pub fn usual_language(&self) -> Language {
        self.engine.settings.letters.unwrap_or_default()
    }
}

/// Whom a letter goes to.
enum Whom {
    One(Contact),
    Nobody,
    Several(Vec<UserId>),
}

/// What became of one letter.
enum Delivered {
    Sent,
    Not,
    NoServer,
}
