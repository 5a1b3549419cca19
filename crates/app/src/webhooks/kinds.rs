//! Kinds of events: which state of a request is told by which word. A word, once used, keeps its meaning.

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its word: the type of the event.
    pub word: &'static str,
    /// What happened, for people.
    pub said: &'static str,
    /// The states of requests that it tells of.
    states: &'static [&'static str],
}

/// The event that somebody sends to try a webhook. Every webhook is told it.
pub const TEST: &str = "exeunt.webhook.test";

/// Every kind one can choose, in the order of a request's life.
pub const KINDS: &[Kind] = &[
    Kind {
        word: "exeunt.request.received",
        said: "A request was taken in, or goes on again.",
        states: &["received"],
    },
    Kind {
        word: "exeunt.request.planned",
        said: "A plan was made and waits to be approved.",
        states: &["awaiting_approval"],
    },
    Kind {
        word: "exeunt.request.approved",
        said: "Its plan was approved, and its job waits or runs.",
        states: &["approved"],
    },
    Kind {
        word: "exeunt.request.hidden",
        said: "The person's data is out of the databases, and can still come back.",
        states: &["hidden"],
    },
    Kind {
        word: "exeunt.request.restored",
        said: "Erased data was brought back, all or part of it.",
        states: &["restored", "partly_restored"],
    },
    Kind {
        word: "exeunt.request.purging",
        said: "What was kept for bringing back is being destroyed.",
        states: &["purging"],
    },
    Kind {
        word: "exeunt.package.ready",
        said: "A package of the person's data can be fetched.",
        states: &["ready"],
    },
    Kind {
        word: "exeunt.request.completed",
        said: "It is done; the state tells whether with exceptions, or because there was no data.",
        states: &["delivered", "completed", "completed_with_exceptions", "no_data"],
    },
    Kind { word: "exeunt.request.refused", said: "It was refused.", states: &["refused"] },
    Kind {
        word: "exeunt.request.withdrawn",
        said: "It was taken back, or stopped by the link in a letter.",
        states: &["withdrawn"],
    },
    Kind {
        word: "exeunt.request.unidentified",
        said: "It ended because nobody could tell who asked.",
        states: &["cannot_identify"],
    },
];

/// The kind of event that tells of a state; none for states that are nobody's business outside.
pub(super) fn of_state(state: &str) -> Option<&'static str> {
    KINDS.iter().find(|kind| kind.states.contains(&state)).map(|kind| kind.word)
}

/// Whether a webhook that wants these kinds, parted by spaces, is told this one.
pub(super) fn wants(kinds: &str, kind: &str) -> bool {
    kinds.is_empty() || kinds.split_whitespace().any(|wanted| wanted == kind)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use exeunt_engine::states;

    use super::{KINDS, of_state, wants};

    #[test]
    fn a_state_is_told_by_one_kind_and_every_end_is_told() {
        let all: Vec<&str> = KINDS.iter().flat_map(|kind| kind.states).copied().collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        for state in states::PURGED.iter().chain(states::WAITING).chain(&[states::RESTORED, states::APPROVED])
        {
            assert!(of_state(state).is_some(), "{state}");
        }
        assert_eq!(of_state("verifying"), None);
    }

    #[test]
    fn whoever_chose_nothing_is_told_all() {
        assert!(wants("", "exeunt.request.hidden"));
        assert!(wants("exeunt.request.hidden exeunt.package.ready", "exeunt.package.ready"));
        assert!(!wants("exeunt.request.hidden", "exeunt.request.hid"));
    }
}
