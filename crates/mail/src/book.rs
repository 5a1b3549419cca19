//! The book of one language: its words and its letters, read from its file once.
//!
//! A file has sections. `[words]` holds one `name = text` a line; every other section is a letter: its first line is the
//! subject, paragraphs follow, parted by empty lines. Lines that begin with `#` are for translators.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::language::Language;

/// The words and letters of a language.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) words: BTreeMap<String, String>,
    pub(crate) letters: BTreeMap<String, Template>,
}

/// A letter with places for values: `{reference}`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) subject: String,
    pub(crate) paragraphs: Vec<String>,
}

/// What is wrong with a file, and in which line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misprint {
    pub(crate) line: usize,
    pub(crate) what: &'static str,
}

impl Book {
    /// The book of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        static BOOKS: [OnceLock<Book>; 4] =
            [OnceLock::new(), OnceLock::new(), OnceLock::new(), OnceLock::new()];
        BOOKS[language as usize].get_or_init(|| {
            let mut book = Self::read(source(language)).expect("a test reads every book that is compiled in");
            let pages = Self::read(pages(language)).expect("a test reads those, too");
            book.words.extend(pages.words);
            book
        })
    }

    /// A word; empty when there is none of that name.
    pub(crate) fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    pub(crate) fn read(text: &str) -> Result<Self, Misprint> {
        let mut book = Self::default();
        let mut section: Option<String> = None;
        let mut paragraph = String::new();
        for (number, line) in text.lines().enumerate().map(|(number, line)| (number + 1, line.trim())) {
            let wrong = |what| Misprint { line: number, what };
            if line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                book.put(section.as_deref(), &mut paragraph);
                if name != "words" && book.letters.insert(name.to_owned(), Template::default()).is_some() {
                    return Err(wrong("the letter is there twice"));
                }
                section = Some(name.to_owned());
                continue;
            }
            match section.as_deref() {
                _ if line.is_empty() => book.put(section.as_deref(), &mut paragraph),
                None => return Err(wrong("a text without a section")),
                Some("words") => {
                    let (name, text) = line.split_once('=').ok_or(wrong("not of the form name = text"))?;
                    if book.words.insert(name.trim().to_owned(), text.trim().to_owned()).is_some() {
                        return Err(wrong("the word is there twice"));
                    }
                }
                Some(_) => {
                    if !paragraph.is_empty() {
                        paragraph.push(' ');
                    }
                    paragraph.push_str(line);
                }
            }
        }
        book.put(section.as_deref(), &mut paragraph);
        Ok(book)
    }

    /// Ends a paragraph of a letter; the first one is its subject.
    fn put(&mut self, section: Option<&str>, paragraph: &mut String) {
        let text = std::mem::take(paragraph);
        let Some(template) = section.and_then(|name| self.letters.get_mut(name)) else { return };
        if text.is_empty() {
            return;
        }
        if template.subject.is_empty() {
            template.subject = text;
        } else {
            template.paragraphs.push(text);
        }
    }
}

fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../letters/en.txt"),
        Language::German => include_str!("../letters/de.txt"),
        Language::French => include_str!("../letters/fr.txt"),
        Language::Spanish => include_str!("../letters/es.txt"),
    }
}

/// What the pages say on which people ask and follow.
fn pages(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../pages/en.txt"),
        Language::German => include_str!("../pages/de.txt"),
        Language::French => include_str!("../pages/fr.txt"),
        Language::Spanish => include_str!("../pages/es.txt"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Book, Misprint, pages, source};
    use crate::language::Language;
    use crate::places;

    #[test]
    fn a_file_is_words_and_letters() {
        let text = "[words]\nhello = Hello {name},\n\n[one]\n# for translators\nA subject\n\nFirst\nparagraph.\n\n{link}\n";
        let book = Book::read(text).unwrap();
        assert_eq!(book.word("hello"), "Hello {name},");
        assert_eq!(book.letters["one"].subject, "A subject");
        assert_eq!(book.letters["one"].paragraphs, ["First paragraph.", "{link}"]);
        for (text, line) in
            [("x\n", 1), ("[words]\nx\n", 2), ("[a]\n[a]\n", 2), ("[words]\na = b\na = c\n", 3)]
        {
            assert_eq!(Book::read(text).map_err(|Misprint { line, .. }| line), Err(line), "{text}");
        }
    }

    #[test]
    fn every_language_has_every_word_and_letter_with_the_same_places() {
        let read = |language| {
            let mut book = Book::read(source(language)).unwrap();
            for (name, text) in Book::read(pages(language)).unwrap().words {
                assert!(
                    book.words.insert(name.clone(), text).is_none(),
                    "{language:?} {name} is there twice"
                );
            }
            book
        };
        let english = read(Language::English);
        for language in Language::ALL {
            let book = read(language);
            assert_eq!(book.words.keys().collect::<Vec<_>>(), english.words.keys().collect::<Vec<_>>());
            assert_eq!(book.letters.keys().collect::<Vec<_>>(), english.letters.keys().collect::<Vec<_>>());
            assert_eq!(book.word("months").split(' ').count(), 12);
            for (name, word) in &book.words {
                assert!(!word.is_empty(), "{language:?} {name}");
                assert_eq!(places::sorted(word), places::sorted(english.word(name)), "{language:?} {name}");
            }
            for (name, letter) in &book.letters {
                let same = &english.letters[name];
                assert_eq!(letter.paragraphs.len(), same.paragraphs.len(), "{language:?} {name}");
                assert_eq!(
                    places::sorted(&letter.subject),
                    places::sorted(&same.subject),
                    "{language:?} {name}"
                );
                for (paragraph, same) in letter.paragraphs.iter().zip(&same.paragraphs) {
                    assert_eq!(
                        places::sorted(paragraph),
                        places::sorted(same),
                        "{language:?} {name}: {paragraph}"
                    );
                }
            }
        }
    }
}
