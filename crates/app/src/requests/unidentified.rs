//! Ending a request because nobody can tell who asks, and taking it up again once the person says more.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_engine::delta::Happened;
use exeunt_mail::Letter;
use exeunt_rights::Day;
use exeunt_rights::regime::Pause;
use exeunt_rights::state::RequestState;
use exeunt_store::deadlines::Deadline;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

const ENDED: &str = RequestState::CannotIdentify.as_str();

impl Office {
    /// Ends a request, telling the person what they can add so that it goes on.
    pub async fn cannot_identify(&self, actor: &Actor, id: RequestId, wanted: &str) -> Result<(), Error> {
        self.allow(actor, Permission::IdentifyRequests)?;
        let wanted = reason(wanted)?;
        let request = self.untouched(id).await?;
        let deadline = self.deadline_of(id).await?;
        let event = self
            .event(Kind::RequestUnidentified, actor)
            .about(id)
            .commit("wanted", Commitment::new(&self.chance(), "identity", wanted.as_bytes()));
        let now = self.engine.world.now();
        let told = self.told_to_deltas(&request, Happened::Cancelled)?;
        let letter = Letter::Unidentified { reference: id, wanted };
        let contact = self.reachable(id).await?;
        let mut change = self.engine.store.begin().await?;
        change.move_request(id, &[&request.state], ENDED).await?;
        change.move_deadline(&Deadline { answered_at: Some(now), ..deadline }).await?;
        self.tell_person(&mut change, id, contact.as_ref(), &letter).await?;
        change.add_delta_events(self.organization.id, &told, now).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }

    /// Takes it up again with what the person added: its clock runs on, and the days between do not count where the law lets
    /// it stand still until somebody is identified. Says when the answer is due.
    pub async fn reopen_request(&self, actor: &Actor, id: RequestId, because: &str) -> Result<Day, Error> {
        self.allow(actor, Permission::IdentifyRequests)?;
        let because = reason(because)?;
        let request = self.request(id).await?;
        if request.state != ENDED {
            return Err(Error::Refused(
                "E0312",
                format!(
                    "request `{id}` is `{}`; only one that ended as `{ENDED}` is taken up again",
                    request.state
                ),
            ));
        }
        let deadline = self.deadline_of(id).await?;
        let pack = self.pack_of(&deadline).await?;
        // a pause that was on when it ended goes on until now
        let since = match (&deadline.paused_on, deadline.answered_at) {
            (Some(since), _) => crate::deadlines::day(since)?,
            (None, Some(at)) => self.policy.law.zone.day_of(at),
            (None, None) => self.today(),
        };
        let waited = match pack.may_pause(Pause::Identity) {
            Ok(()) => u32::try_from(self.today().days_since(since)).unwrap_or(0),
            // the law knows no such pause: the day it was due stays
            Err(_) => 0,
        };
        let mut moved = Deadline {
            paused_days: deadline.paused_days.saturating_add(waited),
            paused_on: None,
            pause_ground: None,
            answered_at: None,
            ..deadline
        };
        let due = self.due(&pack, &moved)?;
        moved.answer_by = due.to_string();
        let event = self
            .event(Kind::RequestReopened, actor)
            .about(id)
            .count("days", u64::from(waited))
            .fact("answer_by", due)
            .commit("reason", Commitment::new(&self.chance(), "reopening", because.as_bytes()));
        let told = self.told_to_deltas(&request, Happened::Requested)?;
        let mut change = self.engine.store.begin().await?;
        change.move_request(id, &[ENDED], RequestState::Received.as_str()).await?;
        change.move_deadline(&moved).await?;
        change.add_delta_events(self.organization.id, &told, self.engine.world.now()).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(due)
    }
}
