//! Pausing work at a source, for its maintenance or because it suffers; and letting it go on.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::Name;
use exeunt_datamap::suggest;
use exeunt_store::halts::Halt;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

impl Office {
    /// Pauses work at a source: nothing is struck, restored or purged there. A batch in hand is finished.
    pub async fn pause_source(&self, actor: &Actor, source: &Name, because: &str) -> Result<(), Error> {
        self.allow(actor, Permission::PauseWork)?;
        let because = reason(because)?;
        let known = &self.engine.settings.sources;
        if !known.contains(source) {
            let near = suggest::did_you_mean(source.as_str(), known.iter().map(Name::as_str));
            let hint = near.map(|hint| format!("; {hint}")).unwrap_or_default();
            return Err(Error::NoSource { name: source.clone(), hint });
        }
        let event = self
            .event(Kind::WorkPaused, actor)
            .fact("source", source)
            .commit("reason", Commitment::new(&self.chance(), "pause", because.as_bytes()));
        let at = self.engine.world.now();
        let halt =
            Halt { source: Some(source.clone()), because, by: actor.id, at, lift_by: None, lift_at: None };
        let mut change = self.engine.store.begin().await?;
        if !change.add_halt(self.organization.id, &halt).await? {
            change.rollback().await?;
            return Err(Error::Refused("E0956", format!("source `{source}` is paused already")));
        }
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// Lets work at a source go on. What waited for it is tried at once.
    pub async fn resume_source(&self, actor: &Actor, source: &Name) -> Result<(), Error> {
        self.allow(actor, Permission::PauseWork)?;
        let event = self.event(Kind::WorkResumed, actor).fact("source", source);
        let mut change = self.engine.store.begin().await?;
        if !change.remove_halt(self.organization.id, Some(source)).await? {
            change.rollback().await?;
            return Err(Error::Refused("E0956", format!("source `{source}` is not paused")));
        }
        change.wake_tasks(self.organization.id, self.engine.world.now()).await?;
        change.commit(self.organization.id, &[event]).await?;
        self.bell.notify_one();
        Ok(())
    }
}
