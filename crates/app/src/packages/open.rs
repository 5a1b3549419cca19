//! Opening a package: decrypted and checked whole before a single file is believed.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::PackageId;
use exeunt_package::{Key, Opened, Opening};
use exeunt_store::packages::Package;
use exeunt_vault::storage::Reader;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::packages::pieces::Pieces;
use crate::requests::hold::reason;

impl Office {
    /// Opens a package of this home into a folder that does not exist yet, with its own key or another one.
    pub async fn open_package(
        &self,
        actor: &Actor,
        id: PackageId,
        key: Option<Key>,
        target: &Path,
    ) -> Result<Opened, Error> {
        self.allow(actor, Permission::OpenPackages)?;
        let package = self.package(id).await?;
        if package.removed_at.is_some() {
            return Err(Error::Refused("E0605", format!("package `{id}` was removed; its key is destroyed")));
        }
        let key = match key {
            Some(key) => key,
            None => Key::Identity(self.engine.package_identity(&package)?),
        };
        let item = self.engine.packages.open(&package.file)?;
        let opened = exeunt_package::open(Reader::new(item), &key, &Opening::default(), target)?;
        let event = self.event(Kind::PackageOpened, actor).about(id).about(package.request);
        let mut change = self.engine.store.begin().await?;
        change.count_opening(id).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(opened)
    }
}

impl Office {
    /// A package's file as it lies there, encrypted, for whoever it was made for. Counted before its first byte is given.
    pub async fn fetch_package(&self, actor: &Actor, id: PackageId) -> Result<(Package, Pieces), Error> {
        self.allow(actor, Permission::OpenPackages)?;
        self.fetched(actor, id, None).await
    }

    /// The same, with the reason why somebody who works here fetches it.
    pub async fn fetch_package_because(
        &self,
        actor: &Actor,
        id: PackageId,
        because: &str,
    ) -> Result<(Package, Pieces), Error> {
        self.allow(actor, Permission::OpenPackages)?;
        self.fetched(actor, id, Some(reason(because)?)).await
    }

    async fn fetched(
        &self,
        actor: &Actor,
        id: PackageId,
        because: Option<String>,
    ) -> Result<(Package, Pieces), Error> {
        let package = self.package(id).await?;
        if package.removed_at.is_some() {
            return Err(Error::Refused("E0605", format!("package `{id}` was removed; its key is destroyed")));
        }
        let file = Reader::new(self.engine.packages.open(&package.file)?);
        let mut event = self.event(Kind::PackageOpened, actor).about(id).about(package.request);
        if let Some(because) = because {
            event = event.commit("reason", Commitment::new(&self.chance(), "fetch", because.as_bytes()));
        }
        let mut change = self.engine.store.begin().await?;
        change.count_opening(id).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok((package, Pieces::of(Box::new(file))))
    }
}

/// Opens any package file with a key. Needs no home.
pub fn open_file(path: &Path, key: &Key, target: &Path) -> Result<Opened, Error> {
    let file = File::open(path).map_err(|source| Error::file("open the package", path, source))?;
    Ok(exeunt_package::open(BufReader::new(file), key, &Opening::default(), target)?)
}
