//! What can go wrong outside. Code decides by kind, never by text, and the text never holds a cell.

use std::time::Duration;

/// What kind of trouble it is; the engine chooses what to do by this alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Cannot be reached, or the connection broke: try again later.
    Unreachable,
    /// Wrong credentials or missing rights: a person must act.
    Denied,
    /// Lock wait, deadlock or serialization failure: try again soon.
    Contended,
    /// A constraint refused the rows: find the bad ones and show them.
    Refused,
    /// A table, column or file that should be there is not.
    Missing,
    /// It is there, but no longer has the expected shape.
    Drifted,
    /// No room: disk full, or out of memory on the other side.
    Full,
    /// What was read is not what was written: damaged, tampered with, or the wrong key.
    Corrupt,
    /// Asked for something this source cannot do.
    Unsupported,
    /// Stopped because somebody asked.
    Cancelled,
    /// Anything else.
    Internal,
}

impl FaultKind {
    /// Whether trying the same again can help without anyone acting.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::Contended)
    }

    /// Whether single rows may be to blame, so that halving the batch can isolate them.
    pub const fn blames_rows(self) -> bool {
        matches!(self, Self::Refused)
    }

    /// The word for stores and wires.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::Contended => "contended",
            Self::Refused => "refused",
            Self::Missing => "missing",
            Self::Drifted => "drifted",
            Self::Full => "full",
            Self::Corrupt => "corrupt",
            Self::Unsupported => "unsupported",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

/// Trouble from outside.
///
/// `what` is for people and must be free of personal data: connectors build it from the database's condition
/// name, code, table, column and constraint, never from a message or detail that may quote a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}{}", code.as_deref().map(|code| format!(" [{code}]")).unwrap_or_default())]
pub struct Fault {
    /// What to decide by.
    pub kind: FaultKind,
    /// What was being attempted and what came back, in lower case, without values.
    pub what: String,
    /// The source's own code (SQLSTATE, SQLite extended code).
    pub code: Option<String>,
    /// When to try again at the earliest, where the other side said so.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault with no code.
    pub fn new(kind: FaultKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), code: None, retry_after: None }
    }

    /// Adds the source's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Says what was being attempted, before the rest.
    #[must_use]
    pub fn while_doing(mut self, what: &str) -> Self {
        self.what = format!("{what}: {}", self.what);
        self
    }
}
