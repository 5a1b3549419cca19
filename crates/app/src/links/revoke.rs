//! Revoking a link, at once: whoever is fetching at that moment gets no last piece. And which links a package has.

use exeunt_audit::kind::Kind;
use exeunt_base::{LinkId, PackageId};
use exeunt_store::links::Link;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Revokes a link. Revoking it again changes nothing.
    pub async fn revoke_link(&self, actor: &Actor, id: LinkId) -> Result<(), Error> {
        self.allow(actor, Permission::MakeLinks)?;
        let link = self.engine.store.link(id).await?;
        self.own(link.organization, "link", &id.to_string())?;
        let mut change = self.engine.store.begin().await?;
        if !change.revoke_link(id, self.now()).await? {
            return Ok(change.rollback().await?);
        }
        let event = self.event(Kind::LinkRevoked, actor).about(id).about(link.package).about(link.request);
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// The links of a package, newest first, with those that are over.
    pub async fn list_links(&self, actor: &Actor, package: PackageId) -> Result<Vec<Link>, Error> {
        self.allow(actor, Permission::ReadPackages)?;
        let package = self.package(package).await?;
        Ok(self.engine.store.links_of(package.id).await?)
    }
}
