//! The rules, each a function of what it needs to know and nothing else. None of them says who the person is.

use crate::signals::Signal;
use crate::signals::pressure;

/// Days within which requests are many.
pub const DAYS: i64 = 7;

/// Other requests of one person within [`DAYS`] that are many: each right once is not.
const MANY_OF_ONE: usize = 4;

/// Requests of other people by one address within [`DAYS`] that are many.
const MANY_PEOPLE: usize = 2;

/// Ways to establish who asks that show what an agent may.
pub const PROOFS: [&str; 2] = ["agent", "document"];

/// What they wrote presses for speed.
pub fn pressure(texts: &[&str]) -> Option<Signal> {
    texts.iter().any(|text| pressure::presses(text)).then(|| Signal {
        word: "pressure",
        name: "Presses for speed",
        because: String::from("What was written presses for speed, or threatens."),
        advice: "Take the time the law gives, and check who asks as you would without it.",
    })
}

/// Letters would go to an address that is none of those the person is known by: the ones on file where they were found, else the
/// ones that were given with the request.
pub fn other_address(letters: Option<&str>, given: &[String], on_file: &[String]) -> Option<Signal> {
    let letters = letters?;
    let (known, because) = match (on_file, given) {
        ([], []) => return None,
        ([], given) => (given, "Letters go to another address than the one the person is known by here."),
        (on_file, _) => (on_file, "Letters go to an address that is not on file for this person."),
    };
    (!known.iter().any(|address| address == letters)).then(|| Signal {
        word: "other_address",
        name: "Another address",
        because: because.to_owned(),
        advice: "Ask at the address on file before anything is sent or erased.",
    })
}

/// The person asked before, and letters went elsewhere then.
pub fn new_address(before: &[Vec<u8>], now: Option<&[u8]>) -> Option<Signal> {
    let now = now?;
    (!before.is_empty() && !before.iter().any(|mark| mark == now)).then(|| Signal {
        word: "new_address",
        name: "New address",
        because: String::from("This person asked before, and letters went to another address then."),
        advice: "Ask at the earlier address whether the new one is theirs.",
    })
}

/// One address for letters stands behind requests of several people.
pub fn many_people(others: usize) -> Option<Signal> {
    (others >= MANY_PEOPLE).then(|| Signal {
        word: "many_people",
        name: "One address, several people",
        because: format!(
            "{others} other requests, about other people, gave the same address for letters within {DAYS} days."
        ),
        advice: "Find out who writes for them, and ask for the authority of each.",
    })
}

/// The same person asks again and again.
pub fn many_requests(others: usize) -> Option<Signal> {
    (others >= MANY_OF_ONE).then(|| Signal {
        word: "many_requests",
        name: "Many requests",
        because: format!("{others} other requests by the same identifiers came in within {DAYS} days."),
        advice: "See whether they contradict each other, and whether the person knows of all of them.",
    })
}

/// Somebody acts for the person, and nothing shows that they may.
pub fn agent_without_proof(channel: &str, how: &str) -> Option<Signal> {
    (channel == "agent" && !PROOFS.contains(&how)).then(|| Signal {
        word: "agent_without_proof",
        name: "Agent without proof",
        because: String::from("An agent acts for the person, and no authority was seen."),
        advice: "Ask the agent for the authority, or the person whether they sent them.",
    })
}

/// Far more rows than people usually have: an identifier that matches several people, or somebody of note.
pub fn many_rows(rows: u64, most: u64) -> Option<Signal> {
    (most > 0 && rows > most).then(|| Signal {
        word: "many_rows",
        name: "Very many rows",
        because: format!("More than {most} rows belong to it, which is more than most people have."),
        advice: "See in the plan by what they were found, and whether they are all of one person.",
    })
}

/// Somebody who got a letter about this person said: this was not me.
pub fn stopped(this: bool, another: bool) -> Option<Signal> {
    let because = match (this, another) {
        (true, _) => "Somebody used the link in a letter to stop it: “this was not me”.",
        (false, true) => "Another request by the same identifiers was stopped by the link in a letter.",
        (false, false) => return None,
    };
    Some(Signal {
        word: "stopped",
        name: "Stop link used",
        because: because.to_owned(),
        advice: "Get in touch at the address on file, and go on only when the person says so there.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn pressing_words_in_any_of_the_texts_are_told() {
        assert!(pressure(&["please", "do it right now"]).is_some());
        assert_eq!(pressure(&["please", ""]), None);
    }

    #[test]
    fn letters_to_an_address_nobody_knows_are_told() {
        let (ada, eve) = (list(&["ada@x.test"]), Some("eve@x.test"));
        assert!(other_address(eve, &ada, &[]).unwrap().because.contains("known by here"));
        assert!(other_address(eve, &list(&["eve@x.test"]), &ada).unwrap().because.contains("not on file"));
        assert_eq!(other_address(Some("ada@x.test"), &list(&["old@x.test"]), &ada), None);
        assert_eq!(other_address(Some("ada@x.test"), &ada, &[]), None);
        // known by a number alone, or nobody is written to: nothing to compare
        assert_eq!(other_address(eve, &[], &[]), None);
        assert_eq!(other_address(None, &ada, &ada), None);
    }

    #[test]
    fn an_address_no_earlier_request_of_the_person_had_is_told() {
        let before = [vec![1], vec![2]];
        assert!(new_address(&before, Some(&[3])).is_some());
        assert_eq!(new_address(&before, Some(&[2])), None);
        assert_eq!(new_address(&[], Some(&[3])), None);
        assert_eq!(new_address(&before, None), None);
    }

    #[test]
    fn many_are_told_with_their_number_and_a_few_are_not() {
        assert!(many_people(2).unwrap().because.starts_with("2 other requests"));
        assert_eq!(many_people(1), None);
        assert!(many_requests(4).unwrap().because.starts_with("4 other requests"));
        assert_eq!(many_requests(3), None, "each right once");
    }

    #[test]
    fn an_agent_shows_an_authority_or_a_document() {
        assert!(agent_without_proof("agent", "vouched").is_some());
        assert_eq!(agent_without_proof("agent", "agent"), None);
        assert_eq!(agent_without_proof("agent", "document"), None);
        assert_eq!(agent_without_proof("staff", "vouched"), None);
    }

    #[test]
    fn only_very_many_rows_are_told() {
        assert!(many_rows(10_001, 10_000).is_some());
        assert_eq!(many_rows(10_000, 10_000), None);
        assert_eq!(many_rows(5, 0), None);
    }

    #[test]
    fn a_stop_link_is_told_on_the_request_and_on_others_of_the_person() {
        assert!(stopped(true, true).unwrap().because.contains("stop it"));
        assert!(stopped(false, true).unwrap().because.contains("Another request"));
        assert_eq!(stopped(false, false), None);
    }
}
