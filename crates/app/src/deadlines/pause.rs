//! Stopping a request's clock where its law allows that, and letting it run on.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_rights::Day;
use exeunt_store::deadlines::Deadline;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::open::{day, ground};
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

impl Office {
    /// Stops the clock on a ground (`identity`, `clarification`, `fee`) that the request's law knows.
    pub async fn pause_deadline(
        &self,
        actor: &Actor,
        id: RequestId,
        word: &str,
        because: &str,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let (because, ground) = (reason(because)?, ground(word)?);
        let deadline = self.open_deadline(id).await?;
        if let Some(since) = &deadline.paused_on {
            return Err(Error::Refused(
                "E0315",
                format!("the clock of request `{id}` stands still since {since}"),
            ));
        }
        let pack = self.pack_of(&deadline).await?;
        pack.may_pause(ground).map_err(|error| Error::Refused("E0315", error.to_string()))?;
        let today = self.today();
        let event = self
            .event(Kind::RequestDeadlineMoved, actor)
            .about(id)
            .fact("why", "paused")
            .fact("ground", word)
            .commit("reason", Commitment::new(&self.chance(), "pause", because.as_bytes()));
        let moved =
            Deadline { paused_on: Some(today.to_string()), pause_ground: Some(word.to_owned()), ..deadline };
        let mut change = self.engine.store.begin().await?;
        change.move_deadline(&moved).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }

    /// Lets the clock run on: the deadline moves by exactly the days waited. Says the new day.
    pub async fn resume_deadline(&self, actor: &Actor, id: RequestId) -> Result<Day, Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let deadline = self.open_deadline(id).await?;
        let Some(since) = deadline.paused_on.as_deref() else {
            return Err(Error::Refused("E0315", format!("the clock of request `{id}` runs")));
        };
        // a machine whose clock was set back has waited no day
        let waited = u32::try_from(self.today().days_since(day(since)?)).unwrap_or(0);
        let pack = self.pack_of(&deadline).await?;
        let mut moved = Deadline {
            paused_days: deadline.paused_days.saturating_add(waited),
            paused_on: None,
            pause_ground: None,
            ..deadline
        };
        let due = self.due(&pack, &moved)?;
        moved.answer_by = due.to_string();
        let event = self
            .event(Kind::RequestDeadlineMoved, actor)
            .about(id)
            .fact("why", "resumed")
            .count("days", u64::from(waited))
            .fact("answer_by", due);
        let mut change = self.engine.store.begin().await?;
        change.move_deadline(&moved).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(due)
    }
}
