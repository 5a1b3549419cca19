//! What is due on which day: the calendar of answers, counted where they are kept.

use exeunt_rights::Day;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::open::day;
use crate::error::Error;
use crate::office::Office;

/// A day on which answers are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDay {
    /// It.
    pub day: Day,
    /// Answers that are not given yet.
    pub due: u64,
    /// Those of them that are late.
    pub overdue: u64,
    /// Those of them whose clock stands still.
    pub paused: u64,
}

impl Office {
    /// The days from the one to the other, both among them, on which answers are due that are not given yet.
    pub async fn due_days(&self, actor: &Actor, from: Day, to: Day) -> Result<Vec<DueDay>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let (organization, today) = (self.organization.id, self.today().to_string());
        let days =
            self.engine.store.due_days(organization, &from.to_string(), &to.to_string(), &today).await?;
        let read = |one: exeunt_store::deadlines::DueDay| {
            Ok(DueDay { day: day(&one.day)?, due: one.due, overdue: one.overdue, paused: one.paused })
        };
        days.into_iter().map(read).collect()
    }
}
