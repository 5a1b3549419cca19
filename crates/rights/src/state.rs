//! Rights, and how far a request for one has come. The table of allowed steps is here and nowhere else: API, console
//! and simulator use it.

use std::fmt;
use std::str::FromStr;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// A copy of everything, and how it is processed.
    Access,
    /// What the person gave, for another service to read.
    Portability,
    /// Deletion.
    Erasure,
    /// Deletion of what tells who it is, keeping figures.
    Anonymization,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestState {
    /// It is here; the clock runs.
    Received,
    /// The person was told that it is here.
    Acknowledged,
    /// Who asks is being checked.
    Verifying,
    /// The steps are being worked out.
    Planning,
    /// The steps wait for somebody to approve them.
    AwaitingApproval,
    /// The steps are approved.
    Approved,
    /// Access: data is being gathered.
    Collecting,
    /// Access: somebody looks for other people's data in it.
    Reviewing,
    /// Access: the package can be fetched.
    Ready,
    /// Access: the package was fetched.
    Delivered,
    /// Erasure: nobody sees the person any more; the window is open.
    Hidden,
    /// Erasure: the window has closed, the rest is being destroyed.
    Purging,
    /// Erasure: the engine looks again.
    CheckingAbsence,
    /// Erasure: recipients are told.
    Notifying,
    /// Answered in full.
    Completed,
    /// Answered, with parts kept or open, agreed by a second officer.
    CompletedWithExceptions,
    /// Refused, with reasons.
    Refused,
    /// Nothing is held about this person.
    NoData,
    /// We cannot tell who asks.
    CannotIdentify,
    /// Taken back by the person.
    Withdrawn,
}

/// A step that is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request for {right} cannot go from {from} to {to}")]
pub struct BadStep {
    /// What was asked for.
    pub right: Right,
    /// Where it is.
    pub from: RequestState,
    /// Where it should have gone.
    pub to: RequestState,
}

/// A word that is no right and no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a known word; words are {1}")]
pub struct BadWord(pub String, pub String);

/// Which rights take a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Any,
    /// Access and portability.
    Copy,
    /// Erasure and anonymization.
    Erase,
}

use RequestState as S;

/// Every allowed step.
const STEPS: &[(S, S, Who)] = &[
    (S::Received, S::Acknowledged, Who::Any),
    (S::Acknowledged, S::Verifying, Who::Any),
    (S::Acknowledged, S::Planning, Who::Any), // the channel already proves who asks
    (S::Verifying, S::Planning, Who::Any),
    (S::Verifying, S::CannotIdentify, Who::Any),
    (S::CannotIdentify, S::Verifying, Who::Any), // reopened with what the person added
    (S::Planning, S::AwaitingApproval, Who::Any),
    (S::Planning, S::NoData, Who::Any),
    (S::AwaitingApproval, S::Planning, Who::Any), // sent back
    (S::AwaitingApproval, S::Approved, Who::Any),
    (S::Approved, S::Planning, Who::Any), // the source drifted
    (S::Acknowledged, S::Refused, Who::Any),
    (S::Verifying, S::Refused, Who::Any),
    (S::Planning, S::Refused, Who::Any),
    (S::AwaitingApproval, S::Refused, Who::Any),
    (S::Approved, S::Collecting, Who::Copy),
    (S::Collecting, S::Reviewing, Who::Copy),
    (S::Collecting, S::Ready, Who::Copy), // no other person is in it
    (S::Collecting, S::NoData, Who::Copy),
    (S::Reviewing, S::Collecting, Who::Copy),
    (S::Reviewing, S::Ready, Who::Copy),
    (S::Ready, S::Collecting, Who::Copy), // the package expired unread
    (S::Ready, S::Delivered, Who::Copy),
    (S::Delivered, S::Completed, Who::Copy),
    (S::Delivered, S::CompletedWithExceptions, Who::Copy),
    (S::Approved, S::Hidden, Who::Erase),
    (S::Hidden, S::Planning, Who::Erase), // rows were added meanwhile
    (S::Hidden, S::Purging, Who::Erase),
    (S::Purging, S::CheckingAbsence, Who::Erase),
    (S::CheckingAbsence, S::Purging, Who::Erase), // something was found again
    (S::CheckingAbsence, S::Notifying, Who::Erase),
    (S::Notifying, S::Completed, Who::Erase),
    (S::Notifying, S::CompletedWithExceptions, Who::Erase),
    (S::Received, S::Withdrawn, Who::Any),
    (S::Acknowledged, S::Withdrawn, Who::Any),
    (S::Verifying, S::Withdrawn, Who::Any),
    (S::CannotIdentify, S::Withdrawn, Who::Any),
    (S::Planning, S::Withdrawn, Who::Any),
    (S::AwaitingApproval, S::Withdrawn, Who::Any),
    (S::Approved, S::Withdrawn, Who::Any),
    (S::Collecting, S::Withdrawn, Who::Copy),
    (S::Reviewing, S::Withdrawn, Who::Copy),
    (S::Ready, S::Withdrawn, Who::Copy),
    (S::Hidden, S::Withdrawn, Who::Erase), // brought back inside the window
];

impl Right {
    /// Every right.
    pub const ALL: [Self; 4] = [Self::Access, Self::Portability, Self::Erasure, Self::Anonymization];

    /// The word for stores and wires.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Erasure => "erasure",
            Self::Anonymization => "anonymization",
        }
    }

    /// Whether carrying it out changes rows.
    pub const fn changes_rows(self) -> bool {
        matches!(self, Self::Erasure | Self::Anonymization)
    }
}

impl RequestState {
    /// Every state, in the order of a request's life.
    pub const ALL: [Self; 20] = [
        S::Received,
        S::Acknowledged,
        S::Verifying,
        S::Planning,
        S::AwaitingApproval,
        S::Approved,
        S::Collecting,
        S::Reviewing,
        S::Ready,
        S::Delivered,
        S::Hidden,
        S::Purging,
        S::CheckingAbsence,
        S::Notifying,
        S::Completed,
        S::CompletedWithExceptions,
        S::Refused,
        S::NoData,
        S::CannotIdentify,
        S::Withdrawn,
    ];

    /// The word for stores and wires.
    pub const fn as_str(self) -> &'static str {
        match self {
            S::Received => "received",
            S::Acknowledged => "acknowledged",
            S::Verifying => "verifying",
            S::Planning => "planning",
            S::AwaitingApproval => "awaiting_approval",
            S::Approved => "approved",
            S::Collecting => "collecting",
            S::Reviewing => "reviewing",
            S::Ready => "ready",
            S::Delivered => "delivered",
            S::Hidden => "hidden",
            S::Purging => "purging",
            S::CheckingAbsence => "checking_absence",
            S::Notifying => "notifying",
            S::Completed => "completed",
            S::CompletedWithExceptions => "completed_with_exceptions",
            S::Refused => "refused",
            S::NoData => "no_data",
            S::CannotIdentify => "cannot_identify",
            S::Withdrawn => "withdrawn",
        }
    }

    /// Whether the request is answered or over; *cannot identify* may be reopened.
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            S::Completed
                | S::CompletedWithExceptions
                | S::Refused
                | S::NoData
                | S::CannotIdentify
                | S::Withdrawn
        )
    }

    /// Whether a request for this right may take this step.
    pub fn may_become(self, to: Self, right: Right) -> bool {
        STEPS.iter().any(|(from, next, who)| *from == self && *next == to && who.takes(right))
    }

    /// Where a request for this right may go from here.
    pub fn next(self, right: Right) -> Vec<Self> {
        let steps = STEPS.iter().filter(|(from, _, who)| *from == self && who.takes(right));
        steps.map(|(_, to, _)| *to).collect()
    }

    /// The state as OpenDSR names it.
    pub const fn as_open_dsr(self) -> &'static str {
        match self {
            S::Received
            | S::Acknowledged
            | S::Verifying
            | S::Planning
            | S::AwaitingApproval
            | S::Approved => "pending",
            S::Withdrawn => "cancelled",
            state if state.is_end() => "completed",
            _ => "in_progress",
        }
    }
}

impl Who {
    const fn takes(self, right: Right) -> bool {
        match self {
            Self::Any => true,
            Self::Copy => !right.changes_rows(),
            Self::Erase => right.changes_rows(),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Right {
    type Err = BadWord;

    fn from_str(word: &str) -> Result<Self, BadWord> {
        from_word(word, &Self::ALL, Self::as_str)
    }
}

impl FromStr for RequestState {
    type Err = BadWord;

    fn from_str(word: &str) -> Result<Self, BadWord> {
        from_word(word, &Self::ALL, Self::as_str)
    }
}

/// The member whose word this is.
pub(crate) fn from_word<T: Copy>(
    word: &str,
    all: &[T],
    as_str: impl Fn(T) -> &'static str,
) -> Result<T, BadWord> {
    all.iter().copied().find(|member| as_str(*member) == word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|member| as_str(*member)).collect();
        BadWord(word.chars().take(40).collect(), words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{RequestState as S, Right, STEPS};

    /// Walks a path and says whether each step is in the table.
    fn walks(right: Right, path: &[S]) -> bool {
        path.windows(2).all(|step| step[0].may_become(step[1], right))
    }

    #[test]
    fn both_rights_can_be_carried_out() {
        let start =
            [S::Received, S::Acknowledged, S::Verifying, S::Planning, S::AwaitingApproval, S::Approved];
        let copy =
            [&start[..], &[S::Collecting, S::Reviewing, S::Ready, S::Delivered, S::Completed]].concat();
        let erase =
            [&start[..], &[S::Hidden, S::Purging, S::CheckingAbsence, S::Notifying, S::Completed]].concat();
        for right in Right::ALL {
            assert_eq!(walks(right, &copy), !right.changes_rows());
            assert_eq!(walks(right, &erase), right.changes_rows());
        }
    }

    #[test]
    fn nobody_is_told_it_is_done_before_it_was_looked_for_again() {
        for right in [Right::Erasure, Right::Anonymization] {
            for end in [S::Completed, S::CompletedWithExceptions] {
                let before: Vec<S> =
                    S::ALL.into_iter().filter(|state| state.may_become(end, right)).collect();
                assert_eq!(before, [S::Notifying]);
            }
            let before: Vec<S> =
                S::ALL.into_iter().filter(|state| state.may_become(S::Notifying, right)).collect();
            assert_eq!(before, [S::CheckingAbsence]);
        }
    }

    #[test]
    fn once_purging_began_nothing_can_be_taken_back() {
        let mut reached = BTreeSet::from([S::Purging]);
        while let Some(next) =
            reached.iter().flat_map(|state| state.next(Right::Erasure)).find(|state| !reached.contains(state))
        {
            reached.insert(next);
        }
        assert!(!reached.contains(&S::Withdrawn) && !reached.contains(&S::Planning));
    }

    #[test]
    fn ends_are_ends_and_every_state_can_be_reached() {
        for state in S::ALL {
            let leads_on = STEPS.iter().any(|(from, _, _)| *from == state);
            assert_eq!(leads_on, !state.is_end() || state == S::CannotIdentify, "{state}");
            assert!(state == S::Received || STEPS.iter().any(|(_, to, _)| *to == state), "{state}");
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        let distinct: BTreeSet<_> = STEPS.iter().map(|(from, to, _)| (*from, *to)).collect();
        assert_eq!(distinct.len(), STEPS.len());
        assert_eq!((S::Hidden.as_open_dsr(), S::NoData.as_open_dsr()), ("in_progress", "completed"));
    }
}
