//! Complaints: the person writes what went wrong, it is kept sealed with the request, and somebody answers.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, RequestId};
use exeunt_engine::letters::To;
use exeunt_engine::sealing;
use exeunt_mail::{Letter, NOTE, tidy};
use exeunt_store::complaints::Complaint;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::letters::noon;
use crate::office::Office;
use crate::portal::find::Found;
use crate::portal::{COMPLAINTS, PURPOSE, WORDS};
use crate::requests::hold::reason;

/// What came of a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complained {
    /// It is here.
    Taken(Complaint),
    /// It says nothing, or too much.
    Flawed,
    /// So many were taken already.
    Enough,
}

/// How a complaint is answered.
#[derive(Clone, Copy)]
pub enum Answer<'a> {
    /// By a letter that says this.
    Letter(&'a str),
    /// In another way; what was said in a line.
    Given(&'a str),
}

impl Found {
    /// Takes a complaint, and says that it is here (E22).
    pub async fn complain(&self, request: &Request, words: &Personal) -> Result<Complained, Error> {
        let office = &self.office;
        let text = words.expose().trim();
        if text.is_empty() || text.chars().count() > WORDS {
            return Ok(Complained::Flawed);
        }
        let now = office.now();
        // as long as a request of its own would take
        let by = office.policy.law.calendar.this_or_next_working(office.today().plus_months(1));
        let letter = Letter::Complained { reference: request.id, until: noon(by) };
        let letter = match office.contact_about(request)? {
            Some(contact) => office.engine.letter(Some(request.id), &To::Person(contact), &letter, None)?,
            None => None,
        };
        let service = Actor::service(office.organization.id);
        let mut change = office.engine.store.begin().await?;
        let number = change.count_complaints(request.id).await? + 1;
        if number > COMPLAINTS {
            change.rollback().await?;
            return Ok(Complained::Enough);
        }
        let complaint = Complaint {
            request: request.id,
            number,
            organization: office.organization.id,
            words: Some(office.seal_complaint(request.id, number, text)?),
            at: now,
            answer_by: by.to_string(),
            answered_at: None,
        };
        change.add_complaint(&complaint).await?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let event = office
            .event(Kind::ComplaintMade, &service)
            .about(request.id)
            .count("number", number)
            .fact("answer_by", by);
        change.commit(office.organization.id, &[event]).await?;
        office.bell.notify_one();
        Ok(Complained::Taken(complaint))
    }
}

impl Office {
    /// The complaints about a request, oldest first. What they say is read by [`Self::read_complaint`].
    pub async fn complaints_about(&self, actor: &Actor, id: RequestId) -> Result<Vec<Complaint>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.request(id).await?;
        Ok(self.engine.store.complaints_about(id).await?)
    }

    /// What a complaint says. Each look is written down, with the reason.
    pub async fn read_complaint(
        &self,
        actor: &Actor,
        id: RequestId,
        number: u64,
        because: &str,
    ) -> Result<Personal, Error> {
        self.allow(actor, Permission::ReadStatements)?;
        let because = reason(because)?;
        let complaint = self.complaint(id, number).await?;
        let text = match &complaint.words {
            Some(sealed) => self.open_complaint(id, number, sealed)?,
            None => String::new(),
        };
        let event = self
            .event(Kind::ComplaintViewed, actor)
            .about(id)
            .count("number", number)
            .commit("reason", Commitment::new(&self.chance(), "complaint", because.as_bytes()));
        let change = self.engine.store.begin().await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(Personal::new(text))
    }

    /// Complaints that nobody answered yet, oldest first, at most so many.
    pub async fn open_complaints(&self, actor: &Actor, most: u32) -> Result<Vec<Complaint>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.open_complaints(self.organization.id, most).await?)
    }

    /// Answers a complaint by a letter, or writes down that it was answered in another way.
    pub async fn answer_complaint(
        &self,
        actor: &Actor,
        id: RequestId,
        number: u64,
        answer: Answer<'_>,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::DecideRequests)?;
        self.complaint(id, number).await?;
        let (said, by) = match answer {
            Answer::Letter(words) => (letter_words(words)?, "letter"),
            Answer::Given(line) => (reason(line)?, "otherwise"),
        };
        let letter = match answer {
            Answer::Letter(_) => {
                let contact = self.reachable(id).await?.ok_or_else(|| nobody_to_mail(id))?;
                Some((contact, Letter::Answered { reference: id, answer: said.clone() }))
            }
            Answer::Given(_) => None,
        };
        let event = self
            .event(Kind::ComplaintAnswered, actor)
            .about(id)
            .count("number", number)
            .fact("by", by)
            .commit("answer", Commitment::new(&self.chance(), "complaint", said.as_bytes()));
        let mut change = self.engine.store.begin().await?;
        if !change.answer_complaint(id, number, self.now()).await? {
            change.rollback().await?;
            return Err(Error::Refused("E0312", String::from("this complaint was answered already")));
        }
        if let Some((contact, letter)) = &letter {
            self.tell_person(&mut change, id, Some(contact), letter).await?;
        }
        change.commit(self.organization.id, &[event]).await?;
        self.bell.notify_one();
        Ok(())
    }

    /// Whether an answer about a request can be mailed to its person.
    pub async fn can_mail_person(&self, actor: &Actor, id: RequestId) -> Result<bool, Error> {
        self.allow(actor, Permission::ReadLetters)?;
        Ok(self.reachable(id).await?.is_some())
    }

    async fn complaint(&self, id: RequestId, number: u64) -> Result<Complaint, Error> {
        self.request(id).await?;
        let all = self.engine.store.complaints_about(id).await?;
        let found = all.into_iter().find(|complaint| complaint.number == number);
        found.ok_or_else(|| {
            exeunt_store::Error::NotFound { what: "complaint", id: format!("{id}/{number}") }.into()
        })
    }

    fn seal_complaint(&self, id: RequestId, number: u64, text: &str) -> Result<Vec<u8>, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let mut nonce = [0; 12];
        self.engine.world.chance(&mut nonce);
        Ok(sealing::seal(&key, &format!("{id} complaint {number}"), nonce, text.as_bytes()))
    }

    fn open_complaint(&self, id: RequestId, number: u64, sealed: &[u8]) -> Result<String, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let plain = sealing::open(&key, &format!("{id} complaint {number}"), sealed);
        plain.and_then(|plain| String::from_utf8(plain).ok()).ok_or_else(|| Error::Damaged {
            what: String::from("a complaint"),
            why: String::from("wrong key, or not the same bytes"),
        })
    }
}

/// What an answer says, in the one form that is mailed.
fn letter_words(words: &str) -> Result<String, Error> {
    let words = tidy(words, NOTE).map_err(|bad| Error::Usage("E0992", format!("the answer: {bad}")))?;
    if words.is_empty() {
        return Err(Error::Usage(
            "E0992",
            String::from("the answer is empty; write what the person is told"),
        ));
    }
    Ok(words)
}

fn nobody_to_mail(id: RequestId) -> Error {
    Error::Refused(
        "E0993",
        format!(
            "no letter can be mailed about request `{id}`: its person gave no address, is not known any more, or no letters \
             are sent here; answer in another way, and write down in a line what you said"
        ),
    )
}
