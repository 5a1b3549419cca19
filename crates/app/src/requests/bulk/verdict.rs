//! What would come, or came, of one request.

use exeunt_base::{PlanId, ProposalId, RequestId};

use crate::error::{Class, Error};

/// One request, and what would come or came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The request.
    pub request: RequestId,
    /// What it was when it was looked at; nothing for one that is not there.
    pub version: Option<String>,
    /// The plan that is approved, with its digest.
    pub plan: Option<(PlanId, String)>,
    /// What would come, or came of it.
    pub verdict: Verdict,
}

/// What would come, or came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It would be done.
    Allowed,
    /// It would be proposed: it takes two people.
    TwoPeople,
    /// It is done.
    Done,
    /// It is proposed, and waits for a second person.
    Proposed(ProposalId),
    /// It is not what was seen any more; nothing was done.
    Changed,
    /// A guard stands in the way; nothing was done.
    Refused {
        /// The guard's code.
        code: &'static str,
        /// Why, and what to do.
        why: String,
    },
    /// It could not be done just now.
    Failed {
        /// Its code.
        code: &'static str,
        /// Why.
        why: String,
    },
}

impl Verdict {
    /// Its word, at every door.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::TwoPeople => "two_people",
            Self::Done => "done",
            Self::Proposed(_) => "proposed",
            Self::Changed => "changed",
            Self::Refused { .. } => "refused",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether it would be done or proposed.
    pub fn is_to_be_done(&self) -> bool {
        matches!(self, Self::Allowed | Self::TwoPeople)
    }

    /// Why it was not done: the code of what stands in the way, and its words.
    pub fn why(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Refused { code, why } | Self::Failed { code, why } => Some((code, why)),
            Self::Changed => Some(("E0989", "it has changed since it was looked at; look again")),
            _ => None,
        }
    }

    /// What stands in the way of one request.
    pub(super) fn of(error: &Error) -> Self {
        let (code, why) = (error.code(), told(error));
        match error.class() {
            _ if error.is_changed() => Self::Changed,
            Class::Internal
            | Class::Busy
            | Class::Unreachable
            | Class::Tampered
            | Class::Stopped
            | Class::Full => Self::Failed { code, why },
            _ => Self::Refused { code, why },
        }
    }
}

/// Whether this stands in the way of all of them: the question is wrong, or not for whoever asks.
pub(super) fn concerns_all(error: &Error) -> bool {
    match error.class() {
        Class::Usage | Class::Unauthenticated => true,
        Class::Denied => matches!(error, Error::Denied(_)),
        _ => false,
    }
}

/// The whole chain of an error in one line.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.ends_with(&more) {
            text.push_str(&format!(": {more}"));
        }
        cause = inner.source();
    }
    text
}
