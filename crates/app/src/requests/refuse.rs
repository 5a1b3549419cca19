//! Refusing a request on grounds its law knows, and writing down that the person took theirs back.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_engine::delta::Happened;
use exeunt_mail::Letter;
use exeunt_rights::state::RequestState;
use exeunt_store::deadlines::Deadline;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

/// States in which nothing was done yet.
const UNTOUCHED: [RequestState; 3] =
    [RequestState::Received, RequestState::AwaitingApproval, RequestState::Approved];

impl Office {
    /// Refuses a request on these grounds, for a reason that the person is told.
    pub async fn refuse_request(
        &self,
        actor: &Actor,
        id: RequestId,
        grounds: &[String],
        because: &str,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let because = reason(because)?;
        let request = self.untouched(id).await?;
        let deadline = self.deadline_of(id).await?;
        let pack = self.pack_of(&deadline).await?;
        if grounds.is_empty() || grounds.iter().any(|ground| pack.refusal(ground).is_none()) {
            let known: Vec<&str> = pack.refusals.iter().map(|refusal| refusal.id.as_str()).collect();
            return Err(Error::Refused(
                "E0315",
                format!(
                    "{} knows these grounds for refusing: {}; name at least one",
                    pack.short,
                    known.join(", ")
                ),
            ));
        }
        let mut grounds = grounds.to_vec();
        grounds.sort_unstable();
        grounds.dedup();
        let citations = grounds.iter().filter_map(|ground| pack.refusal(ground));
        let citations: Vec<&str> = citations.map(|refusal| refusal.citation.as_str()).collect();
        let law = format!("{}, {}", pack.short, citations.join("; "));
        let event = self
            .event(Kind::RequestRefused, actor)
            .about(id)
            .fact("grounds", grounds.join("."))
            .commit("reason", Commitment::new(&self.chance(), "refusal", because.as_bytes()));
        let now = self.engine.world.now();
        let answered = Deadline { refusal_grounds: grounds, answered_at: Some(now), ..deadline };
        let told = self.told_to_deltas(&request, Happened::Cancelled)?;
        let letter = Letter::Refused { reference: id, reason: because.clone(), law };
        let contact = self.reachable(id).await?;
        let mut change = self.engine.store.begin().await?;
        change.move_request(id, &[&request.state], RequestState::Refused.as_str()).await?;
        change.move_deadline(&answered).await?;
        self.tell_person(&mut change, id, contact.as_ref(), &letter).await?;
        change.add_delta_events(self.organization.id, &told, now).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }

    /// Writes down that the person took their request back.
    pub async fn withdraw_request(&self, actor: &Actor, id: RequestId, because: &str) -> Result<(), Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let because = reason(because)?;
        let request = self.untouched(id).await?;
        let event = self
            .event(Kind::RequestWithdrawn, actor)
            .about(id)
            .commit("reason", Commitment::new(&self.chance(), "withdrawal", because.as_bytes()));
        let told = self.told_to_deltas(&request, Happened::Cancelled)?;
        let now = self.engine.world.now();
        let mut change = self.engine.store.begin().await?;
        change.move_request(id, &[&request.state], RequestState::Withdrawn.as_str()).await?;
        change.note_answered(id, now).await?;
        change.add_delta_events(self.organization.id, &told, now).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }

    /// A request of which nothing was done yet.
    pub(super) async fn untouched(&self, id: RequestId) -> Result<Request, Error> {
        let request = self.request(id).await?;
        let state = request.state.as_str();
        if !UNTOUCHED.iter().any(|untouched| untouched.as_str() == state) {
            let hint = match state {
                "hidden" | "partly_restored" => {
                    format!(": bring its rows back with `exeunt restore {id}` instead")
                }
                _ => String::new(),
            };
            return Err(Error::Refused("E0312", format!("request `{id}` is `{state}`{hint}")));
        }
        if let Some(job) = request.job {
            return Err(Error::Refused(
                "E0312",
                format!("request `{id}` has job `{job}`: cancel that first, and bring back what it did"),
            ));
        }
        Ok(request)
    }
}
