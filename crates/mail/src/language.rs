//! The languages letters are written in, and how each writes a day.

use exeunt_base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::book::Book;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English, as spoken in the United States.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// French.
    #[serde(rename = "fr")]
    French,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// Its code (ISO 639-1).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// By its code, alone or with a region behind it: `de`, `de-AT`.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.split(['-', '_']).next().unwrap_or(code).to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.as_str() == code)
    }

    /// A day, as people write it: `28 November 2026`.
    pub fn day(self, at: Timestamp) -> String {
        let date = at.to_utc().date();
        self.date(date.year(), date.month().into(), date.day())
    }

    /// The same of a day of the calendar.
    pub fn date(self, year: i32, month: u8, day: u8) -> String {
        let book = Book::of(self);
        let month = book.word("months").split(' ').nth(usize::from(month).saturating_sub(1));
        book.word("day")
            .replace("{day}", &day.to_string())
            .replace("{month}", month.unwrap_or_default())
            .replace("{year}", &year.to_string())
    }

    /// A word or sentence of this language that is no letter: what a page says. Empty when there is none of that name.
    pub fn word(self, name: &str) -> &'static str {
        Book::of(self).word(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn days_are_written_as_people_write_them() {
        let at = "2026-11-28T23:59:00Z".parse().unwrap();
        let days: Vec<String> = Language::ALL.iter().map(|language| language.day(at)).collect();
        assert_eq!(
            days,
            ["November 28, 2026", "28. November 2026", "28 novembre 2026", "28 de noviembre de 2026"]
        );
        assert_eq!(Language::from_code("de-AT"), Some(Language::German));
        assert_eq!(Language::from_code("DE"), Some(Language::German));
        assert_eq!(Language::from_code("tlh"), None);
    }
}
