//! The organization's packages, newest first.

use exeunt_base::{PackageId, RequestId};
use exeunt_store::packages::Package;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// All packages, removed ones too.
    pub async fn list_packages(&self, actor: &Actor) -> Result<Vec<Package>, Error> {
        self.allow(actor, Permission::ReadPackages)?;
        Ok(self.engine.store.packages(self.organization.id).await?)
    }

    /// At most `limit` packages, newest first, older than `before`.
    pub async fn page_of_packages(
        &self,
        actor: &Actor,
        before: Option<PackageId>,
        limit: u32,
    ) -> Result<Vec<Package>, Error> {
        self.allow(actor, Permission::ReadPackages)?;
        Ok(self.engine.store.packages_page(self.organization.id, before, limit).await?)
    }

    /// The package that was made last for a request; one that was removed too.
    pub async fn package_of_request(&self, actor: &Actor, id: RequestId) -> Result<Option<Package>, Error> {
        self.allow(actor, Permission::ReadPackages)?;
        self.request(id).await?;
        Ok(self.engine.store.last_package_of(id).await?)
    }

    /// One package, told to somebody.
    pub async fn show_package(&self, actor: &Actor, id: PackageId) -> Result<Package, Error> {
        self.allow(actor, Permission::ReadPackages)?;
        self.package(id).await
    }

    /// One package of this organization.
    pub async fn package(&self, id: PackageId) -> Result<Package, Error> {
        let package = self.engine.store.package(id).await?;
        self.own(package.organization, "package", &id.to_string())?;
        Ok(package)
    }
}
