//! Cells and rows: personal data in motion. They cannot be printed; `Debug` shows only the shape.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One value as its source holds it, without loss.
///
/// A source uses the native variants where they are exact and `Text` in the source's own lossless form for
/// every other type (PostgreSQL: numeric, timestamps, jsonb, arrays …); the column's type is known from the catalog.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of up to 64 bits.
    Int(#[serde(with = "int_as_text")] i64),
    /// A floating point number; compared and stored by its bits, so NaN and -0.0 survive.
    Real(RealBits),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// What a source calls text but is not UTF-8 (SQLite allows it).
    BrokenText(Vec<u8>),
}

/// A floating point number by its bits: equal means identical.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RealBits(#[serde(with = "bits_as_text")] u64);

/// JSON numbers cannot carry 64 bits.
mod int_as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<i64, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// JSON numbers cannot carry 64 bits.
mod bits_as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bits: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{bits:016x}"))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}

impl RealBits {
    /// From a number.
    pub fn new(value: f64) -> Self {
        Self(value.to_bits())
    }

    /// The number.
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }

    /// The bits.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// From the bits.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// A row, or a key, or any list of cells. The columns it belongs to travel beside it.
pub type Row = Vec<Cell>;

impl Eq for Cell {}

impl std::hash::Hash for Cell {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Real(value) => value.hash(state),
            Self::Text(value) => value.hash(state),
            Self::Bytes(value) | Self::BrokenText(value) => value.hash(state),
        }
    }
}

impl Cell {
    /// A floating point number.
    pub fn real(value: f64) -> Self {
        Self::Real(RealBits::new(value))
    }

    /// Text.
    pub fn text(value: &str) -> Self {
        Self::Text(value.to_owned())
    }

    /// Whether this is SQL NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, when it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A plain reading of the value for comparing identifiers and for exports: bytes as hexadecimal, NULL as `None`.
    pub fn to_plain(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Real(value) => Some(value.value().to_string()),
            Self::Text(value) => Some(value.clone()),
            Self::Bytes(value) => Some(crate::hex::encode(value)),
            Self::BrokenText(value) => Some(String::from_utf8_lossy(value).into_owned()),
        }
    }

    /// Bytes this value takes in memory, roughly; for bounding buffers.
    pub fn weight(&self) -> usize {
        24 + match self {
            Self::Text(value) => value.len(),
            Self::Bytes(value) | Self::BrokenText(value) => value.len(),
            _ => 0,
        }
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(_) => f.write_str("bool"),
            Self::Int(_) => f.write_str("int"),
            Self::Real(_) => f.write_str("real"),
            Self::Text(value) => write!(f, "text({})", value.len()),
            Self::Bytes(value) => write!(f, "bytes({})", value.len()),
            Self::BrokenText(value) => write!(f, "broken-text({})", value.len()),
        }
    }
}
