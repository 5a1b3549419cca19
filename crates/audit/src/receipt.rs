//! Receipts: what was done for a request, bound to the log, checkable offline by whoever holds the public key.
//!
//! There is no field for a cell or an identifier of a person. The only free texts are names from the data map and the
//! connectors' sentences about residue, which by their contract hold no personal data.

mod verify;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use exeunt_base::{ModelRef, Name, OrganizationId, PlanId, ReceiptId, RequestId, Timestamp, canonical, hex};
use serde::{Deserialize, Serialize};

use crate::event::{Actor, Event, MAX_COUNT, is_safe};
use crate::kind::Kind;

pub use crate::receipt::verify::{Verified, VerifyError, verify_receipt};

/// The version written into every receipt.
pub const VERSION: u8 = 1;

/// The label of the fact that binds a receipt in its log entry.
pub const FACT: &str = "receipt";

/// Longest sentence of a connector, in bytes.
pub const MAX_SENTENCE: usize = 1_000;

/// SHA-256 of a document without personal data. Prints as hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// What was done for a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its own id.
    pub receipt: ReceiptId,
    /// Whose records these are.
    pub organization: OrganizationId,
    /// The request that was answered.
    pub request: RequestId,
    /// The right that was asked for: `erasure`, `access`, `anonymization`.
    pub right: String,
    /// The plan that was carried out.
    pub plan: PlanId,
    /// Of the plan that was approved.
    pub plan_digest: Digest,
    /// Of the keys of all rows the plan touched.
    pub census_digest: Option<Digest>,
    /// What was done in each model, in the order of the plan.
    pub done: Vec<Done>,
    /// Of these, rows that holds keep beyond the purge, sealed, until they are lifted; by model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Done>,
    /// What became of the sealed rows.
    pub vault: Vec<Destruction>,
    /// What was cleaned in each source, and what only time removes.
    pub scrubs: Vec<Scrub>,
    /// The search for the person after all was done.
    pub look_again: Option<LookAgain>,
    /// When things happened.
    pub times: Times,
}

/// What was done in one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The source and model.
    #[serde(flatten)]
    pub model: ModelRef,
    /// Rows by action: `deleted`, `anonymized`, `kept`, `detached`, `exported`.
    pub rows: BTreeMap<String, u64>,
}

/// Something in the vault that is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destruction {
    /// What it is.
    pub what: Vaulted,
    /// How many of them.
    pub count: u64,
    /// Whether it has happened, and when it did or will.
    pub when: When,
}

/// What the vault held for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vaulted {
    /// The salt without which the request's rows cannot be opened.
    RequestSalt,
    /// The sealed rows.
    Segments,
    /// The key of a stretch of time, kept outside the store.
    EpochKey,
    /// A package and its key.
    Package,
}

/// A time that has passed, or one that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// It has happened.
    Done(Timestamp),
    /// It will happen.
    Due(Timestamp),
}

/// What was cleaned in a source, and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scrub {
    /// The source's name in the map.
    pub source: Name,
    /// What was done, in sentences.
    pub done: Vec<String>,
    /// What is left for a while.
    pub left: Vec<Residue>,
}

/// A place where old bytes stay for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Residue {
    /// Where.
    pub place: String,
    /// What that means and what ends it.
    pub note: String,
    /// When it ends by itself, where that is known.
    pub until: Option<Timestamp>,
}

/// The search for the person after all was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAgain {
    /// When.
    pub at: Timestamp,
    /// How many identifiers were searched for.
    pub identifiers: u64,
    /// In how many columns.
    pub places: u64,
    /// How many places still held one, kept rows not counted.
    pub found: u64,
}

/// When things happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The request came in.
    pub received: Timestamp,
    /// The plan was approved.
    pub approved: Option<Timestamp>,
    /// All was done in the sources.
    pub settled: Option<Timestamp>,
    /// All was destroyed in the vault.
    pub purged: Option<Timestamp>,
    /// The receipt was written.
    pub issued: Timestamp,
}

/// Why something is not a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A word, sentence, count or time that a receipt cannot hold.
    #[error("the receipt holds a text with control characters or too long, or a number or time out of range")]
    OutOfRange,
    /// Not a receipt of this version in its canonical spelling.
    #[error("this is not a receipt of version 1")]
    Malformed,
}

/// What is hashed: the receipt and the version of its form.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    v: u8,
    #[serde(flatten)]
    receipt: T,
}

impl Receipt {
    /// The receipt as canonical JSON; what is handed over and what the log binds.
    pub fn to_json(&self) -> Result<String, Error> {
        self.check()?;
        let value =
            serde_json::to_value(Versioned { v: VERSION, receipt: self }).map_err(|_| Error::Malformed)?;
        Ok(canonical::to_string(&value))
    }

    /// Reads a receipt; a newline at its end is passed over. Strict otherwise.
    pub fn parse(json: &str) -> Result<Self, Error> {
        let json = json.strip_suffix('\n').unwrap_or(json);
        let read: Versioned<Self> = serde_json::from_str(json).map_err(|_| Error::Malformed)?;
        if read.receipt.to_json()? == json { Ok(read.receipt) } else { Err(Error::Malformed) }
    }

    /// The digest that the log binds.
    pub fn digest(&self) -> Result<Digest, Error> {
        self.to_json().map(|json| Digest::of(json.as_bytes()))
    }

    /// The event to log, which binds this receipt. Its entry is the one that [`verify_receipt`] wants proven.
    pub fn issued_by(&self, actor: Actor) -> Result<Event, Error> {
        Ok(Event::new(self.times.issued, Kind::ReceiptIssued, actor, self.organization)
            .about(self.receipt)
            .about(self.request)
            .about(self.plan)
            .fact(FACT, format_args!("sha256:{}", self.digest()?)))
    }

    fn check(&self) -> Result<(), Error> {
        let times = &self.times;
        let moments = [Some(times.received), times.approved, times.settled, times.purged, Some(times.issued)]
            .into_iter()
            .chain([self.look_again.map(|look| look.at)])
            .chain(self.vault.iter().map(|destruction| match destruction.when {
                When::Done(at) | When::Due(at) => Some(at),
            }))
            .chain(self.scrubs.iter().flat_map(|scrub| scrub.left.iter().map(|left| left.until)));
        let counts = self
            .done
            .iter()
            .chain(&self.held)
            .flat_map(|done| done.rows.values().copied())
            .chain(self.vault.iter().map(|destruction| destruction.count))
            .chain(self.look_again.into_iter().flat_map(|look| [look.identifiers, look.places, look.found]));
        let sentences = self.scrubs.iter().flat_map(|scrub| {
            let left = scrub.left.iter().flat_map(|left| [&left.place, &left.note]);
            scrub.done.iter().chain(left)
        });
        let fits = is_safe(&self.right, 40)
            && self
                .done
                .iter()
                .chain(&self.held)
                .flat_map(|done| done.rows.keys())
                .all(|action| is_safe(action, 40))
            && moments.flatten().all(|at| (0..253_402_300_800_000_000).contains(&at.as_micros()))
            && counts.into_iter().all(|count| count <= MAX_COUNT)
            && sentences
                .into_iter()
                .all(|text| text.len() <= MAX_SENTENCE && !text.contains(char::is_control));
        if fits { Ok(()) } else { Err(Error::OutOfRange) }
    }
}

impl Digest {
    /// Hashes bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(hash)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        hex::decode(text)
            .filter(|bytes| hex::encode(bytes) == text)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(Error::Malformed)
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests;
