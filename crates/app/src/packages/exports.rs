//! What was handed over or waits to be: packages with their links, newest first.

use std::collections::HashMap;

use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_base::{PackageId, Timestamp};
use exeunt_store::links::Link;
use exeunt_store::packages::Package;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::links::DOWNLOADS;
use crate::office::Office;

/// Entries of a request that are looked through for how its package was made.
const ENTRIES: u32 = 200;

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It can be used.
    Open,
    /// It was used as often as it could be.
    Used,
    /// Its time is over.
    Ended,
    /// It was revoked, or its package is gone.
    Revoked,
}

/// A package with its links.
#[derive(Debug, Clone)]
pub struct Export {
    /// It.
    pub package: Package,
    /// Its links, newest first.
    pub links: Vec<(Link, Way)>,
    /// The formats in it, as the log has them; none of one that was made before the log did.
    pub formats: Vec<String>,
}

impl Export {
    /// How often the person fetched it by a link.
    pub fn fetched(&self) -> u64 {
        self.links.iter().map(|(link, _)| DOWNLOADS.saturating_sub(link.downloads_left)).sum()
    }

    /// Whether it can still be fetched or opened.
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.package.removed_at.is_none() && self.package.expires_at > now
    }
}

/// A page of them.
#[derive(Debug, Clone)]
pub struct Page {
    /// They.
    pub exports: Vec<Export>,
    /// The last of the page, if there is another.
    pub next: Option<PackageId>,
}

impl Office {
    /// The formats of a package, from the entry that tells of its making.
    async fn formats_of(&self, package: &Package) -> Result<Vec<String>, Error> {
        let about = [Object::from(package.request)];
        let entries = self.engine.store.audit_entries_about(self.organization.id, &about, ENTRIES).await?;
        let mut events = entries.iter().rev().filter_map(|(_, entry)| Event::parse(entry).ok());
        let made = events.find(|event| {
            event.kind == Kind::PackageMade && event.objects.contains(&Object::from(package.id))
        });
        let words = made.and_then(|event| event.facts.get("formats").cloned()).unwrap_or_default();
        Ok(words.split('.').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }

    /// A page of the packages with their links.
    pub async fn list_exports(
        &self,
        actor: &Actor,
        before: Option<PackageId>,
        limit: u32,
    ) -> Result<Page, Error> {
        let mut packages = self.page_of_packages(actor, before, limit.saturating_add(1)).await?;
        self.allow(actor, Permission::ReadPackages)?;
        let more = packages.len() > limit as usize;
        packages.truncate(limit as usize);
        let next = packages.last().filter(|_| more).map(|package| package.id);
        let ids: Vec<PackageId> = packages.iter().map(|package| package.id).collect();
        let mut links: HashMap<PackageId, Vec<Link>> = HashMap::new();
        for link in self.engine.store.links_of_all(&ids).await? {
            links.entry(link.package).or_default().push(link);
        }
        let now = self.now();
        let mut exports = Vec::with_capacity(packages.len());
        for package in packages {
            let gone = package.removed_at.is_some();
            let of = links.remove(&package.id).unwrap_or_default();
            let way = |link: Link| {
                let stands = stands(&link, gone, now);
                (link, stands)
            };
            let formats = self.formats_of(&package).await?;
            exports.push(Export { links: of.into_iter().map(way).collect(), formats, package });
        }
        Ok(Page { exports, next })
    }
}

fn stands(link: &Link, gone: bool, now: Timestamp) -> Way {
    match () {
        () if link.expires_at <= now => Way::Ended,
        () if link.revoked_at.is_some() || gone => Way::Revoked,
        () if link.downloads_left == 0 => Way::Used,
        () => Way::Open,
    }
}
