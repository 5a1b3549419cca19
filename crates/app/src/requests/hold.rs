//! Placing and lifting a hold: while it stands, nothing of the request is purged.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// Longest reason.
const LONGEST: usize = 500;

impl Office {
    /// Places a hold, with its reason.
    pub async fn hold_request(&self, actor: &Actor, id: RequestId, because: &str) -> Result<(), Error> {
        self.allow(actor, Permission::HoldRequests)?;
        let because = reason(because)?;
        let request = self.request(id).await?;
        if let Some(already) = request.held_because {
            return Err(Error::Refused("E0312", format!("request `{id}` is on hold already ({already})")));
        }
        self.set_hold(actor, id, Some(&because)).await
    }

    /// Lifts the hold.
    pub async fn release_request(&self, actor: &Actor, id: RequestId) -> Result<(), Error> {
        self.allow(actor, Permission::HoldRequests)?;
        if self.request(id).await?.held_because.is_none() {
            return Err(Error::Refused("E0312", format!("request `{id}` is not on hold")));
        }
        self.set_hold(actor, id, None).await
    }

    async fn set_hold(&self, actor: &Actor, id: RequestId, because: Option<&str>) -> Result<(), Error> {
        let kind = if because.is_some() { Kind::HoldPlaced } else { Kind::HoldLifted };
        let mut event = self.event(kind, actor).about(id);
        if let Some(because) = because {
            // the reason is people's words: the log only commits to it
            event = event.commit("reason", Commitment::new(&self.chance(), "hold", because.as_bytes()));
        }
        let mut change = self.engine.store.begin().await?;
        change.set_hold(id, because).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }
}

/// A reason that can be kept: not empty, not too long, one line.
pub(crate) fn reason(given: &str) -> Result<String, Error> {
    let given = given.trim();
    if given.is_empty() || given.chars().count() > LONGEST || given.chars().any(char::is_control) {
        return Err(Error::Usage("E0801", format!("a reason is one line of 1 to {LONGEST} characters")));
    }
    Ok(given.to_owned())
}
