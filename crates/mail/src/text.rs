//! A letter as it is read: its subject, plain text, and HTML. Every value is escaped; nothing is fetched from anywhere.

use exeunt_base::{Personal, RequestId};

use crate::book::Book;
use crate::language::Language;
use crate::letter::Letter;
use crate::places::{self, Piece};
use crate::remarks::Remarks;

/// A letter as it is read. Cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The subject: one line.
    pub subject: String,
    /// Plain text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text")
    }
}

/// A value as a letter shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// There is none: paragraphs that name it are left out.
    Nothing,
    /// Words.
    Text(String),
    /// An address to follow.
    Link(String),
    /// One below the other; at least one.
    Lines(Vec<String>),
    /// What somebody wrote, in lines and paragraphs as they wrote it.
    Prose(String),
}

impl Shown {
    pub(crate) fn lines(lines: Vec<String>) -> Self {
        if lines.is_empty() { Self::Nothing } else { Self::Lines(lines) }
    }

    pub(crate) fn prose(text: &str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Prose(text.to_owned()) }
    }
}

/// Pages about the request that a letter tells of. Where there are none, the paragraphs that name them are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// How it stands.
    pub follow: Option<String>,
    /// Where it is stopped.
    pub stop: Option<String>,
}

impl Text {
    /// Writes a letter of an organization to somebody of that name.
    pub fn of(letter: &Letter, language: Language, organization: &str, name: Option<&Personal>) -> Self {
        Self::with_pages(letter, language, organization, name, &Pages::default(), &Remarks::default())
    }

    /// The same where there are pages about it, and something was written into its marked places.
    pub fn with_pages(
        letter: &Letter,
        language: Language,
        organization: &str,
        name: Option<&Personal>,
        pages: &Pages,
        remarks: &Remarks,
    ) -> Self {
        let mut values = letter.values(language);
        let page = |link: &Option<String>| link.clone().map_or(Shown::Nothing, Shown::Link);
        values.extend([("follow", page(&pages.follow)), ("stop", page(&pages.stop))]);
        values.push(("name", name.map_or(Shown::Nothing, |name| Shown::Text(line(name.expose())))));
        Self::filled(letter.word(), language, organization, values, remarks)
    }

    /// A letter as it will go, before all of it is known: what is `told` already, and in brackets what will stand in the places that
    /// are not known yet, or not for sure (`open`). Names nobody.
    pub fn draft(
        word: &str,
        language: Language,
        organization: &str,
        reference: RequestId,
        told: Option<(&Letter, &[&str])>,
        remarks: &Remarks,
    ) -> Option<Self> {
        let template = Book::of(language).letters.get(word)?;
        let (mut values, open) = match told {
            Some((letter, open)) => (letter.values(language), open),
            None => (vec![("reference", Shown::Text(reference.to_string()))], &[][..]),
        };
        values.retain(|(name, _)| !open.contains(name));
        for name in template.paragraphs.iter().flat_map(|text| places::names(text)) {
            let unknown = UNKNOWN.iter().find(|(unknown, _)| *unknown == name);
            if let Some((name, what)) = unknown.filter(|_| !values.iter().any(|(known, _)| *known == name)) {
                values.push((name, Shown::Text(format!("[{what}]"))));
            }
        }
        values.push(("name", Shown::Text(String::from("[name]"))));
        Some(Self::filled(word, language, organization, values, remarks))
    }

    /// Whether a letter has places that are marked to be written into.
    pub fn is_marked(word: &str) -> bool {
        let template = Book::of(Language::English).letters.get(word);
        template.is_some_and(|template| {
            template.paragraphs.iter().flat_map(|text| places::names(text)).any(|name| MARKED.contains(&name))
        })
    }

    /// What stands within the HTML's body: every value in it is escaped.
    pub fn body(&self) -> &str {
        let begun = self.html.split_once("<body").and_then(|(_, rest)| rest.split_once(">\n"));
        begun.and_then(|(_, rest)| rest.split_once("</body>")).map_or("", |(body, _)| body)
    }

    fn filled(
        word: &str,
        language: Language,
        organization: &str,
        mut values: Vec<(&'static str, Shown)>,
        remarks: &Remarks,
    ) -> Self {
        let book = Book::of(language);
        let template = book.letters.get(word).expect("a test finds every letter in every book");
        values.extend([("opening", Shown::prose(&remarks.opening)), ("note", Shown::prose(&remarks.note))]);
        values.push(("organization", Shown::Text(line(organization))));
        let values = Values(values);
        let named = *values.get("name") != Shown::Nothing;
        let hello = if named { book.word("hello_name") } else { book.word("hello") };
        let mut plain = String::new();
        let mut html = String::new();
        let mut paragraphs = vec![hello];
        paragraphs.extend(template.paragraphs.iter().map(String::as_str));
        paragraphs.extend([book.word("closing"), book.word("automatic")]);
        for (place, paragraph) in paragraphs.iter().enumerate() {
            // a heading goes with the list it stands over
            let next = paragraphs.get(place + 1).copied().unwrap_or_default();
            if paragraph.ends_with(':') && values.is_empty_list(next) {
                continue;
            }
            if let Some((text, marked)) = values.paragraph(paragraph) {
                if !plain.is_empty() {
                    plain.push('\n');
                }
                plain.push_str(&text);
                plain.push('\n');
                html.push_str(&marked);
            }
        }
        let subject = values.plain(&template.subject);
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n\
             <body style=\"font-family: Georgia, serif; line-height: 1.5; max-width: 36em; margin: 2em auto; padding: 0 1em\">\n\
             {html}</body>\n</html>\n",
            language.as_str(),
            escaped(&subject),
        );
        Self { subject, plain, html }
    }
}

/// Places that are marked to be written into.
const MARKED: [&str; 2] = ["opening", "note"];

/// What stands in a place once it is known, for whoever reads a letter before it goes.
const UNKNOWN: [(&str, &str); 18] = [
    ("follow", "a link to the page about the request"),
    ("stop", "a link that stops the request"),
    ("reason", "the reason, as it is typed in"),
    ("law", "the law, by the grounds that are chosen"),
    ("due", "the new day"),
    ("wanted", "what the person can add, as it is typed in"),
    ("link", "a link to the download"),
    ("until", "the day"),
    ("downloads", "number"),
    ("archive", "how the file is opened"),
    ("deleted", "what was deleted, and how many entries of it"),
    ("anonymized", "what was made unrecognizable, and how many entries of it"),
    ("kept", "what is kept, by which law, until when"),
    ("copies", "the day on which the last copy is gone"),
    ("listed", "the day until which the suppression list keeps a code"),
    ("receipt", "the number of the receipt"),
    ("systems", "number"),
    ("answer", "the answer, as it is typed in"),
];

struct Values(Vec<(&'static str, Shown)>);

impl Values {
    fn get(&self, name: &str) -> &Shown {
        self.0.iter().find(|(known, _)| *known == name).map_or(&Shown::Nothing, |(_, shown)| shown)
    }

    /// Whether a paragraph is a place alone, for something there is nothing of.
    fn is_empty_list(&self, text: &str) -> bool {
        matches!(places::pieces(text).as_slice(), [Piece::Place(name)]
            if !MARKED.contains(name) && *self.get(name) == Shown::Nothing)
    }

    /// Words with their values put in, for a single line.
    fn plain(&self, text: &str) -> String {
        places::pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Words(words) => words.to_owned(),
                Piece::Place(name) => match self.get(name) {
                    Shown::Nothing => String::new(),
                    Shown::Text(text) | Shown::Link(text) | Shown::Prose(text) => line(text),
                    Shown::Lines(lines) => line(&lines.join("; ")),
                },
            })
            .collect()
    }

    /// A paragraph as plain text and as HTML; none when it names a value that is not there.
    fn paragraph(&self, text: &str) -> Option<(String, String)> {
        if places::names(text).any(|name| *self.get(name) == Shown::Nothing) {
            return None;
        }
        let pieces = places::pieces(text);
        if let [Piece::Place(name)] = pieces.as_slice()
            && let Shown::Lines(lines) = self.get(name)
        {
            let plain: Vec<String> = lines.iter().map(|one| format!("- {}", line(one))).collect();
            let items: String =
                lines.iter().map(|one| format!("<li>{}</li>\n", escaped(&line(one)))).collect();
            return Some((plain.join("\n"), format!("<ul>\n{items}</ul>\n")));
        }
        if let [Piece::Place(name)] = pieces.as_slice()
            && let Shown::Prose(text) = self.get(name)
        {
            return Some(prose(text));
        }
        let marked: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => escaped(words),
                Piece::Place(name) => match self.get(name) {
                    Shown::Link(link) => format!("<a href=\"{0}\">{0}</a>", escaped(&line(link))),
                    _ => escaped(&self.plain(&format!("{{{name}}}"))),
                },
            })
            .collect();
        Some((self.plain(text), format!("<p>{marked}</p>\n")))
    }
}

/// What somebody wrote, in its paragraphs, as plain text and as HTML. Each begins in the direction of its own script.
fn prose(text: &str) -> (String, String) {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.lines().map(line).collect::<Vec<_>>());
    let paragraphs: Vec<Vec<String>> = paragraphs.collect();
    let plain: Vec<String> = paragraphs.iter().map(|lines| lines.join("\n")).collect();
    let marked = paragraphs.iter().map(|lines| {
        let lines: Vec<String> = lines.iter().map(|one| escaped(one)).collect();
        format!("<p dir=\"auto\">{}</p>\n", lines.join("<br>\n"))
    });
    (plain.join("\n\n"), marked.collect())
}

/// On one line: what breaks lines or hides in them becomes a space.
pub(crate) fn line(text: &str) -> String {
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    text.chars().map(|letter| if breaks(letter) { ' ' } else { letter }).collect()
}

/// With nothing in it that HTML could take for its own.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
