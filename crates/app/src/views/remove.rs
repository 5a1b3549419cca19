//! Taking a view away.

use exeunt_audit::kind::Kind;
use exeunt_base::ViewId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Keeps a view no more. One that somebody else keeps for themselves is not found.
    pub async fn remove_view(&self, actor: &Actor, id: ViewId) -> Result<(), Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let unknown = || exeunt_store::Error::NotFound { what: "view", id: id.to_string() };
        let by = actor.id.ok_or_else(unknown)?;
        let organization = self.organization.id;
        let mut change = self.engine.store.begin().await?;
        let known = change.views(organization, by).await?;
        let found = known.iter().find(|view| view.id == id);
        let (Some(view), true) = (found, found.is_some_and(|view| self.may_remove_view(actor, view))) else {
            change.rollback().await?;
            return Err(match found {
                // it is for everybody, and another's
                Some(_) => Error::Denied(Permission::DecideRequests),
                None => unknown().into(),
            });
        };
        let event = self.event(Kind::ViewRemoved, actor).fact("view", view.id).fact("shared", view.shared);
        change.remove_view(id).await?;
        Ok(change.commit(organization, &[event]).await?)
    }
}
