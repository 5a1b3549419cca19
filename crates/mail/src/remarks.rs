//! What somebody wrote into the marked places of a letter: plain text in any script, and nothing that a mail program could make a
//! link of. Everything else of a letter stands in the books, where nobody who writes a letter can reach it.

use serde::{Deserialize, Serialize};

/// Most characters of an opening.
pub const OPENING: usize = 500;
/// Most characters of a note, and of an answer.
pub const NOTE: usize = 2_000;

/// What stands in the marked places of a letter. Cannot be printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// After the greeting; empty where nothing was written.
    #[serde(default)]
    pub opening: String,
    /// At the end.
    #[serde(default)]
    pub note: String,
}

impl std::fmt::Debug for Remarks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remarks({})", self.places().join(" "))
    }
}

/// What is wrong with a text. Never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Longer than it may be.
    #[error("it has {has} characters; {most} are the most")]
    Long {
        /// How many it has.
        has: usize,
        /// The most.
        most: usize,
    },
    /// Something that mail programs make a link of.
    #[error(
        "line {line} has a web or mail address, or words joined by a point; the links of a letter are ours: take it out, or put a space after the point"
    )]
    Link {
        /// Which line, from 1.
        line: usize,
    },
    /// Signs that nobody sees and that turn what stands around them.
    #[error(
        "line {line} has signs that cannot be seen and change how the rest is read; type it again by hand"
    )]
    Hidden {
        /// Which line, from 1.
        line: usize,
    },
}

/// A text in whose place something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {place}: {why}")]
pub struct BadRemark {
    /// The place: `opening` or `note`.
    pub place: &'static str,
    /// What is wrong.
    #[source]
    pub why: BadText,
}

impl Remarks {
    /// Checks what was typed, and brings it into the one form that is kept.
    pub fn new(opening: &str, note: &str) -> Result<Self, BadRemark> {
        let opening = tidy(opening, OPENING).map_err(|why| BadRemark { place: "opening", why })?;
        let note = tidy(note, NOTE).map_err(|why| BadRemark { place: "note", why })?;
        Ok(Self { opening, note })
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.opening.is_empty() && self.note.is_empty()
    }

    /// The names of the places where something was written.
    pub fn places(&self) -> Vec<&'static str> {
        let filled = [("opening", &self.opening), ("note", &self.note)];
        filled.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| name).collect()
    }
}

/// A text of several lines in the one form that is kept: line feeds alone, no spaces at the ends of lines, and at most one empty
/// line between two others.
pub fn tidy(text: &str, most: usize) -> Result<String, BadText> {
    let breaks = text.replace("\r\n", "\n");
    let breaks = breaks.replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let mut lines: Vec<&str> = Vec::new();
    let even = breaks.replace('\t', " ");
    for line in even.lines().map(str::trim) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    for (line, text) in lines.iter().enumerate().map(|(line, text)| (line + 1, text)) {
        if text.chars().any(is_hidden) {
            return Err(BadText::Hidden { line });
        }
        if text.split(|letter: char| letter.is_whitespace()).any(is_link) {
            return Err(BadText::Link { line });
        }
    }
    let text = lines.join("\n").trim_end().to_owned();
    match text.chars().count() {
        has if has > most => Err(BadText::Long { has, most }),
        _ => Ok(text),
    }
}

/// Control characters, and those that turn the direction of what follows. Marks that scripts need (joiners, and the marks of a
/// direction for one place) stay.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
        || matches!(letter, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether mail programs could make a link of a word: an address with a scheme, one of the usual beginnings, or names joined by
/// points of which the last one could be a domain (`acme.com`, `dpo@acme.com`; not `e.g.`, `3.14` or `Art.17`).
fn is_link(word: &str) -> bool {
    let lower = word.to_lowercase();
    if lower.contains("://")
        || ["www.", "mailto:", "tel:", "javascript:", "data:"].iter().any(|start| lower.contains(start))
    {
        return true;
    }
    let names =
        word.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '.' | '-' | '。' | '．')));
    names.into_iter().any(|name| {
        // in scripts with a full stop of their own, that one joins no names but those of letters it does not belong to
        ends_as_domain(name.split('.'), char::is_alphabetic)
            || ends_as_domain(name.split(['.', '。', '．']), |letter| letter.is_ascii_alphabetic())
    })
}

fn ends_as_domain<'a>(parts: impl Iterator<Item = &'a str>, letter: fn(char) -> bool) -> bool {
    let parts: Vec<&str> = parts.collect();
    let is_domain = |part: &str| {
        let plain = part.chars().count() > 1 && part.chars().all(|one| letter(one) && !one.is_uppercase());
        plain || part.starts_with("xn--")
    };
    parts.windows(2).any(|pair| !pair[0].is_empty() && is_domain(pair[1]))
}

#[cfg(test)]
mod tests {
    use super::{BadText, Remarks, tidy};

    #[test]
    fn text_has_one_form_whatever_typed_it() {
        let one = "Dear Ada,\n\nthank you.\nYours";
        for typed in [
            "Dear Ada,\n\nthank you.\nYours",
            "\r\n  Dear Ada, \r\n\r\n\r\n\r\nthank you.\t\r\nYours\r\n\r\n",
            "Dear Ada,\u{2029}\u{2028}thank you.\u{85}Yours",
            "Dear Ada,\r\rthank you.\rYours",
        ] {
            assert_eq!(tidy(typed, 100).as_deref(), Ok(one), "{typed:?}");
        }
        assert_eq!(tidy(one, 100).as_deref(), Ok(one), "twice is once");
        for nothing in ["", " \r\n\t\n "] {
            assert_eq!(tidy(nothing, 10).as_deref(), Ok(""));
        }
    }

    #[test]
    fn any_script_is_taken_and_length_counts_characters() {
        for text in ["你好。谢谢您的耐心。", "שלום, תודה.", "مرحبا. شكرا", "क्षमा करें", "می‌خواهم", "👩‍👩‍👧 merci"]
        {
            assert_eq!(tidy(text, 100).as_deref(), Ok(text));
        }
        assert_eq!(tidy("äöü", 3).as_deref(), Ok("äöü"));
        assert_eq!(tidy("äöüß", 3), Err(BadText::Long { has: 4, most: 3 }));
    }

    #[test]
    fn links_are_refused_and_ordinary_points_are_not() {
        for link in [
            "see https://evil.test/x",
            "HTTPS://EVIL.TEST",
            "www.evil.test",
            "write to dpo@acme.com",
            "(acme.com)",
            "acme.com.",
            "пример.рф",
            "evil.xn--p1ai",
            "mailto:x",
            "javascript:alert(1)",
            "acme。com",
        ] {
            assert_eq!(tidy(&format!("fine\n{link}"), 100), Err(BadText::Link { line: 2 }), "{link}");
        }
        for plain in [
            "e.g. this",
            "z.B. so",
            "Art.17(1)",
            "3.14",
            "on 24.12.2026",
            "end.Then",
            "...",
            "a.m.",
            "No. 5",
            "U.S.A.",
            "well... yes",
        ] {
            assert!(tidy(plain, 100).is_ok(), "{plain}");
        }
    }

    #[test]
    fn signs_that_hide_are_refused() {
        for hidden in ["a\u{202e}b", "a\u{2066}b", "a\u{0}b", "a\u{200b}b", "a\u{e0041}b", "\u{1b}[1m"] {
            assert_eq!(tidy(hidden, 100), Err(BadText::Hidden { line: 1 }), "{hidden:?}");
        }
    }

    #[test]
    fn remarks_say_where_and_never_what() {
        let remarks = Remarks::new("canary", "").unwrap();
        assert_eq!(format!("{remarks:?}"), "Remarks(opening)");
        let bad = Remarks::new("", "canary.test").unwrap_err();
        assert_eq!(bad.place, "note");
        assert!(!format!("{bad} {bad:?} {}", bad.why).contains("canary"));
        assert!(Remarks::new("", "").unwrap().is_empty());
    }
}
