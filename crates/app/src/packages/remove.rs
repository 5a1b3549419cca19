//! Removing a package: its key first, then its file. Expired ones go by themselves whenever somebody asks.

use std::fs;
use std::io::ErrorKind;

use exeunt_audit::kind::Kind;
use exeunt_base::PackageId;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Destroys a package's key and file. Removing it again only makes sure of the file.
    pub async fn remove_package(&self, actor: &Actor, id: PackageId) -> Result<(), Error> {
        let package = self.package(id).await?;
        if package.removed_at.is_none() {
            let event = self.event(Kind::PackageRemoved, actor).about(id).about(package.request);
            let mut change = self.engine.store.begin().await?;
            change.remove_package(id, self.engine.world.now()).await?;
            change.commit(self.organization.id, &[event]).await?;
            self.engine.store.flush_destroyed().await?;
        }
        let path = self.layout.packages.join(&package.file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("remove", &path, error)),
            _ => Ok(()),
        }
    }

    /// Removes every package whose time has come, and says which.
    pub async fn remove_expired_packages(&self, actor: &Actor) -> Result<Vec<PackageId>, Error> {
        let now = self.engine.world.now();
        let packages = self.engine.store.packages(self.organization.id).await?;
        let due = packages.iter().filter(|package| package.removed_at.is_none() && package.expires_at <= now);
        let mut removed = Vec::new();
        for package in due {
            self.remove_package(actor, package.id).await?;
            removed.push(package.id);
        }
        Ok(removed)
    }
}
