//! Reading the log, the latest entries first: a filter, a page at a time, and no more of it than a page may take.

use std::collections::BTreeMap;

use exeunt_audit::event::{self, Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, RequestId, Timestamp};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::faces::{Face, Faces};

/// Entries that are looked through for one page.
const LOOKED_AT: u64 = 5_000;
/// Entries read at a time.
const PART: u64 = 500;
/// Most entries about one request that are listed.
const ABOUT: u32 = 5_000;
/// An entry tells when its act began, and is written when it ended: around an edge of time so many are looked at, too.
const AROUND: u64 = 1_000;

/// Whose acts are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The service itself.
    Service,
    /// Somebody, and the keys for programs they made.
    Somebody(ActorId),
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds whose word is this, or begins with this and a dot: `hold`, `hold.placed`.
    pub kind: Option<String>,
    /// Entries about this request, its plan and its job.
    pub request: Option<RequestId>,
    /// Whose.
    pub by: Option<By>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this one.
    pub to: Option<Timestamp>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// By whom.
    pub by: Face,
    /// About what, as ids.
    pub objects: Vec<Object>,
    /// How many, by label.
    pub counts: BTreeMap<String, u64>,
    /// Words, by label.
    pub facts: BTreeMap<String, String>,
    /// What it commits to without holding it, by label.
    pub sealed: Vec<String>,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// They, the latest first.
    pub entries: Vec<Entry>,
    /// Where to go on, if there is anything before.
    pub before: Option<u64>,
    /// How many were looked through.
    pub looked_at: u64,
    /// How many the log has.
    pub size: u64,
}

impl Filter {
    fn wants(&self, event: &Event) -> bool {
        let word = event.kind.as_str();
        self.kind.as_deref().is_none_or(|kind| {
            word.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }) && self.from.is_none_or(|from| event.at >= from)
            && self.to.is_none_or(|to| event.at < to)
    }
}

impl Office {
    /// The latest entries before `before` that are wanted, at most `limit`.
    pub async fn list_entries(
        &self,
        actor: &Actor,
        filter: &Filter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Found, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let size = self.engine.store.audit_head(self.organization.id).await?.size;
        let top = before.unwrap_or(size).min(size);
        let mut found = Found { entries: Vec::new(), before: None, looked_at: 0, size };
        let mut faces = self.faces().await?;
        if let Some(request) = filter.request {
            let entries = self.entries_of_request(request).await?;
            for (index, entry) in entries.into_iter().rev().filter(|(index, _)| *index < top) {
                if found.entries.len() == limit {
                    found.before = found.entries.last().map(|entry| entry.index);
                    break;
                }
                found.looked_at += 1;
                found.entries.extend(taken(filter, &mut faces, index, &entry).await?);
            }
            return Ok(found);
        }
        let top = match filter.to {
            Some(to) => top.min(self.first_at(to, size).await?.saturating_add(AROUND).min(size)),
            None => top,
        };
        let bottom = match filter.from {
            Some(from) => self.first_at(from, size).await?.saturating_sub(AROUND),
            None => 0,
        };
        let mut at = top;
        while at > bottom && found.looked_at < LOOKED_AT && found.entries.len() < limit {
            let start = at.saturating_sub(PART).max(bottom);
            for (index, entry) in self.page(start, at).await?.into_iter().rev() {
                if found.entries.len() == limit {
                    break;
                }
                at = index;
                found.looked_at += 1;
                found.entries.extend(taken(filter, &mut faces, index, &entry).await?);
            }
        }
        found.before = (at > bottom).then_some(at);
        Ok(found)
    }

    /// One entry, and its bytes as they were hashed.
    pub async fn show_entry(&self, actor: &Actor, index: u64) -> Result<(Entry, String), Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let missing = || exeunt_store::Error::NotFound { what: "log entry", id: index.to_string() };
        let entries = self.engine.store.audit_entries(self.organization.id, index, 1).await?;
        let (_, bytes) = entries.into_iter().find(|(found, _)| *found == index).ok_or_else(missing)?;
        let mut faces = self.faces().await?;
        let entry = taken(&Filter::default(), &mut faces, index, &bytes).await?;
        let entry = entry.ok_or_else(|| Error::Damaged {
            what: String::from("an entry of the log"),
            why: String::from("this release cannot read it"),
        })?;
        Ok((entry, String::from_utf8_lossy(&bytes).into_owned()))
    }

    async fn entries_of_request(&self, id: RequestId) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        let request = self.request(id).await?;
        let mut objects = vec![Object::from(id)];
        objects.extend(request.plan.map(Object::from));
        objects.extend(request.job.map(Object::from));
        let (store, organization) = (&self.engine.store, self.organization.id);
        let noted_from = store.audit_about_from(organization).await?;
        let mut entries = self.entries_before(&request, &objects, noted_from).await?;
        entries.extend(store.audit_entries_about(organization, &objects, ABOUT).await?);
        Ok(entries)
    }
}

/// The entry, where it is wanted.
async fn taken(
    filter: &Filter,
    faces: &mut Faces<'_>,
    index: u64,
    entry: &[u8],
) -> Result<Option<Entry>, Error> {
    // of a later release: told by no page, and by every export
    let Ok(event) = Event::parse(entry) else { return Ok(None) };
    if !filter.wants(&event) {
        return Ok(None);
    }
    let by = match (filter.by, event.actor) {
        (Some(By::Service), event::Actor::Known(_)) | (Some(By::Somebody(_)), event::Actor::System) => {
            return Ok(None);
        }
        (_, actor) => faces.of(actor).await?,
    };
    if let Some(By::Somebody(wanted)) = filter.by
        && event.actor != event::Actor::Known(wanted)
        && by.by != Some(wanted)
    {
        return Ok(None);
    }
    let Event { at, kind, objects, counts, facts, commitments, .. } = event;
    let (objects, sealed) = (objects.into_iter().collect(), commitments.into_keys().collect());
    Ok(Some(Entry { index, at, kind, by, objects, counts, facts, sealed }))
}
