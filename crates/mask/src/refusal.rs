//! Why a method cannot be honored for a column, and what to use instead.

use std::fmt;

/// A plan-time *no*: nothing was touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot apply `{method}` to column `{column}`: {reason}; {suggestion}")]
pub struct Refusal {
    /// The column, control characters escaped.
    pub column: String,
    /// The method, as maps spell it.
    pub method: String,
    /// What stands in the way.
    pub reason: Reason,
    /// What to do instead.
    pub suggestion: String,
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The database computes the column.
    Generated,
    /// NULL in a NOT NULL column.
    NotNull,
    /// Many rows would get one value in a unique column, or rows would meet on the way.
    Unique,
    /// The method means nothing for this kind of column.
    WrongKind(String),
    /// No result is short enough for the column.
    TooLong {
        /// Characters the column takes.
        longest: u32,
    },
    /// Too few different values fit the column for people to stay apart.
    TooFewValues,
    /// A CHECK constraint refuses every result.
    Check,
    /// The value is not what the column holds.
    NotOfKind(String),
    /// The value is beyond the column's range or digits.
    OutOfRange,
    /// The value is not among the column's words.
    NotInList(Vec<String>),
    /// There is no neutral value for such a column.
    NothingNeutral(String),
    /// Values that cannot be read would have to be hidden, and nothing can stand in for them.
    NoFallback,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generated => f.write_str("the database computes it from other columns"),
            Self::NotNull => f.write_str("it must have a value (NOT NULL, or a check that says so)"),
            Self::Unique => f.write_str("it is unique, and rows would get equal values"),
            Self::WrongKind(kind) => write!(f, "the method means nothing for {kind}"),
            Self::TooLong { longest } => write!(f, "the result would be longer than {longest} characters"),
            Self::TooFewValues => f.write_str("too few different values fit for people to stay apart"),
            Self::Check => f.write_str("a check constraint refuses the result"),
            Self::NotOfKind(kind) => write!(f, "the value is not {kind}"),
            Self::OutOfRange => f.write_str("the value is outside the column's range"),
            Self::NotInList(words) => {
                write!(
                    f,
                    "the value is not one of {}",
                    words.iter().take(12).cloned().collect::<Vec<_>>().join(", ")
                )
            }
            Self::NothingNeutral(kind) => write!(f, "no value of {kind} is neutral"),
            Self::NoFallback => f.write_str("nothing could stand in for values the method cannot read"),
        }
    }
}

/// Something a plan should show beside a method it accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Note {
    /// A check constraint could not be understood; the database decides, and a refused row is shown for review.
    CheckUnknown,
    /// The method leaves the values in the table, on other rows.
    ShuffleKeepsValues,
    /// Parts of the value stay readable.
    PartsRemain,
    /// Tokens may meet a living value; such a row is shown for review.
    MayMeetLiving,
    /// Values that cannot be read are replaced by a stand-in.
    UnreadableSuppressed,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CheckUnknown => {
                "a check constraint could not be understood; rows it refuses are shown for review"
            }
            Self::ShuffleKeepsValues => "shuffled values stay in the table on other rows; this is weak",
            Self::PartsRemain => "parts of the value stay readable, so this is masking, not anonymization",
            Self::MayMeetLiving => "a token may equal a living value; such rows are shown for review",
            Self::UnreadableSuppressed => "values that cannot be read are replaced by a stand-in",
        })
    }
}
