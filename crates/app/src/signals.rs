//! Risk signals: what whoever takes a request in or decides on it should look at twice (SEC-15). Each is a word, why it stands
//! there, and what to do. There is no score, nothing is kept that can be worked out again, and none ever stops a request by itself:
//! a person decides, knowing more.

pub mod pressure;
pub mod rules;
pub mod see;

/// Something to look at twice. It holds nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What, in one word of [`WORDS`].
    pub word: &'static str,
    /// The same for people.
    pub name: &'static str,
    /// Why it stands there, one sentence.
    pub because: String,
    /// What to do, one sentence.
    pub advice: &'static str,
}

/// Every word there is.
pub const WORDS: [&str; 8] = [
    "stopped",
    "pressure",
    "other_address",
    "new_address",
    "many_people",
    "many_requests",
    "agent_without_proof",
    "many_rows",
];
