//! Sub-processors: a register of whom an organization lets handle data for it, with notice to those who want to know before
//! one is engaged (GDPR Article 28(2)).

pub mod add;
pub mod announce;
pub mod engage;
pub mod list;
pub mod notices;
pub mod object;
pub mod subscribe;

/// What an organization chose about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Days between a notice and the first day on which a sub-processor may be engaged.
    pub notice_days: u32,
    /// Whether anybody may read the list.
    pub is_public: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { notice_days: 30, is_public: false }
    }
}

/// The keyring's word for what seals subscribers' addresses and objections, and makes the tokens of their links.
const PURPOSE: &str = "subscribers";
