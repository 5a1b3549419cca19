//! Removing a package: its key first, then its file. Expired ones go by themselves whenever somebody asks.

use exeunt_base::PackageId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Destroys a package's key and file. Removing it again only makes sure of the file.
    pub async fn remove_package(&self, actor: &Actor, id: PackageId) -> Result<(), Error> {
        self.allow(actor, Permission::MakePackages)?;
        self.package(id).await?;
        Ok(self.engine.remove_package(id, actor.id).await?)
    }

    /// Removes every package whose time has come, and says which.
    pub async fn remove_expired_packages(&self, actor: &Actor) -> Result<Vec<PackageId>, Error> {
        self.allow(actor, Permission::MakePackages)?;
        let now = self.engine.world.now();
        let (mut removed, mut failed) = (Vec::new(), None);
        for package in self.engine.store.packages_due(self.organization.id, now).await? {
            match self.remove_package(actor, package.id).await {
                Ok(()) => removed.push(package.id),
                // one file that cannot be taken away now keeps no other's key alive
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(removed), Err)
    }
}
