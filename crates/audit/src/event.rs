//! Log entries: who did what to which objects, when, how many. Never to whom: an entry cannot be edited later.
//!
//! Canonical JSON, version 1. Texts are limited to an alphabet that no name, mail address or sentence fits into;
//! that is a net, not a proof: whoever writes an event still must not put anything about a person in it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use exeunt_base::{
    ActorId, ApiKeyId, BatchId, BlobId, EpochId, HoldId, JobId, LetterId, LinkId, OrganizationId, PackageId,
    PlanId, ProposalId, ProviderId, ReceiptId, RequestId, SessionId, SubprocessorId, SubscriberId, Timestamp,
    UserId, WebhookId, canonical,
};
use serde::{Deserialize, Serialize};

use crate::commitment::Commitment;
use crate::kind::Kind;
use crate::tile::MAX_ENTRY;

/// The version written into every entry.
pub const VERSION: u8 = 1;

/// Longest fact.
pub const MAX_FACT: usize = 200;

/// Longest label of a count, commitment or fact.
pub const MAX_LABEL: usize = 100;

/// The largest count every JSON reader takes exactly: 2⁵³ − 1.
pub const MAX_COUNT: u64 = (1 << 53) - 1;

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// The engine itself: a schedule, a resumed job.
    System,
    /// A user or an API key.
    Known(ActorId),
}

macro_rules! objects {
    ($($(#[$doc:meta])* $object:ident($id:ident);)*) => {
        /// What an event is about. Prints as the id, whose prefix says what it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Object {
            $($(#[$doc])* $object($id),)*
        }

        impl Object {
            /// What entries sort by: the printed form, so that a new kind of object never reorders an old entry.
            fn rank(&self) -> (&'static str, [u8; 16]) {
                match self {
                    $(Self::$object(id) => ($id::PREFIX, id.to_bytes()),)*
                }
            }
        }

        impl fmt::Display for Object {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$object(id) => fmt::Display::fmt(id, f),)*
                }
            }
        }

        impl FromStr for Object {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                match text.split_once('_') {
                    $(Some(($id::PREFIX, _)) => text.parse().map(Self::$object).map_err(|_| Error::Malformed),)*
                    _ => Err(Error::Malformed),
                }
            }
        }

        $(impl From<$id> for Object {
            fn from(id: $id) -> Self {
                Self::$object(id)
            }
        })*
    };
}

objects! {
    /// A request.
    Request(RequestId);
    /// A plan.
    Plan(PlanId);
    /// A job.
    Job(JobId);
    /// A batch.
    Batch(BatchId);
    /// A package.
    Package(PackageId);
    /// A receipt.
    Receipt(ReceiptId);
    /// A vault blob.
    Blob(BlobId);
    /// A vault epoch.
    Epoch(EpochId);
    /// A user.
    User(UserId);
    /// An API key.
    ApiKey(ApiKeyId);
    /// A session.
    Session(SessionId);
    /// A letter.
    Letter(LetterId);
    /// What lets a person fetch a package.
    Link(LinkId);
    /// An identity provider.
    Provider(ProviderId);
    /// A proposal.
    Proposal(ProposalId);
    /// A sub-processor.
    Subprocessor(SubprocessorId);
    /// Somebody who is told of sub-processors.
    Subscriber(SubscriberId);
    /// A hold beyond one request.
    Hold(HoldId);
    /// An address that is told what happens to requests.
    Webhook(WebhookId);
}

/// One thing that happened. [`Event::to_entry`] makes it a log entry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// By whom.
    pub actor: Actor,
    /// In whose log.
    pub organization: OrganizationId,
    /// About what.
    pub objects: BTreeSet<Object>,
    /// How many, by label.
    pub counts: BTreeMap<String, u64>,
    /// Commitments to what the log must not hold, by label.
    pub commitments: BTreeMap<String, Commitment>,
    /// Words and digests, by label: letters, digits and `. _ - : /`, nothing else.
    pub facts: BTreeMap<String, String>,
}

/// Why something is not a log entry. Quotes nothing that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A label outside the alphabet, empty or too long.
    #[error("a label in a `{0}` event is empty, too long, or holds more than letters, digits and . _ - : /")]
    BadLabel(Kind),
    /// A fact outside the alphabet, empty or too long.
    #[error(
        "the fact `{label}` of a `{kind}` event is empty, too long, or holds more than letters, digits and . _ - : /"
    )]
    BadFact {
        /// The event's kind.
        kind: Kind,
        /// Which fact.
        label: String,
    },
    /// A count above [`MAX_COUNT`].
    #[error("the count `{label}` of a `{kind}` event is too large")]
    BadCount {
        /// The event's kind.
        kind: Kind,
        /// Which count.
        label: String,
    },
    /// A time before 1970 or after 9999.
    #[error("a `{0}` event lies outside the years 1970 to 9999")]
    BadTime(Kind),
    /// More than 65,535 bytes.
    #[error(
        "a `{kind}` event of {bytes} bytes is too long for a log entry; put the detail in the vault and commit to it"
    )]
    TooLong {
        /// The event's kind.
        kind: Kind,
        /// How long it would be.
        bytes: usize,
    },
    /// Not an entry of this version in its canonical spelling.
    #[error("this is not a log entry of version 1")]
    Malformed,
}

/// What stands in the log: the event and the version of its form.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u8,
    #[serde(flatten)]
    event: T,
}

impl Event {
    /// An event about nothing yet.
    pub fn new(at: Timestamp, kind: Kind, actor: Actor, organization: OrganizationId) -> Self {
        Self {
            at,
            kind,
            actor,
            organization,
            objects: BTreeSet::new(),
            counts: BTreeMap::new(),
            commitments: BTreeMap::new(),
            facts: BTreeMap::new(),
        }
    }

    /// Adds what it is about.
    #[must_use]
    pub fn about(mut self, object: impl Into<Object>) -> Self {
        self.objects.insert(object.into());
        self
    }

    /// Adds a count.
    #[must_use]
    pub fn count(mut self, label: &str, count: u64) -> Self {
        self.counts.insert(label.to_owned(), count);
        self
    }

    /// Adds a commitment.
    #[must_use]
    pub fn commit(mut self, label: &str, commitment: Commitment) -> Self {
        self.commitments.insert(label.to_owned(), commitment);
        self
    }

    /// Adds a fact; whether it may stand in the log is checked by [`Event::to_entry`].
    #[must_use]
    pub fn fact(mut self, label: &str, fact: impl fmt::Display) -> Self {
        self.facts.insert(label.to_owned(), fact.to_string());
        self
    }

    /// The bytes that are hashed and stored.
    pub fn to_entry(&self) -> Result<Vec<u8>, Error> {
        self.check()?;
        let value =
            serde_json::to_value(Versioned { v: VERSION, event: self }).map_err(|_| Error::Malformed)?;
        let entry = canonical::to_string(&value).into_bytes();
        if entry.len() > MAX_ENTRY {
            return Err(Error::TooLong { kind: self.kind, bytes: entry.len() });
        }
        Ok(entry)
    }

    /// Reads an entry back. Strict: only the bytes [`Event::to_entry`] makes are accepted.
    pub fn parse(entry: &[u8]) -> Result<Self, Error> {
        let read: Versioned<Self> = serde_json::from_slice(entry).map_err(|_| Error::Malformed)?;
        // unknown members, other spellings and another version all show up as other bytes
        if read.event.to_entry()? == entry { Ok(read.event) } else { Err(Error::Malformed) }
    }

    fn check(&self) -> Result<(), Error> {
        let kind = self.kind;
        if !(0..253_402_300_800_000_000).contains(&self.at.as_micros()) {
            return Err(Error::BadTime(kind));
        }
        let labels = self.counts.keys().chain(self.commitments.keys()).chain(self.facts.keys());
        if !labels.into_iter().all(|label| is_safe(label, MAX_LABEL)) {
            return Err(Error::BadLabel(kind));
        }
        if let Some((label, _)) = self.counts.iter().find(|(_, count)| **count > MAX_COUNT) {
            return Err(Error::BadCount { kind, label: label.clone() });
        }
        match self.facts.iter().find(|(_, fact)| !is_safe(fact, MAX_FACT)) {
            Some((label, _)) => Err(Error::BadFact { kind, label: label.clone() }),
            None => Ok(()),
        }
    }
}

impl Ord for Object {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Object {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Event {
    /// Without the facts: before [`Event::to_entry`] nobody has checked them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("at", &self.at)
            .field("kind", &self.kind)
            .field("actor", &self.actor)
            .field("organization", &self.organization)
            .field("objects", &self.objects)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Known(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl TryFrom<String> for Actor {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        if text == "system" {
            Ok(Self::System)
        } else {
            text.parse().map(Self::Known).map_err(|_| Error::Malformed)
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl TryFrom<String> for Object {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Object> for String {
    fn from(object: Object) -> Self {
        object.to_string()
    }
}

/// Letters, digits and `. _ - : /`: room for words, ids, versions, times and digests in hexadecimal.
pub(crate) fn is_safe(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:/".contains(&byte))
}

#[cfg(test)]
mod tests;
