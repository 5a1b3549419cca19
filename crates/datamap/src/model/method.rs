//! How one column is anonymized, as written in a map. The planner turns it into the mask's own method.

use exeunt_base::Cell;

/// One way to anonymize a column. The words mean what the mask says they mean.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Method {
    /// Leaves the value, on purpose.
    Keep,
    /// SQL NULL.
    Null,
    /// A neutral stand-in that says nothing.
    Redact,
    /// One value, the same in every row.
    Fixed(Scalar),
    /// A keyed digest; irreversible once the key is destroyed.
    Hash,
    /// A readable token, the same for equal values of one job.
    Pseudonym,
    /// A coarser value.
    Generalize(Generalize),
    /// A network address without its household part.
    TruncateIp,
    /// Some characters at either end, stars between.
    Partial {
        /// Characters kept at the start.
        keep_start: u32,
        /// Characters kept at the end.
        keep_end: u32,
    },
    /// Another row's value.
    Shuffle,
    /// A number or date moved by chance.
    Noise(Noise),
    /// An invented value of the right shape.
    Fake(FakeKind),
}

impl Method {
    /// The word that names the method in a map.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Null => "null",
            Self::Redact => "redact",
            Self::Fixed(_) => "fixed",
            Self::Hash => "hash",
            Self::Pseudonym => "pseudonym",
            Self::Generalize(_) => "generalize",
            Self::TruncateIp => "truncate_ip",
            Self::Partial { .. } => "partial",
            Self::Shuffle => "shuffle",
            Self::Noise(_) => "noise",
            Self::Fake(_) => "fake",
        }
    }
}

/// How coarse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generalize {
    /// The first day of the year.
    Year,
    /// The first day of the month.
    Month,
    /// The day, without the time.
    Day,
    /// The first characters.
    Prefix(u32),
    /// The lower end of a band of this width.
    Band(u64),
}

/// How far noise may move a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Noise {
    /// Up to this share, in percent.
    Percent(u32),
    /// Up to this amount.
    Amount(u64),
    /// Up to this many days.
    Days(u32),
}

/// What an invented value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FakeKind {
    /// First and last name.
    Name,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// Street and number.
    Street,
    /// City.
    City,
    /// Company.
    Company,
    /// A few words.
    Text,
    /// Login name.
    Username,
    /// Web address.
    Url,
    /// Chosen by the column's category and name.
    Auto,
}

impl FakeKind {
    /// Every kind and its word.
    pub const WORDS: [(&'static str, Self); 12] = [
        ("name", Self::Name),
        ("first_name", Self::FirstName),
        ("last_name", Self::LastName),
        ("email", Self::Email),
        ("phone", Self::Phone),
        ("street", Self::Street),
        ("city", Self::City),
        ("company", Self::Company),
        ("text", Self::Text),
        ("username", Self::Username),
        ("url", Self::Url),
        ("auto", Self::Auto),
    ];

    /// The word that names it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("auto", |(word, _)| word)
    }
}

/// A constant written in a map. Maps hold no personal data, so it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent, in its own spelling.
    Number(String),
    /// Text.
    Text(String),
}

impl Scalar {
    /// As a cell; numbers with a point become floating point.
    pub fn to_cell(&self) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(*value),
            Self::Int(value) => Cell::Int(*value),
            Self::Number(text) => text.parse().map_or_else(|_| Cell::text(text), Cell::real),
            Self::Text(text) => Cell::text(text),
        }
    }
}
