//! What may be done to a value. A method is a word and sometimes an argument, so that maps, plans and
//! screens spell it one way: `generalize` and `year`, `partial` and `2,0`, `noise` and `10%`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One way to anonymize a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Leaves the value as it is.
    Keep,
    /// SQL NULL.
    Null,
    /// A neutral stand-in that says nothing: an empty mark, zero, the epoch.
    Redact,
    /// One value written in the map, put into every row, NULL included.
    Fixed(Scalar),
    /// A keyed digest; irreversible once the job's key is destroyed.
    Hash,
    /// A readable token (`user_…`), the same for equal values of one job, so that joins hold.
    Pseudonym,
    /// A coarser value: the year of a date, the start of a postcode, the band of an amount.
    Generalize(Coarseness),
    /// Zeroes the part of a network address that tells one household from another (IPv4 /24, IPv6 /48).
    TruncateIp,
    /// Keeps some characters at either end and stars the rest.
    Partial {
        /// Characters kept at the start.
        keep_start: u32,
        /// Characters kept at the end.
        keep_end: u32,
    },
    /// Gives the batch's values to other rows of the batch. Weak: every value is still there.
    Shuffle,
    /// Moves a number or a date by a random amount.
    Noise {
        /// The farthest it may move.
        by: Spread,
    },
    /// An invented value of the right shape.
    Fake(FakeKind),
    /// Hides a row until it can go: NULL where that is allowed, else a unique token that fits. Used by the engine.
    Veil,
}

/// A value written in a map. Never personal data, so it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent, in its own spelling.
    Number(String),
    /// Text.
    Text(String),
}

/// How coarse a generalized value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coarseness {
    /// The first day of the year.
    Year,
    /// The first day of the month.
    Month,
    /// The day, without the time.
    Day,
    /// The first characters.
    Prefix(u32),
    /// The lower end of a band of this width: 37 in bands of 10 is 30.
    Band(u64),
}

/// How far noise may move a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// Up to this share of the value, in percent.
    Percent(u32),
    /// Up to this amount.
    Amount(u64),
    /// Up to this many days.
    Days(u32),
}

/// What an invented value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FakeKind {
    /// First and last name.
    Name,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// E-mail address, at a domain that cannot exist.
    Email,
    /// Phone number, in a range kept for fiction.
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
    /// Web address, at a domain that cannot exist.
    Url,
    /// Chosen by the column's category and name.
    Auto,
}

/// Why a word and its argument are not a method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMethod {
    /// No method has this name.
    #[error("`{word}` is not a method; methods are {}", Method::WORDS.join(", "))]
    Unknown {
        /// The word.
        word: String,
    },
    /// The method takes no argument or another one.
    #[error("`{word}` takes {wants}")]
    Argument {
        /// The method.
        word: &'static str,
        /// What it takes.
        wants: &'static str,
    },
}

impl Method {
    /// Every method's word, in the order documentation lists them. `veil` is the engine's own and not among them.
    pub const WORDS: [&'static str; 12] = [
        "keep",
        "null",
        "redact",
        "fixed",
        "hash",
        "pseudonym",
        "generalize",
        "truncate_ip",
        "partial",
        "shuffle",
        "noise",
        "fake",
    ];

    /// The method's word.
    pub const fn word(&self) -> &'static str {
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
            Self::Noise { .. } => "noise",
            Self::Fake(_) => "fake",
            Self::Veil => "veil",
        }
    }

    /// The argument after the word, where there is one.
    pub fn argument(&self) -> Option<String> {
        Some(match self {
            Self::Fixed(value) => value.to_string(),
            Self::Generalize(coarseness) => coarseness.to_string(),
            Self::Partial { keep_start, keep_end } => format!("{keep_start},{keep_end}"),
            Self::Noise { by } => by.to_string(),
            Self::Fake(kind) => kind.word().to_owned(),
            _ => return None,
        })
    }

    /// Reads a word and its argument. A `fixed` text is taken as text; build [`Method::Fixed`] where a type is known.
    pub fn parse(word: &str, argument: Option<&str>) -> Result<Self, BadMethod> {
        let plain = match word {
            "keep" => Some(Self::Keep),
            "null" => Some(Self::Null),
            "redact" => Some(Self::Redact),
            "hash" => Some(Self::Hash),
            "pseudonym" => Some(Self::Pseudonym),
            "truncate_ip" => Some(Self::TruncateIp),
            "shuffle" => Some(Self::Shuffle),
            "veil" => Some(Self::Veil),
            _ => None,
        };
        if let Some(method) = plain {
            return match argument {
                None => Ok(method),
                Some(_) => Err(BadMethod::Argument { word: method.word(), wants: "no argument" }),
            };
        }
        let bad = |word, wants| BadMethod::Argument { word, wants };
        match word {
            "fixed" => argument
                .map(|text| Self::Fixed(Scalar::Text(text.to_owned())))
                .ok_or(bad("fixed", "the value to write")),
            "generalize" => argument
                .and_then(Coarseness::parse)
                .map(Self::Generalize)
                .ok_or(bad("generalize", "`year`, `month`, `day`, `prefix:N` or `band:N`")),
            "partial" => argument
                .and_then(|text| text.split_once(','))
                .and_then(|(start, end)| Some((start.trim().parse().ok()?, end.trim().parse().ok()?)))
                .map(|(keep_start, keep_end)| Self::Partial { keep_start, keep_end })
                .ok_or(bad("partial", "the characters kept at the start and at the end, such as `2,0`")),
            "noise" => argument
                .and_then(Spread::parse)
                .map(|by| Self::Noise { by })
                .ok_or(bad("noise", "how far: `10%`, `5` or `30d`")),
            "fake" => FakeKind::parse(argument.unwrap_or("auto"))
                .map(Self::Fake)
                .ok_or(bad("fake", "what it should look like, such as `name` or `email`, or nothing")),
            other => Err(BadMethod::Unknown { word: other.chars().take(60).collect() }),
        }
    }
}

impl Coarseness {
    /// Reads `year`, `month`, `day`, `prefix:3` or `band:10`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "year" => Self::Year,
            "month" => Self::Month,
            "day" => Self::Day,
            _ => match text.split_once(':')? {
                ("prefix", n) => Self::Prefix(n.trim().parse().ok().filter(|n| *n > 0)?),
                ("band", n) => Self::Band(n.trim().parse().ok().filter(|n| *n > 0)?),
                _ => return None,
            },
        })
    }
}

impl Spread {
    /// Reads `10%`, `5` or `30d`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_suffix('%') {
            return number.trim().parse().ok().filter(|n| *n > 0).map(Self::Percent);
        }
        if let Some(number) = text.strip_suffix('d') {
            return number.trim().parse().ok().filter(|n| *n > 0).map(Self::Days);
        }
        text.trim().parse().ok().filter(|n| *n > 0).map(Self::Amount)
    }
}

impl FakeKind {
    /// Every kind, for documentation and suggestions.
    pub const ALL: [Self; 12] = [
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Phone,
        Self::Street,
        Self::City,
        Self::Company,
        Self::Text,
        Self::Username,
        Self::Url,
        Self::Auto,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Street => "street",
            Self::City => "city",
            Self::Company => "company",
            Self::Text => "text",
            Self::Username => "username",
            Self::Url => "url",
            Self::Auto => "auto",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.argument() {
            Some(argument) => write!(f, "{}({argument})", self.word()),
            None => f.write_str(self.word()),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Number(value) | Self::Text(value) => f.write_str(value),
        }
    }
}

impl fmt::Display for Coarseness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year => f.write_str("year"),
            Self::Month => f.write_str("month"),
            Self::Day => f.write_str("day"),
            Self::Prefix(characters) => write!(f, "prefix:{characters}"),
            Self::Band(width) => write!(f, "band:{width}"),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(share) => write!(f, "{share}%"),
            Self::Amount(amount) => write!(f, "{amount}"),
            Self::Days(days) => write!(f, "{days}d"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BadMethod, FakeKind, Method};

    #[test]
    fn every_spelling_reads_back() {
        for (word, argument) in [
            ("keep", None),
            ("null", None),
            ("redact", None),
            ("fixed", Some("n/a")),
            ("hash", None),
            ("pseudonym", None),
            ("generalize", Some("year")),
            ("generalize", Some("prefix:3")),
            ("generalize", Some("band:10")),
            ("truncate_ip", None),
            ("partial", Some("2,0")),
            ("shuffle", None),
            ("noise", Some("10%")),
            ("noise", Some("5")),
            ("noise", Some("30d")),
            ("fake", Some("email")),
            ("veil", None),
        ] {
            let method = Method::parse(word, argument).expect(word);
            assert_eq!((method.word(), method.argument().as_deref()), (word, argument));
        }
        assert_eq!(Method::parse("fake", None), Ok(Method::Fake(FakeKind::Auto)));
    }

    #[test]
    fn what_is_not_a_method_is_refused() {
        assert!(matches!(Method::parse("scramble", None), Err(BadMethod::Unknown { .. })));
        for (word, argument) in [
            ("null", Some("x")),
            ("generalize", None),
            ("generalize", Some("band:0")),
            ("generalize", Some("decade")),
            ("partial", Some("2")),
            ("noise", Some("-3")),
            ("fake", Some("unicorn")),
            ("fixed", None),
        ] {
            assert!(matches!(Method::parse(word, argument), Err(BadMethod::Argument { .. })), "{word}");
        }
    }
}
