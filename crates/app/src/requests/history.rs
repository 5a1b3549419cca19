//! What happened with a request, as the log has it: when, what, by whom, how many. Never whose it is.

use std::collections::BTreeMap;

use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, RequestId, Timestamp};

use crate::access::{Permission, Role};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::faces::Face;

/// Most entries that are told.
const MOST: u32 = 500;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its place in the log.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// By whom; `None` by the service itself.
    pub by: Option<ActorId>,
    /// Their roles as they are now; none for somebody who is no user.
    pub roles: Vec<Role>,
    /// How many, by label.
    pub counts: BTreeMap<String, u64>,
    /// Words, by label.
    pub facts: BTreeMap<String, String>,
}

impl Office {
    /// The history of a request with that of its plan and its job, oldest first.
    pub async fn request_history(&self, actor: &Actor, id: RequestId) -> Result<Vec<Happened>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let request = self.request(id).await?;
        let (store, organization) = (&self.engine.store, self.organization.id);
        let mut objects = vec![Object::from(id)];
        objects.extend(request.plan.map(Object::from));
        objects.extend(request.job.map(Object::from));
        let noted_from = store.audit_about_from(organization).await?;
        let mut entries = self.entries_before(&request, &objects, noted_from).await?;
        entries.extend(store.audit_entries_about(organization, &objects, MOST).await?);
        let (mut history, mut faces) = (Vec::new(), self.faces().await?);
        for (entry, bytes) in entries {
            let Ok(event) = Event::parse(&bytes) else { continue };
            let Face { by, roles } = faces.of(event.actor).await?;
            let Event { at, kind, counts, facts, .. } = event;
            history.push(Happened { entry, at, kind, by, roles, counts, facts });
        }
        Ok(history)
    }
}
