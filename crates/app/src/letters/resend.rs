//! Sending a letter again that was given up: the mail server was wrong, or somebody mended the address's mailbox.

use exeunt_audit::kind::Kind;
use exeunt_base::LetterId;
use exeunt_store::letters::{Letter, SENT, WAITING};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Lets a letter that was given up wait again. It keeps its id, so whoever has it already can tell.
    pub async fn resend_letter(&self, actor: &Actor, id: LetterId) -> Result<Letter, Error> {
        self.allow(actor, Permission::SendLetters)?;
        let letter = self.engine.store.letter(id).await?;
        self.own(letter.organization, "letter", &id.to_string())?;
        if self.post.is_none() {
            return Err(Error::Refused(
                "E0940",
                String::from("no letters are sent here: the settings name no mail server under `mail:`"),
            ));
        }
        let now = self.engine.world.now();
        let mut change = self.engine.store.begin().await?;
        if !change.send_letter_again(id, now).await? {
            change.rollback().await?;
            let why = match letter.state.as_str() {
                SENT => "was sent, and what it said is destroyed",
                WAITING => "is waiting to be sent already",
                _ => {
                    "was given up so long ago, or its person was erased since, that what it said is destroyed"
                }
            };
            return Err(Error::Refused("E0941", format!("letter `{id}` {why}")));
        }
        let event = self.event(Kind::LetterResent, actor).about(id).fact("letter", &letter.word);
        let event = letter.request.into_iter().fold(event, |event, request| event.about(request));
        change.commit(self.organization.id, &[event]).await?;
        Ok(self.engine.store.letter(id).await?)
    }
}
