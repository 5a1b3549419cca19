//! What a pasted e-mail seems to say: who wrote it, when, and what they ask for. Proposals, no more: a person reads the mail and
//! checks each of them. Pure, and nothing of it is kept.

use exeunt_base::Personal;

use crate::date::Day;
use crate::state::Right;

/// Most characters that are looked at.
const MOST: usize = 100_000;

/// What seems to stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposed {
    /// What they ask for.
    pub right: Option<Right>,
    /// The address they wrote from.
    pub address: Option<Personal>,
    /// The day they wrote.
    pub day: Option<Day>,
    /// The language they wrote in, by its code.
    pub language: Option<&'static str>,
}

/// Words for each right, the more particular rights first. A mail that asks to erase often mentions the copy too.
const RIGHTS: &[(Right, &[&str])] = &[
    (Right::Anonymization, &["anonymi", "anonimi", "anonymis"]),
    (
        Right::Erasure,
        &[
            "delete",
            "erase",
            "erasure",
            "forget me",
            "be forgotten",
            "remove my",
            "close my account",
            "article 17",
            "art. 17",
            "lösch",
            "entfern",
            "vergessen",
            "supprim",
            "effac",
            "oubli",
            "borrar",
            "borre",
            "eliminar",
            "elimine",
            "supresión",
        ],
    ),
    (
        Right::Portability,
        &[
            "portability",
            "portable",
            "machine-readable",
            "machine readable",
            "transfer my data",
            "article 20",
            "art. 20",
            "übertragbar",
            "maschinenlesbar",
            "portabilité",
            "portabilidad",
        ],
    ),
    (
        Right::Access,
        &[
            "copy of",
            "access to my",
            "subject access",
            "what data",
            "which data",
            "data you hold",
            "data you have",
            "article 15",
            "art. 15",
            "auskunft",
            "kopie",
            "welche daten",
            "copie de",
            "accès",
            "quelles données",
            "copia de",
            "acceso",
            "qué datos",
        ],
    ),
];

/// Words that tell a language.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("de", &["ich", "und", "bitte", "meine", "daten", "nicht", "sehr", "geehrte", "grüßen"]),
    ("fr", &["je", "vous", "mes", "données", "bonjour", "merci", "veuillez", "cordialement", "les"]),
    ("es", &["mis", "datos", "por", "favor", "hola", "gracias", "quiero", "solicito", "saludos"]),
    ("en", &["i", "my", "please", "you", "data", "the", "dear", "hello", "thanks"]),
];

const FROM: &[&str] = &["from:", "von:", "de:", "reply-to:", "expéditeur :", "de :"];
const SENT: &[&str] = &["date:", "sent:", "gesendet:", "datum:", "envoyé :", "date :", "enviado:", "fecha:"];

const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene"],
    &["feb", "fév"],
    &["mar", "mär"],
    &["apr", "avr", "abr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aoû", "ago"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// Reads a pasted e-mail.
pub fn read(text: &str) -> Proposed {
    let text: String = text.chars().take(MOST).collect();
    let small = text.to_lowercase();
    let line = |heads: &[&str]| {
        let mut lines = small.lines().map(str::trim);
        lines.find_map(|line| heads.iter().find_map(|head| line.strip_prefix(head)))
    };
    let found = RIGHTS.iter().find(|(_, words)| words.iter().any(|word| small.contains(word)));
    let mut addresses = small.lines().filter(|line| !is_to_us(line)).filter_map(address);
    Proposed {
        right: found.map(|(right, _)| *right),
        address: line(FROM).and_then(address).or_else(|| addresses.next()).map(Personal::new),
        day: line(SENT).and_then(day),
        language: language(&small),
    }
}

/// Lines that name whom it was sent to.
fn is_to_us(line: &str) -> bool {
    ["to:", "an:", "à :", "à:", "para:", "cc:"].iter().any(|head| line.trim().starts_with(head))
}

fn address(text: &str) -> Option<String> {
    let mut words = text.split(|letter: char| letter.is_whitespace() || "<>()[]\"',;:".contains(letter));
    words.find_map(|word| {
        let word = word.trim_matches('.');
        let (name, host) = word.split_once('@')?;
        let whole = !name.is_empty() && host.contains('.') && !host.contains('@') && host.len() > 3;
        whole.then(|| word.to_owned())
    })
}

/// A day as mail programs write it. Where day and month could be either, nothing is guessed.
fn day(text: &str) -> Option<Day> {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || letter == ',')
        .filter(|word| !word.is_empty())
        .collect();
    for word in &words {
        let iso = word.get(..10).and_then(|start| start.parse().ok());
        if let Some(day) = iso.or_else(|| with_dots(word)) {
            return Some(day);
        }
    }
    let month = |word: &str| {
        let place = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
        u8::try_from(place + 1).ok()
    };
    let place = words.iter().position(|word| month(word).is_some())?;
    let month = words.get(place).and_then(|word| month(word))?;
    let number = |word: &&str| word.trim_end_matches(['.', 't', 'h', 's', 'n', 'd', 'r']).parse::<i32>().ok();
    let around = words.iter().skip(place.saturating_sub(2)).take(6);
    let numbers: Vec<i32> = around.filter_map(number).collect();
    let year = numbers.iter().copied().find(|number| (1_990..2_200).contains(number))?;
    let day = numbers.iter().copied().find(|number| (1..=31).contains(number))?;
    Day::new(year, month, u8::try_from(day).ok()?)
}

/// `02.11.2026`
fn with_dots(word: &str) -> Option<Day> {
    let mut parts = word.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Day::new(year.parse().ok().filter(|year| *year > 1_990)?, month.parse().ok()?, day.parse().ok()?)
}

fn language(small: &str) -> Option<&'static str> {
    let words: Vec<&str> = small.split(|letter: char| !letter.is_alphabetic()).collect();
    let count = |known: &[&str]| words.iter().filter(|word| known.contains(word)).count();
    let best = LANGUAGES.iter().map(|(code, known)| (count(known), *code)).max()?;
    (best.0 >= 2).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn said(text: &str) -> String {
        let read = read(text);
        let address = read.address.map_or_else(|| String::from("-"), |address| address.expose().to_owned());
        let right = read.right.map_or("-", |right| right.as_str());
        let day = read.day.map_or_else(|| String::from("-"), |day| day.to_string());
        format!("{right} {address} {day} {}", read.language.unwrap_or("-"))
    }

    #[test]
    fn mails_of_every_language_propose_who_asks_what_and_when() {
        for (mail, proposed) in [
            (
                "From: Ada Lovelace <Ada@Example.test>\nTo: privacy@acme.test\nDate: Mon, 2 Nov 2026 09:14:00 +0100\n\n\
                 Dear team, please delete my account and all my data. Thanks, Ada",
                "erasure ada@example.test 2026-11-02 en",
            ),
            (
                "Von: ada@example.test\nGesendet: 02.11.2026 09:14\nAn: datenschutz@acme.test\n\nIch bitte um Auskunft \
                 über meine Daten und eine Kopie.",
                "access ada@example.test 2026-11-02 de",
            ),
            (
                "De : Ada <ada@example.test>\nEnvoyé : lundi 2 novembre 2026 09:14\n\nBonjour, je vous demande d’anonymiser \
                 mes données.",
                "anonymization ada@example.test 2026-11-02 fr",
            ),
            (
                "Hola, quiero la portabilidad de mis datos. Gracias. ada@example.test",
                "portability ada@example.test - es",
            ),
            ("Sent: November 2, 2026 9:14 AM\nwhat data do you have?", "access - 2026-11-02 en"),
            ("date: 03/04/2026\nHi", "- - - -"),
            ("to: privacy@acme.test\nhello @ all", "- - - -"),
            ("", "- - - -"),
        ] {
            assert_eq!(said(mail), proposed, "{mail}");
        }
    }

    #[test]
    fn nothing_that_is_pasted_makes_it_fall_over() {
        for text in
            ["date:", "from:", "date: 99.99.9999", "@@@@", "from: <@>", "Date: ä€€€€€€€€€", "sent: 2026-1"]
        {
            let _ = read(text);
        }
        let _ = read(&"@.".repeat(100_000));
    }
}
