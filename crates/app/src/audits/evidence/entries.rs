//! Finding entries: those about a request, and those of a stretch of time.

use std::collections::BTreeSet;

use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_base::Timestamp;
use exeunt_evidence::Slice;
use exeunt_store::requests::Request;

use crate::error::Error;
use crate::office::Office;

/// Entries are written in the order of commits, and tell when their act began: a later one may be of an earlier moment. So many
/// around an edge are looked at one by one.
const AROUND: u64 = 1_000;

/// Most bytes of entries in a pack.
const MOST_BYTES: usize = 400 << 20;

impl Office {
    /// Entries of the time before it was noted what entries are about, that speak of one of these.
    pub(crate) async fn entries_before(
        &self,
        request: &Request,
        objects: &[Object],
        noted_from: u64,
    ) -> Result<Slice, Error> {
        if noted_from == 0 {
            return Ok(Slice::new());
        }
        let mut at = self.first_at(request.entered_at, noted_from).await?.saturating_sub(AROUND);
        let mut found = Slice::new();
        while at < noted_from {
            for (index, entry) in self.page(at, noted_from).await? {
                at = index + 1;
                let Ok(event) = Event::parse(&entry) else { continue };
                if event.kind != Kind::BatchClosed && objects.iter().any(|one| event.objects.contains(one)) {
                    found.push((index, entry));
                }
            }
        }
        Ok(found)
    }

    /// The entries about a request: those that name it, and those about its plans and jobs. Of a job that carried out several requests
    /// at once only what is about the job as a whole.
    pub(super) async fn entries_about(&self, request: &Request, size: u64) -> Result<Slice, Error> {
        let started = self.first_at(request.entered_at, size).await?.saturating_sub(AROUND);
        let mut known: BTreeSet<Object> = [Object::Request(request.id)].into();
        let mut alone: BTreeSet<Object> = BTreeSet::new();
        let (mut found, mut bytes) = (Slice::new(), 0);
        let mut at = started;
        while at < size {
            for (index, entry) in self.page(at, size).await? {
                at = index + 1;
                let Ok(event) = Event::parse(&entry) else { continue };
                let names = event.objects.contains(&Object::Request(request.id));
                let word = event.kind.as_str();
                let related = event.objects.iter().any(|object| match object {
                    Object::Plan(_) => word.starts_with("plan.") && known.contains(object),
                    Object::Job(_) => {
                        alone.contains(object)
                            || (known.contains(object)
                                && (word.starts_with("job.") || word.starts_with("census.")))
                    }
                    _ => false,
                });
                // a job begins with the plan it carries out
                let begins =
                    word == "job.started" && event.objects.iter().any(|object| known.contains(object));
                if !(names || related || begins) {
                    continue;
                }
                for object in &event.objects {
                    match object {
                        Object::Plan(_) if names => drop(known.insert(*object)),
                        Object::Job(job) if begins || names => {
                            known.insert(*object);
                            if self.engine.store.requests_of(*job).await?.len() == 1 {
                                alone.insert(*object);
                            }
                        }
                        _ => {}
                    }
                }
                bytes += entry.len();
                fits(bytes)?;
                found.push((index, entry));
            }
        }
        Ok(found)
    }

    /// All entries from the one before a stretch of time to the one after it.
    pub(super) async fn entries_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        size: u64,
    ) -> Result<Slice, Error> {
        let (id, store) = (self.organization.id, &self.engine.store);
        let around = async |edge: u64| {
            let first = edge.saturating_sub(AROUND);
            let many = u32::try_from(2 * AROUND).unwrap_or(u32::MAX);
            let entries = store.audit_entries(id, first, many).await?;
            Ok::<_, Error>(entries.into_iter().filter(|(index, _)| *index < size).collect::<Slice>())
        };
        let of = |entry: &[u8]| Event::parse(entry).ok().map(|event| event.at);
        let edge = self.first_at(from, size).await?;
        let near = around(edge).await?;
        let first = near.iter().find(|(_, entry)| of(entry).is_some_and(|at| at >= from));
        let first = first.map_or(size, |(index, _)| *index).min(edge).saturating_sub(1);
        let edge = self.first_at(to, size).await?;
        let near = around(edge).await?;
        let last = near.iter().rev().find(|(_, entry)| of(entry).is_some_and(|at| at < to));
        let end = (last.map_or(edge, |(index, _)| index + 1).max(edge) + 1).min(size);
        let (mut found, mut bytes, mut at) = (Slice::new(), 0, first);
        while at < end {
            for (index, entry) in self.page(at, end).await? {
                at = index + 1;
                bytes += entry.len();
                fits(bytes)?;
                found.push((index, entry));
            }
        }
        Ok(found)
    }

    /// About the place of the first entry of this moment or later, by halving.
    pub(crate) async fn first_at(&self, moment: Timestamp, size: u64) -> Result<u64, Error> {
        let (mut low, mut high) = (0, size);
        while low < high {
            let middle = low + (high - low) / 2;
            let entries = self.engine.store.audit_entries(self.organization.id, middle, 1).await?;
            let event = entries.first().and_then(|(_, entry)| Event::parse(entry).ok());
            if event.is_some_and(|event| event.at < moment) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

fn fits(bytes: usize) -> Result<(), Error> {
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    Err(Error::Refused(
        "E0982",
        String::from("the log has more than 400 MiB of entries in that time; take a shorter period"),
    ))
}
