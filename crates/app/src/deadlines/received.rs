//! Correcting when a request was received: the day from which everything else counts.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{RequestId, Timestamp};
use exeunt_rights::Day;
use exeunt_store::deadlines::Deadline;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

impl Office {
    /// Corrects when a request was received, and with it every day that counts from there. Says when the answer is due.
    pub async fn correct_received(
        &self,
        actor: &Actor,
        id: RequestId,
        at: Timestamp,
        because: &str,
    ) -> Result<Day, Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let because = reason(because)?;
        let deadline = self.open_deadline(id).await?;
        let request = self.request(id).await?;
        if at > request.entered_at {
            return Err(Error::Usage(
                "E0801",
                format!(
                    "request `{id}` was entered at {}; it was received then or before",
                    request.entered_at
                ),
            ));
        }
        let law = &self.policy.law;
        let received = law.zone.day_of(at);
        let pack = self.pack_of(&deadline).await?;
        let days = pack.deadlines(received, &law.calendar, deadline.paused_days);
        let was = deadline.received_on.clone();
        let mut moved = Deadline {
            received_on: received.to_string(),
            acknowledge_by: days.acknowledge.map(|day| day.to_string()),
            ..deadline
        };
        let due = self.due(&pack, &moved)?;
        moved.answer_by = due.to_string();
        let event = self
            .event(Kind::RequestAmended, actor)
            .about(id)
            .fact("received_on", received)
            .fact("was", was)
            .fact("answer_by", due)
            .commit("reason", Commitment::new(&self.chance(), "received", because.as_bytes()));
        let mut change = self.engine.store.begin().await?;
        change.set_received(id, at).await?;
        change.move_deadline(&moved).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(due)
    }
}
