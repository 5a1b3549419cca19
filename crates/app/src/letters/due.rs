//! Telling officers, once a day, which answers are due within a week and which are late.

use exeunt_engine::letters::To;
use exeunt_mail::{Due, Letter};
use exeunt_store::calls::Call;

use crate::access::Role;
use crate::deadlines::day;
use crate::error::Error;
use crate::letters::noon;
use crate::office::Office;

/// How many days before it is due an answer is told of.
const DAYS: i64 = 7;
/// Most requests of one letter; those due first come first.
const MOST: u32 = 50;
/// Seconds between two letters, a little less than a day, so that they do not wander through it.
const APART: i64 = 86_400 - 600;

impl Office {
    /// Writes to the officers if something is due and nobody was told today.
    pub(crate) async fn tell_what_is_due(&self) -> Result<(), Error> {
        if self.engine.settings.letters.is_none() {
            return Ok(());
        }
        let (store, id, now) = (&self.engine.store, self.organization.id, self.now());
        let by = self.today().plus_days(DAYS).to_string();
        let mut requests = Vec::new();
        for deadline in store.open_deadlines(id, &by, MOST).await? {
            // one whose clock stands still is nobody's to hurry
            if deadline.paused_on.is_some() {
                continue;
            }
            // late from the end of that day on
            let at = noon(day(&deadline.answer_by)?).plus_seconds(43_199);
            requests.push(Due { request: deadline.request, at });
        }
        if requests.is_empty() {
            return Ok(());
        }
        let last = store.last_letter_at(id, "due").await?;
        if last.is_some_and(|last| now < last.plus_seconds(APART)) {
            return Ok(());
        }
        let to = To::Role(Role::Officer.as_str().to_owned());
        let letter = self.engine.letter(None, &to, &Letter::Due { requests, now }, Some(now.plus_days(1)))?;
        let Some(letter) = letter else { return Ok(()) };
        // any number of processes may have come as far as this
        let once = Call {
            caller: String::from("what is due"),
            key: self.today().to_string(),
            digest: String::new(),
        };
        let mut change = store.begin().await?;
        if change.call_once(id, &once, &letter.id.to_string(), now).await?.is_some() {
            return Ok(change.rollback().await?);
        }
        change.add_letter(&letter).await?;
        Ok(change.commit_bookkeeping().await?)
    }
}
