//! The portal of a word in an address.

use exeunt_mail::Language;
use exeunt_store::portals::Portal;

use crate::error::Error;
use crate::house::House;
use crate::office::Office;
use crate::portal::settings;

/// A portal that somebody came to.
#[derive(Debug, Clone)]
pub struct Found {
    /// The office behind it.
    pub office: Office,
    /// How it shows itself.
    pub portal: Portal,
    /// The languages it offers; the first is the usual one.
    pub languages: Vec<Language>,
}

impl House {
    /// The portal of a word; open or shut. Links in letters work at one that was shut since.
    pub async fn portal_of(&self, word: &str) -> Result<Option<Found>, Error> {
        // whatever is no word of ours is not asked for
        if word.len() > 40 {
            return Ok(None);
        }
        let Some(portal) = self.store.portal_by_word(word).await? else { return Ok(None) };
        // an organization that the settings no longer know has no pages
        let Ok(office) = self.office(portal.organization) else { return Ok(None) };
        let languages = settings::languages(&portal);
        Ok(Some(Found { office: office.clone(), portal, languages }))
    }
}
