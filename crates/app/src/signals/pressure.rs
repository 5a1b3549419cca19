//! Words that press for speed. Somebody who wants another person's data often hurries whoever could look twice.
//!
//! What the law itself says is not among them: *without undue delay*, `unverzüglich`, `dans les meilleurs délais` and
//! `sin dilación indebida` stand in every well-made letter, and asking for what the law gives is no pressure.

/// Beginnings of words and phrases, in small letters, by language.
pub const PHRASES: [(&str, &[&str]); 4] = [
    (
        "en",
        &[
            "urgent",
            "asap",
            "as soon as possible",
            "immediately",
            "right now",
            "right away",
            "at once",
            "today or",
            "by tomorrow",
            "by tonight",
            "within the hour",
            "within 24 hours",
            "within 48 hours",
            "final warning",
            "last warning",
            "last chance",
            "or else",
            "emergency",
            "my lawyer",
            "legal action",
            "sue you",
            "in court",
            "report you",
            "don't tell",
            "do not tell",
            "don't contact",
            "do not contact",
            "skip the",
        ],
    ),
    (
        "de",
        &[
            "dringend",
            "eilig",
            "eilt",
            "sofort",
            "umgehend",
            "schnellstmöglich",
            "so schnell wie möglich",
            "bis morgen",
            "noch heute",
            "innerhalb von 24 stunden",
            "innerhalb von 48 stunden",
            "letzte mahnung",
            "letzte warnung",
            "letzte chance",
            "notfall",
            "mein anwalt",
            "meinen anwalt",
            "meine anwältin",
            "rechtliche schritte",
            "verklage",
            "anzeige erstatten",
            "sagen sie niemand",
        ],
    ),
    (
        "fr",
        &[
            "urgent",
            "urgence",
            "immédiatement",
            "tout de suite",
            "au plus vite",
            "dès que possible",
            "avant demain",
            "d'ici demain",
            "aujourd'hui même",
            "dans les 24 heures",
            "sous 24 heures",
            "sous 48 heures",
            "dernier avertissement",
            "dernière chance",
            "mon avocat",
            "poursuites",
            "en justice",
            "ne dites rien",
        ],
    ),
    (
        "es",
        &[
            "urgente",
            "urgencia",
            "inmediatamente",
            "de inmediato",
            "ahora mismo",
            "cuanto antes",
            "lo antes posible",
            "para mañana",
            "hoy mismo",
            "en 24 horas",
            "en 48 horas",
            "último aviso",
            "última oportunidad",
            "mi abogad",
            "acciones legales",
            "denunciar",
            "no diga nada",
        ],
    ),
];

/// Whether a text presses. A phrase counts where a word begins, however the word goes on.
pub fn presses(text: &str) -> bool {
    // apostrophes come in two shapes
    let small = text.to_lowercase().replace('\u{2019}', "'");
    let small = small.split_whitespace().collect::<Vec<_>>().join(" ");
    PHRASES.iter().flat_map(|(_, phrases)| phrases.iter()).any(|phrase| {
        small.match_indices(phrase).any(|(at, _)| {
            let before = small.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|letter| !letter.is_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{PHRASES, presses};

    #[test]
    fn words_that_press_are_found_in_four_languages() {
        for text in [
            "This is URGENT!!",
            "I need it\nright  now",
            "Don’t tell anybody about this.",
            "Löschen Sie das sofort, sonst schalte ich meinen Anwalt ein",
            "C'est urgent, avant demain",
            "Lo necesito cuanto antes",
        ] {
            assert!(presses(text), "{text}");
        }
    }

    #[test]
    fn asking_for_what_the_law_gives_is_no_pressure() {
        for text in [
            "",
            "Please erase my data without undue delay, Article 17 GDPR.",
            "Bitte löschen Sie meine Daten unverzüglich, spätestens binnen eines Monats.",
            "Merci de répondre dans les meilleurs délais.",
            "Solicito la supresión sin dilación indebida.",
            "I am an insurgent tailor and my surname is Vonsofort.",
        ] {
            assert!(!presses(text), "{text}");
        }
    }

    #[test]
    fn every_phrase_is_written_as_it_is_looked_for() {
        for (_, phrases) in PHRASES {
            for phrase in phrases {
                assert_eq!(*phrase, phrase.to_lowercase().trim(), "{phrase}");
                assert!(presses(phrase), "{phrase}");
            }
        }
    }
}
