//! The marked places of letters: what somebody may write into a letter before it goes, and the whole letter as it will go.
//!
//! What the law asks for stands outside these places, in the books, so that nothing that is written here can take it away. The
//! words are kept sealed until the letter is written, then in the letter alone; the log only commits to them.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, RequestId, Timestamp};
use exeunt_mail::{Language, Letter, Remarks, Text};
use exeunt_rights::state::RequestState;
use exeunt_store::remarks::Remarks as Stored;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::changes_rows;

/// Letters that have marked places, in the order in which they come.
pub const MARKED: [&str; 6] = ["extended", "unidentified", "refused", "ready", "finished", "no_data"];

/// States in which a request can still be refused, or ended because nobody can tell who asks.
const UNTOUCHED: [RequestState; 3] =
    [RequestState::Received, RequestState::AwaitingApproval, RequestState::Approved];

/// A letter that may come, and what stands in its marked places.
#[derive(Clone)]
pub struct Places {
    /// Which letter.
    pub letter: &'static str,
    /// What was written.
    pub remarks: Remarks,
    /// By whom and when; nothing where nobody wrote anything.
    pub written: Option<(Option<ActorId>, Timestamp)>,
}

/// The whole letter as it will go.
pub struct Draft {
    /// In which language.
    pub language: Language,
    /// As it is read.
    pub text: Text,
    /// Whether it will be mailed: the person gave an address, and letters are sent here.
    pub mailed: bool,
}

impl Office {
    /// The letters about a request that may still come, with what was written into them.
    pub async fn letter_places(&self, actor: &Actor, id: RequestId) -> Result<Vec<Places>, Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let request = self.request(id).await?;
        let stored = self.engine.store.remarks_about(id).await?;
        let mut all = Vec::new();
        for letter in self.to_come(&request).await? {
            let known = stored.iter().find(|known| known.letter == letter);
            let remarks = match known {
                Some(known) => self.engine.open_remarks(id, letter, &known.content)?,
                None => Remarks::default(),
            };
            all.push(Places { letter, remarks, written: known.map(|known| (known.by, known.at)) });
        }
        Ok(all)
    }

    /// Writes into the marked places of a letter, instead of what stood there; empty texts take it out.
    pub async fn set_letter_places(
        &self,
        actor: &Actor,
        id: RequestId,
        word: &str,
        remarks: &Remarks,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let request = self.request(id).await?;
        let letter = self.one_to_come(&request, word).await?;
        let plain = [remarks.opening.as_str(), remarks.note.as_str()].join("\u{0}");
        let places = if remarks.is_empty() { String::from("none") } else { remarks.places().join(".") };
        let event = self
            .event(Kind::LetterWorded, actor)
            .about(id)
            .fact("letter", letter)
            .fact("places", places)
            .commit("words", Commitment::new(&self.chance(), "letter", plain.as_bytes()));
        let mut change = self.engine.store.begin().await?;
        // nobody writes for a letter that went out meanwhile
        change.move_request(id, &[&request.state], &request.state).await?;
        if remarks.is_empty() {
            if change.take_remarks(id, letter).await?.is_none() {
                return Ok(change.rollback().await?);
            }
        } else {
            let content = self.engine.seal_remarks(id, letter, remarks)?;
            change
                .put_remarks(&Stored {
                    request: id,
                    letter: letter.to_owned(),
                    organization: self.organization.id,
                    content,
                    by: actor.id,
                    at: self.now(),
                })
                .await?;
        }
        change.commit(self.organization.id, &[event]).await?;
        self.engine.store.flush_destroyed().await?;
        Ok(())
    }

    /// The whole letter as it will go with these words in its marked places, in the person's language. Names nobody.
    pub async fn draft_letter(
        &self,
        actor: &Actor,
        id: RequestId,
        word: &str,
        remarks: &Remarks,
    ) -> Result<Draft, Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let request = self.request(id).await?;
        let letter = self.one_to_come(&request, word).await?;
        let contact = self.reachable(id).await?;
        let language = contact.as_ref().map_or_else(|| self.usual_language(), |contact| contact.language);
        let told: Option<(Letter, Vec<&str>)> = match letter {
            "finished" => self.engine.finished_so_far(&request, language).await?,
            "no_data" => self.engine.nothing_so_far(&request).await?.map(|letter| (letter, Vec::new())),
            _ => None,
        };
        let told = told.as_ref().map(|(letter, open)| (letter, open.as_slice()));
        let text = Text::draft(letter, language, &self.organization.name, id, told, remarks);
        let text = text.ok_or_else(|| unknown(word))?;
        Ok(Draft { language, text, mailed: contact.is_some() })
    }

    async fn one_to_come(&self, request: &Request, word: &str) -> Result<&'static str, Error> {
        let letter = MARKED.into_iter().find(|marked| *marked == word).ok_or_else(|| unknown(word))?;
        if self.to_come(request).await?.contains(&letter) {
            return Ok(letter);
        }
        let (id, state) = (request.id, &request.state);
        Err(Error::Refused(
            "E0991",
            format!(
                "request `{id}` is `{state}`: no letter `{letter}` is written about it any more, or it never is for such a request"
            ),
        ))
    }

    /// Letters with marked places that may still be written about a request.
    async fn to_come(&self, request: &Request) -> Result<Vec<&'static str>, Error> {
        let state = request.state.as_str();
        let over = state == "restored" || request.state.parse().is_ok_and(RequestState::is_end);
        // a package may be fetched by another link
        let handed = ["ready", "delivered"].contains(&state);
        if over && !handed {
            return Ok(Vec::new());
        }
        let untouched =
            request.job.is_none() && UNTOUCHED.iter().any(|untouched| untouched.as_str() == state);
        let deadline = self.engine.store.deadline(request.id).await?;
        let clock = deadline.as_ref().is_some_and(|deadline| deadline.answered_at.is_none());
        let extendable = clock && deadline.is_some_and(|deadline| deadline.extended_on.is_none());
        let erases = changes_rows(&request.kind);
        let comes = |letter: &&str| match *letter {
            "extended" => extendable,
            "unidentified" | "refused" => untouched,
            "ready" => !erases,
            "finished" => erases,
            _ => !handed,
        };
        Ok(MARKED.into_iter().filter(comes).collect())
    }
}

fn unknown(word: &str) -> Error {
    exeunt_store::Error::NotFound { what: "letter with marked places", id: word.to_owned() }.into()
}
