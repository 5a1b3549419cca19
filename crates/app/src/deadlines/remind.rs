//! Reminding officers of answers that are due: seven, three and one days before, on the day, and each day they are late.

use std::collections::BTreeSet;

use exeunt_engine::letters::To;
use exeunt_mail::{Due, Letter};
use exeunt_store::calls::Call;

use crate::access::Role;
use crate::deadlines::open::day;
use crate::error::Error;
use crate::letters::person::noon;
use crate::office::Office;

/// Days before the answer is due on which somebody is reminded.
const BEFORE: [i64; 4] = [7, 3, 1, 0];
/// Most requests one letter names.
const MOST: u32 = 200;

impl Office {
    /// Writes the letter of today, once over all processes, if there is anything to remind of.
    pub(crate) async fn remind_of_deadlines(&self) -> Result<(), Error> {
        if self.engine.settings.letters.is_none() {
            return Ok(());
        }
        let (today, now) = (self.today(), self.engine.world.now());
        let named: BTreeSet<String> = BEFORE.iter().map(|days| today.plus_days(*days).to_string()).collect();
        let last = today.plus_days(BEFORE[0]).to_string();
        let mut due = Vec::new();
        for deadline in self.engine.store.open_deadlines(self.organization.id, &last, MOST).await? {
            let at = day(&deadline.answer_by)?;
            // one whose clock stands still is nobody's to hurry
            if deadline.paused_on.is_none() && (at < today || named.contains(&deadline.answer_by)) {
                due.push(Due { request: deadline.request, at: noon(at) });
            }
        }
        let letter = Letter::Due { requests: due.clone(), now };
        let everybody = To::Role(Role::Officer.as_str().to_owned());
        let Some(stored) = self.engine.letter(None, &everybody, &letter, None)?.filter(|_| !due.is_empty())
        else {
            return Ok(());
        };
        let once = Call {
            caller: String::from("reminder of deadlines"),
            key: today.to_string(),
            digest: String::new(),
        };
        let mut change = self.engine.store.begin().await?;
        // calls are forgotten after 24 hours, and a day can have 25
        let at = now.plus_seconds(7_200);
        if change.call_once(self.organization.id, &once, &stored.id.to_string(), at).await?.is_some() {
            return Ok(change.rollback().await?);
        }
        change.add_letter(&stored).await?;
        Ok(change.commit_bookkeeping().await?)
    }
}
