//! Telling users what happened with their accounts, so that somebody else's act does not stay unseen.

use exeunt_base::{OrganizationId, UserId};
use exeunt_engine::letters::To;
use exeunt_engine::{Engine, Settings};
use exeunt_mail::{Account, Letter};
use exeunt_store::letters::Letter as Stored;

use crate::error::Error;
use crate::office::Office;

impl Office {
    /// A letter to a user, to be added in the change it tells of. Users come in through any organization's office: the letter
    /// is their own one's. `None` where that one sends no letters.
    pub(crate) fn letter_about_account(
        &self,
        user: UserId,
        organization: OrganizationId,
        what: Account,
    ) -> Result<Option<Stored>, Error> {
        let Some(language) = self.senders.get(&organization) else { return Ok(None) };
        let settings = Settings { letters: Some(*language), ..self.engine.settings.clone() };
        let engine = Engine { organization, settings, ..self.engine.clone() };
        let letter = Letter::Account { what, at: self.now() };
        Ok(engine.letter(None, &To::User(user), &letter, None)?)
    }
}
