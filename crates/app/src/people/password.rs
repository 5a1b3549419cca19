//! Which passwords are good enough: long enough, and not what anybody would try first. Pure.
//!
//! Any character may stand in one, and none must. What is refused is what guessers begin with: words of the bundled list,
//! words around the person (their name, their address, the organization), runs along the keyboard or the alphabet and
//! repetitions, also with digits and signs about them or written `p4$$w0rd`.

use std::sync::LazyLock;

/// Fewest characters, counted as Unicode scalar values.
pub const FEWEST: usize = 12;

/// Most characters.
pub const MOST: usize = 128;

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Fewer than [`FEWEST`].
    #[error("it has fewer than {FEWEST} characters; several words in a row are easy to remember")]
    TooShort,
    /// More than [`MOST`].
    #[error("it has more than {MOST} characters")]
    TooLong,
    /// Made of what everybody tries first.
    #[error(
        "it is made of words, runs or repetitions that are tried first; take several words nobody expects"
    )]
    Common,
    /// Made of words about the person or the organization.
    #[error(
        "it is made of your name, your address or your organization's name; take words that are not about you"
    )]
    Context,
}

/// Words that passwords are made of when people do not want to think; see the head of the file.
const LISTED: &str = include_str!("common.txt");

/// Runs that fingers and alphabets make.
const RUNS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "1234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/// Shortest part of a run, or repetition of a character, that counts as one.
const RUN: usize = 4;

/// A repeated part shorter than this makes no password stronger.
const UNIT: usize = 8;

/// Most digits and signs about known words before they are worth something by themselves.
const LOOSE: usize = 8;

/// What the pieces of a password weigh: a listed word as much as one letter that belongs to nothing known.
const WORD: usize = 100;
const AROUND: usize = 40;
const SIGN: usize = 1;

/// Checks a password that somebody chose. `around` are texts about the person and the organization.
pub fn check(password: &str, around: &[&str]) -> Result<(), Refused> {
    let letters: Vec<char> = password.chars().collect();
    if letters.len() < FEWEST {
        return Err(Refused::TooShort);
    }
    if letters.len() > MOST {
        return Err(Refused::TooLong);
    }
    let folded: Vec<char> = password.to_lowercase().chars().collect();
    if repeats(&folded) {
        return Err(Refused::Common);
    }
    let around = words_around(around);
    let made = made_of(&folded, &around);
    let little = made.weight - made.signs * SIGN <= 2 * WORD;
    let known = made.listed + made.around + made.runs;
    if known == 0 || !little || made.signs > LOOSE {
        return Ok(());
    }
    Err(if made.around > 0 { Refused::Context } else { Refused::Common })
}

/// What the lightest way to put a password together is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Made {
    weight: usize,
    listed: usize,
    around: usize,
    runs: usize,
    signs: usize,
}

/// From back to front: the lightest way from each place on.
fn made_of(letters: &[char], around: &[Vec<char>]) -> Made {
    let mut from = vec![Made::default(); letters.len() + 1];
    for place in (0..letters.len()).rev() {
        let rest = &letters[place..];
        let after = |length: usize| from[place + length];
        let next = after(1);
        let mut best = if letters[place].is_alphabetic() {
            Made { weight: next.weight + WORD, ..next }
        } else {
            Made { weight: next.weight + SIGN, signs: next.signs + 1, ..next }
        };
        let mut offer = |made: Made| {
            if made.weight < best.weight {
                best = made;
            }
        };
        for length in listed(rest) {
            let next = after(length);
            offer(Made { weight: next.weight + WORD, listed: next.listed + 1, ..next });
        }
        for word in around.iter().filter(|word| begins(rest, word)) {
            let next = after(word.len());
            offer(Made { weight: next.weight + AROUND, around: next.around + 1, ..next });
        }
        for length in RUN..=run(rest) {
            let next = after(length);
            offer(Made { runs: next.runs + 1, ..next });
        }
        from[place] = best;
    }
    from[0]
}

/// The listed words, read once. They are ASCII, so that bytes are letters.
static WORDS: LazyLock<Vec<&'static [u8]>> = LazyLock::new(|| {
    let lines = LISTED.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).map(str::as_bytes).collect()
});

/// Lengths of the listed words a text begins with.
fn listed(rest: &[char]) -> impl Iterator<Item = usize> + '_ {
    let fits = move |word: &&&[u8]| {
        rest.len() >= word.len()
            && word.iter().zip(rest).all(|(wanted, given)| reads(*given, char::from(*wanted)))
    };
    WORDS.iter().filter(fits).map(|word| word.len())
}

fn begins(rest: &[char], word: &[char]) -> bool {
    rest.len() >= word.len() && word.iter().zip(rest).all(|(wanted, given)| reads(*given, *wanted))
}

/// Whether a character is read as a letter: itself, or a digit or sign that stands for it.
fn reads(given: char, letter: char) -> bool {
    given == letter
        || match given {
            '0' => letter == 'o',
            '1' | '!' => letter == 'i' || letter == 'l',
            '3' => letter == 'e',
            '4' | '@' => letter == 'a',
            '5' | '$' => letter == 's',
            '7' => letter == 't',
            '9' => letter == 'g',
            _ => false,
        }
}

/// The runs, forth and back.
static BOTH_WAYS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let back = RUNS.iter().map(|run| run.chars().rev().collect());
    RUNS.iter().map(|run| run.chars().collect()).chain(back).collect()
});

/// How long the run is that a text begins with: one character again and again, or along the keyboard or alphabet.
fn run(rest: &[char]) -> usize {
    let shared = |run: &[char]| run.iter().zip(rest).take_while(|(one, other)| one == other).count();
    let along = |run: &Vec<char>| {
        let start = run.iter().position(|letter| Some(letter) == rest.first());
        start.map_or(0, |start| shared(&run[start..]))
    };
    let same = rest.iter().take_while(|letter| Some(*letter) == rest.first()).count();
    BOTH_WAYS.iter().map(along).max().unwrap_or(0).max(same)
}

/// Whether a text is one short part again and again.
fn repeats(letters: &[char]) -> bool {
    (1..UNIT.min(letters.len() / 2 + 1))
        .any(|unit| letters.iter().zip(&letters[unit..]).all(|(one, other)| one == other))
}

/// The words of texts, and each text as a whole with and without what parts its words.
fn words_around(texts: &[&str]) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> = Vec::new();
    let mut add = |word: String| {
        if word.chars().count() >= 3 {
            words.push(word.chars().collect());
        }
    };
    for text in texts.iter().chain(&["exeunt"]) {
        let text = text.trim().to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).for_each(|word| add(word.to_owned()));
        add(text.chars().filter(|c| c.is_alphanumeric()).collect());
        add(text);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{LISTED, Refused, check};

    const AROUND: [&str; 3] = ["Ada Lovelace", "ada.lovelace@analytical.example", "Analytical Engines"];

    #[test]
    fn lengths_are_counted_in_characters() {
        let table = [
            ("", Some(Refused::TooShort)),
            ("kQ7#vB2!pLx", Some(Refused::TooShort)),
            ("kQ7#vB2!pLxw", None),
            ("žluťoučkýkůň", None),
            // eleven characters in more than thirty bytes
            ("𝄞𝄢𝄡𝄪𝄫♩♪♫♬♭♮", Some(Refused::TooShort)),
        ];
        for (password, wanted) in table {
            assert_eq!(check(password, &[]).err(), wanted, "{password}");
        }
        let long: String = "qlxvwzpkjt".chars().cycle().take(128).collect();
        assert_eq!(check(&long, &[]), Ok(()));
        assert_eq!(check(&format!("{long}x"), &[]), Err(Refused::TooLong));
    }

    #[test]
    fn what_guessers_begin_with_is_refused() {
        for password in [
            "password1234",
            "Password!2026",
            "p4$$w0rd1234",
            "P@ssw0rd!!!!",
            "passwordpassword",
            "letmein12345678",
            "welcome2company",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "asdfghjkl;123",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "123456789012",
            "210987654321",
            "aaaaaaaaaaaa",
            "xkqzxkqzxkqz",
            "Sommer2026!!",
            "ILoveYou1234",
            "111122223333",
            "administrator",
        ] {
            assert_eq!(check(password, &AROUND), Err(Refused::Common), "{password}");
        }
    }

    #[test]
    fn what_is_about_the_person_is_refused() {
        for password in [
            "adalovelace1",
            "Lovelace1815!",
            "ada.lovelace@analytical.example",
            "4n4lytic4lEngines",
            "AnalyticalEngines2026",
            "exeuntexeunt1234",
            "ExeuntPassword1",
        ] {
            assert_eq!(check(password, &AROUND), Err(Refused::Context), "{password}");
        }
        // the same means nothing to somebody else
        assert_eq!(check("Lovelace1815!", &[]), Ok(()));
    }

    #[test]
    fn words_nobody_expects_are_taken_whatever_they_are_written_in() {
        for password in [
            "correct horse battery staple",
            "vier kleine blaue Steine",
            "dragon monkey football tulips",
            "8364920183746251",
            "#9$K!2@x&7*q",
            "        mustard seven kites",
            "пароль из пяти слов сразу",
            "紙鉛筆机窓空雲雨雪風山川海",
            "apple 83649201 kettle",
        ] {
            assert_eq!(check(password, &AROUND), Ok(()), "{password}");
        }
    }

    #[test]
    fn what_a_generator_makes_is_taken() {
        // SplitMix64, so that every run tries the same ones
        let mut state = 1_u64;
        let mut roll = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
        };
        for alphabet in ["abcdefghijklmnopqrstuvwxyz", "0123456789abcdef", "aB3$eF7!iJ9?mN0&qR2=uV4+yZ6-"] {
            let letters: Vec<char> = alphabet.chars().collect();
            for _ in 0..500 {
                let password: String = (0..16).map(|_| letters[roll() as usize % letters.len()]).collect();
                assert_eq!(check(&password, &AROUND), Ok(()), "{password}");
            }
        }
    }

    #[test]
    fn the_list_is_of_plain_words_each_once() {
        let words: Vec<&str> =
            LISTED.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
        let plain = |word: &&&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert_eq!(words.iter().find(|word| !plain(word)), None);
        let mut once = words.clone();
        once.sort_unstable();
        let twice = once.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None);
        assert!(words.len() > 400, "{}", words.len());
    }
}
