//! Kinds of column: what a value must be for its column to take it, whatever the source calls the type.

/// What a column can hold. Connectors derive it from the catalog; masks and exports decide by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text, with the most characters it may have.
    Text {
        /// Longest value in characters.
        max: Option<u32>,
    },
    /// Whole numbers within bounds.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// Exact decimal numbers, as text in [`crate::Cell`].
    Decimal {
        /// Digits in all.
        precision: Option<u32>,
        /// Digits after the point.
        scale: Option<u32>,
    },
    /// Floating point.
    Real,
    /// Truth values.
    Bool,
    /// A day: `2026-11-21`.
    Date,
    /// A time of day.
    Time,
    /// A point in time or a date with time of day.
    Timestamp {
        /// Whether it carries a zone.
        zoned: bool,
    },
    /// A span of time.
    Interval,
    /// Bytes.
    Bytes,
    /// JSON text.
    Json,
    /// A UUID.
    Uuid,
    /// A network address, or a network.
    Inet,
    /// One of a list of words.
    Enum(Vec<String>),
    /// A list of values of one kind.
    Array(Box<Kind>),
    /// No promise: SQLite columns without a declared type take anything.
    Any,
    /// A type we only carry: restored and exported as text, masked only by NULL.
    Other(String),
}

impl Kind {
    /// Whether values are free text or documents in which anything may be written.
    pub fn is_textual(&self) -> bool {
        match self {
            Self::Text { .. } | Self::Json | Self::Any => true,
            Self::Array(inner) => inner.is_textual(),
            Self::Other(name) => matches!(name.as_str(), "xml" | "hstore" | "tsvector" | "citext"),
            _ => false,
        }
    }

    /// A short word for people.
    pub fn word(&self) -> &str {
        match self {
            Self::Text { .. } => "text",
            Self::Integer { .. } => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Real => "real",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp { .. } => "timestamp",
            Self::Interval => "interval",
            Self::Bytes => "bytes",
            Self::Json => "json",
            Self::Uuid => "uuid",
            Self::Inet => "inet",
            Self::Enum(_) => "enum",
            Self::Array(_) => "array",
            Self::Any => "any",
            Self::Other(name) => name,
        }
    }
}
