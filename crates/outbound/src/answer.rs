//! What came back.

use std::fmt;

/// An answer: whole, small, and not a redirect.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// What it says of itself: `application/json`, lower-case, without parameters.
    pub kind: Option<String>,
    /// Seconds after which to try again, where it said so.
    pub retry_after: Option<u32>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    /// The body may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}

impl Answer {
    /// Whether it is a yes.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
