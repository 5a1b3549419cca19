//! Telling every other known address of a person that somebody asked about their data: whoever took over one mailbox does not
//! have them all.

use exeunt_base::RequestId;
use exeunt_engine::letters::{To, right_of};
use exeunt_mail::{Contact, Letter};
use exeunt_store::letters::Letter as Stored;

use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Letters to the addresses given with requests, but for the one each of them answers to.
    pub(crate) async fn letters_to_other_addresses(&self, ids: &[RequestId]) -> Result<Vec<Stored>, Error> {
        let mut letters = Vec::new();
        if self.engine.settings.letters.is_none() {
            return Ok(letters);
        }
        let requests = self.engine.store.requests_named(ids).await?;
        let known = self.engine.open_all_known(&requests)?;
        for (request, known) in requests.iter().zip(&known) {
            let own = known.contact.as_ref().map(|contact| contact.email.expose().to_lowercase());
            let language =
                known.contact.as_ref().map_or_else(|| self.usual_language(), |contact| contact.language);
            let given = known.given.iter().filter(|(kind, _)| kind == "email");
            for (_, email) in given.filter(|(_, email)| Some(email.expose().to_lowercase()) != own) {
                // an identifier need not be an address that mail goes to
                let Ok(contact) = Contact::new(email, None, language) else { continue };
                let letter = Letter::Asked { reference: request.id, right: right_of(request) };
                letters.extend(self.engine.letter(Some(request.id), &To::Person(contact), &letter, None)?);
            }
        }
        Ok(letters)
    }
}
