//! Pushing what waits into the delta tables. The trouble of one stops no other.

use exeunt_base::{Name, TaskId};
use exeunt_engine::delta::Pushed;

use crate::access::Permission;
use crate::actor::Actor;
use crate::calls::Call;
use crate::error::Error;
use crate::office::Office;
use crate::tasks::Wanted;

/// What came of each source.
pub type Pushes = Vec<(Name, Result<Pushed, Error>)>;

impl Office {
    /// Pushes to these sources, or to all that have a delta table.
    pub async fn push_deltas(&self, actor: &Actor, sources: &[Name]) -> Result<Pushes, Error> {
        self.allow(actor, Permission::PushDeltas)?;
        let targets = &self.engine.settings.deltas;
        let sources: Vec<Name> =
            if sources.is_empty() { targets.keys().cloned().collect() } else { sources.to_vec() };
        if sources.is_empty() {
            return Err(none());
        }
        let users = self.users_of_the_map().await;
        let mut pushes = Vec::new();
        for source in sources {
            // a map that cannot be read is told below
            if let Err(error @ Error::Elsewhere(_)) = self.may_reach(&source) {
                pushes.push((source, Err(error)));
                continue;
            }
            let done = match &users {
                Ok(users) => self.engine.push_deltas(&source, users, actor.id).await.map_err(Error::from),
                // people cannot be looked up now; what is known is told all the same
                Err(error) => {
                    tracing::warn!(error.code = error.code(), "could not read the map's people: {error}");
                    self.engine.push_deltas(&source, &[], actor.id).await.map_err(Error::from)
                }
            };
            pushes.push((source, done));
        }
        Ok(pushes)
    }

    /// Asks for everything that waits to be pushed.
    pub async fn ask_push_deltas(&self, actor: &Actor, call: Option<&Call>) -> Result<TaskId, Error> {
        self.allow(actor, Permission::PushDeltas)?;
        if self.engine.settings.deltas.is_empty() {
            return Err(none());
        }
        self.ask_about(actor, None, &Wanted::PushDeltas, call).await
    }
}

fn none() -> Error {
    Error::Refused(
        "E0950",
        String::from("no source has a delta table; add `delta: {}` to one of them in the settings"),
    )
}
