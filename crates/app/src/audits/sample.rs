//! Drawing requests for an auditor, so that neither side can choose which: the seed is a head of the log that was there before
//! the question, and the question is the next entry of the log.

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_audit::note::Note;
use exeunt_base::{RequestId, Timestamp, hex};
use exeunt_plan::digest;
use exeunt_rights::Day;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::faces::Face;

/// Most requests that are drawn at once.
pub const MOST: u32 = 200;

/// A sample that was drawn, with all that is needed to draw it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The entry of the log that tells of the question.
    pub entry: u64,
    /// Who asked.
    pub by: Face,
    /// When.
    pub at: Timestamp,
    /// Requests entered from this moment on.
    pub from: Timestamp,
    /// Before this one.
    pub to: Timestamp,
    /// Entries of the head.
    pub size: u64,
    /// Its root, in hexadecimal.
    pub root: String,
    /// The seed, in hexadecimal.
    pub seed: String,
    /// How many requests were asked for.
    pub wanted: u64,
    /// Of how many they were drawn.
    pub of: u64,
    /// The digest of the list of those, an id a line.
    pub list: String,
    /// Whether the list is the same now as it was then.
    pub same: bool,
    /// The drawn ones, each with what put it there, in the order of that.
    pub drawn: Vec<(RequestId, String)>,
}

/// The text whose digest is the seed.
pub fn seed_text(root: &str, size: u64, from: Timestamp, to: Timestamp, wanted: u64) -> String {
    format!("exeunt sample v1\n{root}\n{size}\n{from}\n{to}\n{wanted}\n")
}

/// The text whose digest is a request's place.
pub fn place_text(seed: &str, id: RequestId) -> String {
    format!("{seed}\n{id}\n")
}

impl Office {
    /// Draws requests that were entered within these days, both counted. Gives the entry that tells of it.
    pub async fn draw_sample(&self, actor: &Actor, from: Day, to: Day, wanted: u32) -> Result<u64, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        self.allow(actor, Permission::ReadRequests)?;
        if from > to {
            return Err(usage(format!("a period goes from a day to a later one; {from} is after {to}")));
        }
        if wanted == 0 || wanted > MOST {
            return Err(usage(format!("a sample has 1 to {MOST} requests")));
        }
        let (id, store) = (self.organization.id, &self.engine.store);
        let damaged = |why: String| Error::Damaged { what: String::from("the head of the audit log"), why };
        let note = Note::parse(self.published_checkpoint(actor).await?.as_bytes())
            .map_err(|error| damaged(error.to_string()))?;
        let head = Checkpoint::open(&note, &self.log_key).map_err(|error| damaged(error.to_string()))?;
        let zone = &self.policy.law.zone;
        // nothing that is entered after the question can be among it
        let (from, to) = (zone.start_of(from), zone.start_of(to.plus_days(1)).min(self.now()));
        let ids = store.requests_entered(id, from, to.max(from)).await?;
        let root = hex::encode(&head.root.0);
        let seed = digest::of_text(&seed_text(&root, head.size, from, to, u64::from(wanted)));
        let event = self
            .event(Kind::AuditSampled, actor)
            .fact("from", from)
            .fact("to", to)
            .fact("root", root)
            .fact("seed", seed)
            .fact("list", digest_of(&ids))
            .count("head", head.size)
            .count("wanted", u64::from(wanted))
            .count("of", ids.len() as u64);
        let mut change = store.begin().await?;
        let entry = change.next_entry(id).await?;
        change.commit(id, &[event]).await?;
        Ok(entry)
    }

    /// A sample that was drawn, drawn again from what the log has of it.
    pub async fn show_sample(&self, actor: &Actor, entry: u64) -> Result<Sample, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        self.allow(actor, Permission::ReadRequests)?;
        let missing = || Error::from(exeunt_store::Error::NotFound { what: "sample", id: entry.to_string() });
        let found = self.engine.store.audit_entries(self.organization.id, entry, 1).await?;
        let event = found.first().filter(|(index, _)| *index == entry);
        let event = event.and_then(|(_, bytes)| Event::parse(bytes).ok()).ok_or_else(missing)?;
        if event.kind != Kind::AuditSampled {
            return Err(missing());
        }
        let fact = |name: &str| event.facts.get(name).cloned().unwrap_or_default();
        let count = |name: &str| event.counts.get(name).copied().unwrap_or(0);
        let time = |name: &str| fact(name).parse::<Timestamp>().map_err(|_| missing());
        let (from, to, wanted) = (time("from")?, time("to")?, count("wanted"));
        let seed = digest::of_text(&seed_text(&fact("root"), count("head"), from, to, wanted));
        let ids = self.engine.store.requests_entered(self.organization.id, from, to).await?;
        let same = seed == fact("seed") && digest_of(&ids) == fact("list");
        Ok(Sample {
            entry,
            by: self.faces().await?.of(event.actor).await?,
            at: event.at,
            from,
            to,
            size: count("head"),
            root: fact("root"),
            wanted,
            of: count("of"),
            list: fact("list"),
            same,
            drawn: drawn(&seed, &ids, wanted),
            seed,
        })
    }
}

/// The requests whose places come first, by seed.
fn drawn(seed: &str, ids: &[RequestId], wanted: u64) -> Vec<(RequestId, String)> {
    let place = |id: &RequestId| (*id, digest::of_text(&place_text(seed, *id)));
    let mut all: Vec<(RequestId, String)> = ids.iter().map(place).collect();
    all.sort_unstable_by(|one, other| one.1.cmp(&other.1));
    all.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    all
}

fn digest_of(ids: &[RequestId]) -> String {
    digest::of_text(&ids.iter().map(|id| format!("{id}\n")).collect::<String>())
}

fn usage(what: String) -> Error {
    Error::Usage("E0801", what)
}

#[cfg(test)]
mod tests {
    use exeunt_base::RequestId;

    use super::drawn;

    #[test]
    fn the_same_seed_draws_the_same_and_another_one_others() {
        let ids: Vec<RequestId> = (0..100u128).map(|n| RequestId::from_bytes(n.to_be_bytes())).collect();
        let one = drawn("00", &ids, 5);
        assert_eq!(one.len(), 5);
        assert_eq!(one, drawn("00", &ids, 5));
        assert_ne!(one, drawn("01", &ids, 5));
        // what is drawn does not hang on how the list was ordered
        let turned: Vec<RequestId> = ids.iter().rev().copied().collect();
        assert_eq!(one, drawn("00", &turned, 5));
        assert_eq!(drawn("00", &ids, 1_000).len(), 100);
    }
}
