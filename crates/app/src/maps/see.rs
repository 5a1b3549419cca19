//! The map as it stands: what is in force, who holds it, and what is being worked on.

use std::path::PathBuf;
use std::sync::Arc;

use exeunt_store::maps::{Draft, Version};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::Map;
use crate::maps::read;
use crate::office::Office;

/// Who holds the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Files that the settings name. Nothing else is the map then.
    Files(Vec<PathBuf>),
    /// The store: the version in force, if one was published.
    Store(Option<Version>),
}

/// The map as somebody sees it.
#[derive(Debug)]
pub struct Seen {
    /// What is in force.
    pub map: Option<Arc<Map>>,
    /// Why nothing is, where it should be.
    pub trouble: Option<Error>,
    /// Who holds it.
    pub held: Held,
    /// What is being worked on.
    pub draft: Option<Draft>,
}

impl Seen {
    /// Whether there is no map yet, as opposed to one that cannot be read.
    pub fn is_none_yet(&self) -> bool {
        self.map.is_none() && self.trouble.is_none()
    }
}

impl Office {
    /// The map as it stands.
    pub async fn see_map(&self, actor: &Actor) -> Result<Seen, Error> {
        self.allow(actor, Permission::ReadMap)?;
        let draft = self.engine.store.map_draft(self.organization.id).await?;
        let held = if self.maps.is_empty() {
            Held::Store(self.engine.store.newest_map(self.organization.id).await?)
        } else {
            Held::Files(self.maps.clone())
        };
        let (map, trouble) = match self.map() {
            Ok(map) => (Some(map), None),
            Err(_) if self.has_no_map_yet() => (None, None),
            Err(error) => (None, Some(error)),
        };
        Ok(Seen { map, trouble, held, draft })
    }

    /// Whether nothing that could be the map is there: no version, and none of the files.
    pub(crate) fn has_no_map_yet(&self) -> bool {
        if self.maps.is_empty() {
            return self.kept_map.published().is_none();
        }
        let empty = |path: &PathBuf| {
            !path.exists()
                || path.is_dir()
                    && read::files(std::slice::from_ref(path)).is_ok_and(|files| files.is_empty())
        };
        self.maps.iter().all(empty)
    }

    /// The versions that were published here, newest first.
    pub async fn map_versions(&self, actor: &Actor) -> Result<Vec<Version>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        Ok(self.engine.store.map_versions(self.organization.id).await?)
    }

    /// The text of the map in force: the files one after another, or the version as it was published.
    pub async fn map_text(&self, actor: &Actor) -> Result<String, Error> {
        self.allow(actor, Permission::ReadMap)?;
        if self.maps.is_empty() {
            let newest = self.engine.store.newest_map(self.organization.id).await?;
            let Some(newest) = newest else { return self.map().map(|_| String::new()) };
            return Ok(self.engine.store.map_text(self.organization.id, newest.version).await?);
        }
        let texts = read::files(&self.maps)?.into_iter().map(|(_, text)| text);
        Ok(texts.collect::<Vec<_>>().join("---\n"))
    }
}
