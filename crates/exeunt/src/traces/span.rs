//! A span that ended, as it waits to be sent.

use exeunt_base::Timestamp;

/// Whose part in a conversation it is, by OTLP's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A step of our own.
    Internal = 1,
    /// Somebody called us.
    Server = 2,
    /// We call somebody.
    Client = 3,
    /// We take up what was asked for earlier.
    Consumer = 5,
}

/// A value beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Letters as ids, words and routes have them.
    Text(String),
    /// A number.
    Whole(i64),
}

/// A span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) trace: [u8; 16],
    pub(super) id: [u8; 8],
    pub(super) parent: Option<[u8; 8]>,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) begun: Timestamp,
    pub(super) ended: Timestamp,
    pub(super) failed: bool,
    pub(super) attributes: Vec<(&'static str, Value)>,
}
