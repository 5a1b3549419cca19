//! Telling the person what was decided about their request: a later date, or a refusal.

use exeunt_base::RequestId;
use exeunt_engine::letters::To;
use exeunt_mail::Letter;
use exeunt_store::letters::Letter as Stored;

use crate::error::Error;
use crate::office::Office;

impl Office {
    /// A letter to a request's person, to be added in the change it tells of. `None` where they said no address, or where no
    /// letters are sent.
    pub(crate) async fn letter_to_person(
        &self,
        request: RequestId,
        letter: &Letter,
    ) -> Result<Option<Stored>, Error> {
        if self.engine.settings.letters.is_none() {
            return Ok(None);
        }
        let request = self.request(request).await?;
        // whoever was erased is not known any more
        if request.identities.is_none() {
            return Ok(None);
        }
        let Some(contact) = self.engine.open_known(&request)?.contact else { return Ok(None) };
        Ok(self.engine.letter(Some(request.id), &To::Person(contact), letter, None)?)
    }
}
