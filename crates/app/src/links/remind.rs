//! Telling people that a link they have not used ends soon.

use exeunt_engine::letters::To;
use exeunt_mail::Letter;

use crate::error::Error;
use crate::links::DOWNLOADS;
use crate::office::Office;

/// How long before its end.
const DAYS: i64 = 2;

impl Office {
    /// Writes to whoever has not used a link that ends within two days. The link itself is kept nowhere and cannot be repeated.
    pub(crate) async fn remind_of_links(&self) -> Result<(), Error> {
        if self.engine.settings.letters.is_none() {
            return Ok(());
        }
        let now = self.now();
        let (store, id) = (&self.engine.store, self.organization.id);
        for link in store.links_to_remind_of(id, DOWNLOADS, now, now.plus_days(DAYS)).await? {
            // one that never lived longer than that was told of just now
            if link.expires_at <= link.made_at.plus_days(DAYS) {
                continue;
            }
            let letter = Letter::Ending { reference: link.request, until: link.expires_at };
            let to = To::Person(self.contact_of_link(&link)?);
            let letter = self.engine.letter(Some(link.request), &to, &letter, Some(link.expires_at))?;
            let mut change = store.begin().await?;
            if !change.remind_of_link(link.id, now).await? {
                change.rollback().await?;
                continue;
            }
            if let Some(letter) = &letter {
                change.add_letter(letter).await?;
            }
            // the log tells of it when it is sent
            change.commit_bookkeeping().await?;
        }
        Ok(())
    }
}
