//! Reading a search. What is wrong with it is told word by word; the rest still counts.

use crate::search::{Compared, Is, RESTORED, SIGNALS, Search, Sort, Term, When};
use crate::state::{RequestState, Right};

/// Most words of one search.
const MOST: usize = 30;
/// Most letters of a word that is repeated in what is said about it.
const SHOWN: usize = 40;
/// So many digits in a row that are neither a day nor an id may be somebody's number.
const DIGITS: usize = 6;
/// Farthest day that can be named by counting.
const FARTHEST: i32 = 3_660;

/// Words before a colon.
const KEYS: &str =
    "type:, state:, is:, due:, received:, window:, regime:, signal:, sort: and ids such as req_01…";

/// What is wrong with one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It may be about a person. It is not repeated, and must not be kept.
    Personal,
    /// This word is not known, or not so; and what is.
    Word {
        /// The word.
        word: String,
        /// What belongs there.
        known: String,
    },
    /// There are too many.
    TooMany,
}

impl Search {
    /// Reads a search. Words that are not understood are told, and left out of it.
    pub fn parse(text: &str) -> (Self, Vec<Flaw>) {
        let (mut search, mut flaws) = (Self::default(), Vec::new());
        for (place, word) in text.split_whitespace().enumerate() {
            if place >= MOST {
                flaws.push(Flaw::TooMany);
                break;
            }
            match read(&word.to_lowercase()) {
                Ok(Read::Sort(sort)) => search.sort = sort,
                Ok(Read::Term(term)) if !search.terms.contains(&term) => search.terms.push(term),
                Ok(Read::Term(_)) => {}
                Err(flaw) => flaws.push(flaw),
            }
        }
        (search, flaws)
    }
}

enum Read {
    Term(Term),
    Sort(Sort),
}

fn read(word: &str) -> Result<Read, Flaw> {
    if may_be_personal(word) {
        return Err(Flaw::Personal);
    }
    let (negated, bare) = word.strip_prefix('-').map_or((false, word), |bare| (true, bare));
    let flaw = |known: String| Flaw::Word { word: word.chars().take(SHOWN).collect(), known };
    let term = |is| Ok(Read::Term(Term { negated, is }));
    let Some((key, value)) = bare.split_once(':') else {
        if bare == "req_" || bare.starts_with("req_") && is_start_of_id(bare) {
            return term(Is::Request(bare.to_owned()));
        }
        return Err(flaw(format!("words are {KEYS}")));
    };
    match key {
        "type" => match value.parse::<Right>() {
            Ok(right) => term(Is::Right(right)),
            Err(_) => Err(flaw(format!("types are {}", list(Right::ALL.map(Right::as_str))))),
        },
        "state" => match states().find(|state| *state == value) {
            Some(state) => term(Is::State(state)),
            None => Err(flaw(format!("states are {}", list(states())))),
        },
        "is" => match WORDS.iter().find(|(known, _)| *known == value) {
            Some((_, is)) => term(is.clone()),
            None => Err(flaw(format!("after `is:` comes {}", list(WORDS.iter().map(|(known, _)| *known))))),
        },
        "due" => day(value, flaw).and_then(|(compared, when)| term(Is::Due(compared, when))),
        "window" => day(value, flaw).and_then(|(compared, when)| term(Is::Window(compared, when))),
        "received" => day(value, flaw).and_then(|(compared, when)| term(Is::Received(compared, when))),
        "regime" if is_regime(value) => term(Is::Regime(value.to_owned())),
        "regime" => Err(flaw(String::from("a regime is an id such as eu-gdpr"))),
        "signal" => match SIGNALS.into_iter().find(|known| *known == value) {
            Some(known) => term(Is::Signal(known)),
            None => Err(flaw(format!(
                "signals that can be looked for are {}; the others are worked out when a request is opened",
                list(SIGNALS)
            ))),
        },
        "sort" if !negated => match SORTS.iter().find(|(known, _)| *known == value) {
            Some((_, sort)) => Ok(Read::Sort(*sort)),
            None => Err(flaw(format!("orders are {}", list(SORTS.iter().map(|(known, _)| *known))))),
        },
        _ => Err(flaw(format!("words are {KEYS}"))),
    }
}

/// What stands after `is:`.
pub(super) const WORDS: &[(&str, Is)] = &[
    ("open", Is::Open),
    ("closed", Is::Closed),
    ("overdue", Is::Overdue),
    ("held", Is::Held),
    ("waiting", Is::Waiting),
    ("mine", Is::Mine),
];

/// What stands after `sort:`.
pub(super) const SORTS: &[(&str, Sort)] =
    &[("newest", Sort::Newest), ("oldest", Sort::Oldest), ("due", Sort::Due)];

/// What stands before a day; the longer ones first.
pub(super) const COMPARED: [(&str, Compared); 5] = [
    ("<=", Compared::UpTo),
    (">=", Compared::From),
    ("<", Compared::Before),
    (">", Compared::After),
    ("", Compared::On),
];

fn states() -> impl Iterator<Item = &'static str> {
    RequestState::ALL.into_iter().map(RequestState::as_str).chain(RESTORED)
}

fn list(words: impl IntoIterator<Item = &'static str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

fn day(value: &str, flaw: impl Fn(String) -> Flaw) -> Result<(Compared, When), Flaw> {
    let found = COMPARED.iter().find_map(|(sign, compared)| Some((*compared, value.strip_prefix(sign)?)));
    let when = found.and_then(|(compared, text)| Some((compared, named(text)?)));
    when.ok_or_else(|| {
        flaw(String::from("a day is today, 7d, -7d or 2026-12-24; <, <=, > or >= may stand before it"))
    })
}

fn named(text: &str) -> Option<When> {
    if text == "today" {
        return Some(When::InDays(0));
    }
    if let Some(count) = text.strip_suffix('d') {
        let days: i32 = count.parse().ok()?;
        return (-FARTHEST..=FARTHEST).contains(&days).then_some(When::InDays(days));
    }
    text.parse().ok().map(When::Day)
}

fn is_regime(word: &str) -> bool {
    (1..=40).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_start_of_id(word: &str) -> bool {
    word.len() <= 30 && word.bytes().skip(4).all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a word could tell of a person: an address, or somebody's number.
pub(super) fn may_be_personal(word: &str) -> bool {
    if word.contains(['@', '＠']) || word.contains("%40") {
        return true;
    }
    let bare = word.trim_start_matches('-');
    let days = ["due:", "received:", "window:"].iter().any(|key| bare.starts_with(key));
    if days || bare.starts_with("req_") && is_start_of_id(bare) {
        return false;
    }
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    digits >= DIGITS || digits > 0 && bare.chars().all(|letter| !letter.is_alphabetic())
}

/// Whether a text that is kept beside a search, such as its name, could tell of a person.
pub fn tells_of_somebody(text: &str) -> bool {
    text.contains(['@', '＠']) || text.chars().filter(char::is_ascii_digit).count() >= DIGITS
}

#[cfg(test)]
mod tests {
    use super::{Flaw, tells_of_somebody};
    use crate::search::Search;

    fn said(text: &str) -> String {
        let (search, flaws) = Search::parse(text);
        let flaws: Vec<String> = flaws
            .iter()
            .map(|flaw| match flaw {
                Flaw::Personal => String::from("!personal"),
                Flaw::Word { word, .. } => format!("!{word}"),
                Flaw::TooMany => String::from("!many"),
            })
            .collect();
        format!("{search} {}", flaws.join(" ")).trim().to_owned()
    }

    #[test]
    fn what_is_understood_reads_back_as_it_was_written() {
        for text in [
            "type:erasure",
            "-type:access",
            "state:hidden state:partly_restored",
            "is:open is:closed is:overdue is:held is:waiting is:mine",
            "due:<7d",
            "due:today",
            "due:>=today due:<=7d",
            "due:<2026-12-24 received:>2026-11-01",
            "received:>-30d",
            "window:<3d",
            "regime:uk-gdpr sort:due",
            "signal:stopped -signal:many_rows signal:agent_without_proof",
            "-is:held sort:oldest",
            "req_01jd",
            "req_01jd0000000000000000000000",
        ] {
            assert_eq!(said(text), text);
        }
        assert_eq!(said("  TYPE:Erasure\tis:open   sort:newest is:open"), "type:erasure is:open");
        assert_eq!(said("due:0d"), "due:today");
    }

    #[test]
    fn what_is_not_understood_is_named_and_the_rest_counts() {
        assert_eq!(said("is:open colour:blue"), "is:open !colour:blue");
        assert_eq!(said("hello is:late"), "!hello !is:late");
        for bad in ["due:soon", "due:<x", "due:99999d", "due:2026-02-30", "regime:", "sort:size", "-sort:due"]
        {
            assert_eq!(said(bad), format!("!{bad}"));
        }
        assert!(said(&"is:open ".repeat(31)).ends_with("!many"));
        let (_, flaws) = Search::parse("signal:pressure");
        let Flaw::Word { known, .. } = &flaws[0] else { panic!("{flaws:?}") };
        assert!(
            known.contains("agent_without_proof") && known.contains("when a request is opened"),
            "{known}"
        );
        let (_, flaws) = Search::parse("is:late");
        let Flaw::Word { known, .. } = &flaws[0] else { panic!("{flaws:?}") };
        assert!(known.contains("overdue") && known.contains("mine"), "{known}");
    }

    #[test]
    fn nothing_about_a_person_can_be_looked_for_or_is_repeated() {
        for text in [
            "ada@example.test",
            "email:ada@example.test",
            "ada%40example.test",
            "+49301234567",
            "030/1234567",
            "030",
        ] {
            assert_eq!(said(text), "!personal", "{text}");
        }
        assert!(tells_of_somebody("ask ada@example.test") && tells_of_somebody("030 123 456 789"));
        assert!(!tells_of_somebody("Due this week, 2026"));
    }
}
