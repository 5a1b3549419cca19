//! Telling the person what was decided about their request: a later date, a refusal, or what they can add.

use exeunt_base::RequestId;
use exeunt_mail::{Contact, Letter};
use exeunt_store::Change;

use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Where a request's person gets letters. `None` where they said no address, where no letters are sent, and where it is not
    /// known any more who they were.
    pub(crate) async fn reachable(&self, request: RequestId) -> Result<Option<Contact>, Error> {
        if self.engine.settings.letters.is_none() {
            return Ok(None);
        }
        self.contact_about(&self.request(request).await?)
    }

    /// Writes a letter to a request's person in the change it tells of, with what somebody wrote into its marked places.
    pub(crate) async fn tell_person(
        &self,
        change: &mut Change<'_>,
        request: RequestId,
        contact: Option<&Contact>,
        letter: &Letter,
    ) -> Result<(), Error> {
        let Some(contact) = contact else { return Ok(()) };
        if let Some(letter) = self.engine.letter_within(change, request, contact, letter, None).await? {
            change.add_letter(&letter).await?;
        }
        Ok(())
    }
}
