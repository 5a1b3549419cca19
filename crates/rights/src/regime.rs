//! Laws as data: a *pack* holds the clock, the citations and the grounds of one regime. A request keeps the version of
//! the pack it was opened under.

mod clock;
mod shipped;
mod vectors;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::Day;
use crate::period::Period;
use crate::state::Right;

pub use crate::regime::clock::{ClockError, Deadlines};
pub use crate::regime::shipped::IDS;
pub use crate::regime::vectors::{Failed, Vector};

/// A regime's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// `eu-gdpr`.
    pub id: String,
    /// Counts up with every change of the rules.
    pub version: u32,
    /// The law's full name.
    pub name: String,
    /// How people call it.
    pub short: String,
    /// The day from which the rules apply: `2018-05-25`.
    pub effective_from: Day,
    /// Whether requests may be opened under it.
    pub status: Status,
    /// When answers are due.
    pub clock: Clock,
    /// Kinds of reason for an extension.
    pub extension_reasons: Vec<String>,
    /// How surely we must know who asks.
    pub identity: Levels,
    /// Where each right stands in the law.
    pub rights: BTreeMap<String, String>,
    /// Where each rule of the clock stands.
    pub citations: BTreeMap<String, String>,
    /// Grounds for refusing, whole or in part.
    pub refusals: Vec<Refusal>,
    /// How long the record of a request is kept at least, where the law says.
    pub keep_request_record_months: Option<u32>,
    /// Days worked out by hand, which the rules must come to.
    pub vectors: Vec<Vector>,
}

/// Whether requests may be opened under a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// They may.
    InForce,
    /// Nobody who knows the law has read it yet.
    Draft,
    /// The law is not in force, or not any more.
    Disabled,
}

/// The least level at which who asks must be established, by right: 0 not at all, 1 by a proven channel (signed in, or a
/// confirmed address), 2 by data that staff compared besides, 3 by further evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// A copy of everything.
    pub access: u8,
    /// What the person gave.
    pub portability: u8,
    /// Deletion.
    pub erasure: u8,
    /// Deletion of what tells who it is.
    pub anonymization: u8,
    /// A copy of what is sensitive: Articles 9 and 10 of the GDPR, and their like.
    pub sensitive: u8,
}

impl Levels {
    /// The least level for a right, where the copy holds sensitive data or not.
    pub fn least(&self, right: Right, sensitive: bool) -> u8 {
        let plain = match right {
            Right::Access => self.access,
            Right::Portability => self.portability,
            Right::Erasure => self.erasure,
            Right::Anonymization => self.anonymization,
        };
        // deleting shows nobody anything
        if sensitive && !right.changes_rows() { plain.max(self.sensitive) } else { plain }
    }
}

/// The highest level there is.
pub const HIGHEST_LEVEL: u8 = 3;

/// When answers are due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Until the answer, from the day of receipt.
    pub answer: Period,
    /// How much later the answer may come once, with notice.
    pub extension: Option<Period>,
    /// Until receipt must be confirmed.
    pub acknowledge: Option<Period>,
    /// What happens when the answer falls on a day nobody works.
    pub roll: Roll,
    /// Grounds on which the clock stops.
    pub pause: Vec<Pause>,
}

/// What happens to a due day on which nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It moves to the next working day.
    NextWorkingDay,
    /// It stays.
    None,
}

/// A ground on which the clock stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// Waiting for what shows who the person is.
    Identity,
    /// Waiting for what the person means.
    Clarification,
    /// Waiting for a fee.
    Fee,
}

/// A ground for refusing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// A word for it.
    pub id: String,
    /// What the person is told.
    pub text: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPack {
    /// Not the expected JSON.
    #[error("could not read the regime pack")]
    Json(#[from] serde_json::Error),
    /// No shipped pack has this id.
    #[error("there is no regime `{0}`; regimes are {known}", known = IDS.join(", "))]
    Unknown(String),
    /// Something in it makes no sense.
    #[error("the regime pack is wrong: {0}")]
    Wrong(String),
    /// Its rules do not come to the days worked out by hand.
    #[error("the regime pack does not come to its own test vectors: {0}")]
    Vector(#[from] Failed),
}

impl Pack {
    /// Reads a pack. Unknown keys are refused (a rule nobody follows is worse than none), and so is a pack whose rules do
    /// not come to its own test vectors.
    pub fn parse(json: &str) -> Result<Self, BadPack> {
        let pack: Self = serde_json::from_str(json)?;
        pack.make_sense()?;
        pack.check_vectors()?;
        Ok(pack)
    }

    /// Where a right stands in the law.
    pub fn citation(&self, right: Right) -> Option<&str> {
        self.rights.get(right.as_str()).map(String::as_str)
    }

    /// A ground for refusing, by its word.
    pub fn refusal(&self, id: &str) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| refusal.id == id)
    }

    fn make_sense(&self) -> Result<(), BadPack> {
        let wrong = |what: String| Err(BadPack::Wrong(what));
        let is_word = |word: &str| {
            !word.is_empty()
                && word.len() <= 40
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
        };
        if !is_word(&self.id) {
            return wrong(String::from(
                "`id` is a word of lower-case letters, digits and `-`, such as `eu-gdpr`",
            ));
        }
        if self.version == 0 {
            return wrong(String::from("`version` counts from 1"));
        }
        let levels = &self.identity;
        for (name, level) in [
            ("access", levels.access),
            ("portability", levels.portability),
            ("erasure", levels.erasure),
            ("anonymization", levels.anonymization),
            ("sensitive", levels.sensitive),
        ] {
            if level > HIGHEST_LEVEL {
                return wrong(format!("`identity.{name}` is a level from 0 to {HIGHEST_LEVEL}"));
            }
        }
        for right in Right::ALL {
            if self.citation(right).is_none() {
                return wrong(format!("`rights.{right}` does not say where that right stands in the law"));
            }
        }
        if self.clock.extension.is_some() == self.extension_reasons.is_empty() {
            return wrong(String::from("`extension_reasons` and `clock.extension` go together"));
        }
        if let Some(place) = self.extension_reasons.iter().position(|reason| !is_word(reason)) {
            let what =
                format!("`extension_reasons` holds words such as `complexity`; number {} is none", place + 1);
            return wrong(what);
        }
        if let Some(refusal) = self.refusals.iter().find(|refusal| !is_word(&refusal.id)) {
            return wrong(format!("`refusals` has an `id` that is no word, with the text: {}", refusal.text));
        }
        if self.vectors.is_empty() {
            return wrong(String::from("`vectors` is empty: nobody could tell whether its rules are right"));
        }
        Ok(())
    }
}
