//! Extending a deadline: once, in time, for a kind of reason that the law takes.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_mail::Letter;
use exeunt_rights::Day;
use exeunt_store::deadlines::Deadline;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::open::day;
use crate::error::Error;
use crate::letters::noon;
use crate::office::Office;
use crate::requests::hold::reason;

impl Office {
    /// Extends the deadline for a kind of reason, with words that the person is told; says the new day.
    pub async fn extend_deadline(
        &self,
        actor: &Actor,
        id: RequestId,
        kind: &str,
        because: &str,
    ) -> Result<Day, Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let because = reason(because)?;
        let deadline = self.open_deadline(id).await?;
        let pack = self.pack_of(&deadline).await?;
        let days =
            pack.deadlines(day(&deadline.received_on)?, &self.policy.law.calendar, deadline.paused_days);
        // while the clock stands still no day passes
        let today = deadline.paused_on.as_deref().map(day).transpose()?.unwrap_or_else(|| self.today());
        let due = pack
            .extend(&days, today, deadline.extended_on.is_some(), kind)
            .map_err(|error| Error::Refused("E0315", error.to_string()))?;
        let event = self
            .event(Kind::RequestDeadlineMoved, actor)
            .about(id)
            .fact("why", "extended")
            .fact("reason_kind", kind)
            .fact("answer_by", due)
            .commit("reason", Commitment::new(&self.chance(), "extension", because.as_bytes()));
        let moved = Deadline {
            answer_by: due.to_string(),
            extended_on: Some(self.today().to_string()),
            extension_reason: Some(kind.to_owned()),
            ..deadline
        };
        let letter = Letter::Extended { reference: id, reason: because.clone(), due: noon(due) };
        let contact = self.reachable(id).await?;
        let mut change = self.engine.store.begin().await?;
        change.move_deadline(&moved).await?;
        self.tell_person(&mut change, id, contact.as_ref(), &letter).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(due)
    }
}
