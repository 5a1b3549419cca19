//! Telling the person of a request what was decided, in the change that decides it.

use exeunt_base::Timestamp;
use exeunt_mail::Letter;
use exeunt_rights::Day;
use exeunt_store::Change;
use exeunt_store::requests::Request;

use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Writes a letter to the person of a request, if they said where they get letters and any are sent here.
    pub(crate) async fn tell_person(
        &self,
        change: &mut Change<'_>,
        request: &Request,
        letter: &Letter,
    ) -> Result<(), Error> {
        if self.engine.settings.letters.is_none() || request.identities.is_none() {
            return Ok(());
        }
        let known = self.engine.open_known(request)?;
        Ok(self.engine.write_to_person(change, request.id, known.contact.as_ref(), letter).await?)
    }
}

/// A day as letters name it: its noon, which is that day wherever people read the letter.
pub(crate) fn noon(day: Day) -> Timestamp {
    Timestamp::from_utc(day.to_date().midnight().assume_utc()).plus_seconds(43_200)
}
