//! What a comparison of map and schema finds: where, what, and what to do.

use std::fmt;

use exeunt_datamap::model::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Plans are refused and `map check` fails until it is mended.
    Error,
    /// Somebody should look.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// A fixed word for it: `column-unmapped`.
    pub code: &'static str,
    /// Where in the map, when the map says something about it.
    pub span: Option<Span>,
    /// What it is about: `shop.orders.total`, source, model or table, column.
    pub place: String,
    /// What was found.
    pub what: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(span) = self.span.as_ref().filter(|span| span.line > 0) {
            write!(f, "{span}: ")?;
        }
        write!(f, "{} [{}] {}: {}", self.severity.word(), self.code, self.place, self.what)?;
        if self.fix.is_empty() { Ok(()) } else { write!(f, "; {}", self.fix) }
    }
}
