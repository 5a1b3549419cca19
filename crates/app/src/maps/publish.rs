//! Publishing a draft: it is the map from then on. The first one takes one person, every later one two, where the organization
//! wants two people.

use std::sync::Arc;

use exeunt_audit::kind::Kind;
use exeunt_store::maps::Version;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::draft::changed_meanwhile;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::{Wish, spend};

impl Office {
    /// Publishes the draft of this revision, as the text that it is. Gives the number of the version.
    pub async fn publish_map(&self, actor: &Actor, revision: i64) -> Result<i64, Error> {
        self.allow(actor, Permission::PublishMap)?;
        let by = actor.id.ok_or(Error::Denied(Permission::PublishMap))?;
        if !self.maps.is_empty() {
            return Err(Error::Refused("E0997", String::from(IN_FILES)));
        }
        let organization = self.organization.id;
        let draft = self.engine.store.map_draft(organization).await?;
        let draft = draft.filter(|draft| draft.revision == revision).ok_or_else(changed_meanwhile)?;
        let map = self.kept_map.read_draft(&draft.text)?;
        let newest = self.engine.store.newest_map(organization).await?;
        let before = newest.as_ref().map_or(0, |newest| newest.version);
        if newest.as_ref().is_some_and(|newest| newest.digest == map.digest) {
            let why = format!("version {before} says the very same already; there is nothing to publish");
            return Err(Error::Refused("E0801", why));
        }
        // nothing holds before the first, so nobody could make it weaker
        let proposal = if before == 0 {
            None
        } else {
            let bound = format!("{before}\n{}", map.digest);
            let what =
                format!("publish version {} of the data map (sha256:{})", before + 1, short(&map.digest));
            let wish = Wish { act: Act::PublishMap, subject: None, bound: bound.as_bytes(), what };
            self.two_people(actor, &wish).await?
        };
        let version = Version {
            version: before + 1,
            digest: map.digest.clone(),
            published_by: by,
            published_at: self.engine.world.now(),
        };
        let mut change = self.engine.store.begin().await?;
        let now = change.map_draft(organization).await?;
        let newest = change.newest_map(organization).await?.map_or(0, |newest| newest.version);
        if now.is_none_or(|now| now.revision != revision) || newest != before {
            change.rollback().await?;
            return Err(changed_meanwhile());
        }
        change.add_map(organization, &version, &draft.text).await?;
        change.remove_map_draft(organization).await?;
        spend(&mut change, proposal).await?;
        let event = self
            .event(Kind::MapPublished, actor)
            .count("models", map.map.models().count() as u64)
            .fact("version", version.version)
            .fact("digest", format_args!("sha256:{}", map.digest));
        change.commit(organization, &[event]).await?;
        self.kept_map.publish(version.version, Some(Arc::clone(&map)));
        Ok(version.version)
    }
}

/// What whoever publishes over files is told.
const IN_FILES: &str = "the settings name files that hold the data map, and those are the map: nothing is published beside them. \
                        Carry the changes into the files, or take `map:` out of the settings";

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
