//! The views somebody sees.

use exeunt_store::views::View;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Their own, and those for everybody; by name. The service has none.
    pub async fn list_views(&self, actor: &Actor) -> Result<Vec<View>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let Some(by) = actor.id else { return Ok(Vec::new()) };
        Ok(self.engine.store.views(self.organization.id, by).await?)
    }

    /// Whether somebody may take a view away: their own, or as an officer one for everybody.
    pub fn may_remove_view(&self, actor: &Actor, view: &View) -> bool {
        actor.id == Some(view.owner) || view.shared && actor.powers.has(Permission::DecideRequests)
    }
}
