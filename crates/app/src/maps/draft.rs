//! A draft of the map: kept as it was written, whether it can be read or not, so that nothing typed is ever lost.

use std::sync::Arc;

use exeunt_audit::kind::Kind;
use exeunt_datamap::{DataMap, render};
use exeunt_plan::digest;
use exeunt_store::maps::Draft;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::{Map, NAME, read};
use crate::office::Office;

/// Most bytes of a draft.
pub const MOST_BYTES: usize = 4 << 20;

/// What a draft's text comes to.
pub type Read = Result<Arc<Map>, exeunt_datamap::parse::Problems>;

/// A draft, and what it comes to.
#[derive(Debug)]
pub struct Drafted {
    /// As it is kept.
    pub draft: Draft,
    /// The map it makes, or all that is wrong with it.
    pub read: Read,
}

impl Office {
    /// The draft, if somebody works on one.
    pub async fn map_draft(&self, actor: &Actor) -> Result<Option<Drafted>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        let draft = self.engine.store.map_draft(self.organization.id).await?;
        Ok(draft.map(|draft| Drafted { read: self.kept_map.read_draft(&draft.text), draft }))
    }

    /// Keeps a text as the draft, in place of the one of revision `seen` (0 where there was none). Refuses to write over what
    /// somebody else wrote meanwhile.
    pub async fn save_map_draft(&self, actor: &Actor, text: &str, seen: i64) -> Result<i64, Error> {
        self.allow(actor, Permission::DraftMap)?;
        let by = actor.id.ok_or(Error::Denied(Permission::DraftMap))?;
        if text.trim().is_empty() {
            return Err(Error::Usage("E0801", String::from("the draft is empty; nothing was kept")));
        }
        if text.len() > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            return Err(Error::Usage("E0801", format!("a draft has at most {most} MiB; nothing was kept")));
        }
        if text.contains('\0') {
            let why = "the draft holds a NUL character, which no text does; nothing was kept";
            return Err(Error::Usage("E0801", String::from(why)));
        }
        let based_on = self.map().map(|map| map.digest.clone()).unwrap_or_default();
        let mut change = self.engine.store.begin().await?;
        let before = change.map_draft(self.organization.id).await?;
        if before.as_ref().map_or(0, |before| before.revision) != seen {
            change.rollback().await?;
            return Err(changed_meanwhile());
        }
        let draft = Draft {
            organization: self.organization.id,
            revision: seen + 1,
            text: text.to_owned(),
            based_on: before.map_or(based_on, |before| before.based_on),
            changed_by: by,
            changed_at: self.engine.world.now(),
        };
        change.put_map_draft(&draft).await?;
        let event = self
            .event(Kind::MapDrafted, actor)
            .count("bytes", text.len() as u64)
            .fact("revision", draft.revision)
            .fact("text", format_args!("sha256:{}", digest::of_text(text)));
        change.commit(self.organization.id, &[event]).await?;
        Ok(draft.revision)
    }

    /// Throws the draft away.
    pub async fn discard_map_draft(&self, actor: &Actor, seen: i64) -> Result<(), Error> {
        self.allow(actor, Permission::DraftMap)?;
        let mut change = self.engine.store.begin().await?;
        let before = change.map_draft(self.organization.id).await?;
        if before.map_or(0, |before| before.revision) != seen {
            change.rollback().await?;
            return Err(changed_meanwhile());
        }
        change.remove_map_draft(self.organization.id).await?;
        let event = self.event(Kind::MapDiscarded, actor).fact("revision", seen);
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// What a new draft begins from: the draft, or the map in force, or nothing.
    pub(crate) async fn map_to_change(&self) -> Result<(DataMap, i64), Error> {
        if let Some(draft) = self.engine.store.map_draft(self.organization.id).await? {
            return Ok((self.kept_map.read_draft(&draft.text)?.map.clone(), draft.revision));
        }
        let none = self.maps.is_empty() && self.kept_map.published().is_none();
        match self.map() {
            Ok(map) => Ok((map.map.clone(), 0)),
            Err(_) if none => Ok((DataMap::default(), 0)),
            // a file that is yet to be written; one that cannot be read is an error
            Err(Error::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Ok((DataMap::default(), 0))
            }
            Err(error) => Err(error),
        }
    }
}

/// The map that a draft's text makes.
pub(crate) fn read_draft(text: &str) -> Read {
    match read::of(&[(NAME.to_owned(), text.to_owned())]) {
        Ok(map) => Ok(Arc::new(map)),
        Err(Error::Map(problems)) => Err(problems),
        // reading a text does nothing else
        Err(_) => Err(exeunt_datamap::parse::Problems(Vec::new())),
    }
}

/// A map in one spelling, by which two are held against each other.
pub fn spelled(map: &DataMap) -> String {
    render::render(map)
}

pub(crate) fn changed_meanwhile() -> Error {
    Error::Refused(
        "E0996",
        String::from(
            "somebody changed the draft since this page was made; nothing of theirs was written over. Open the page again, \
             and put in what is missing",
        ),
    )
}
