//! Why there is no plan: something nobody decided, or something that cannot be done. Never a guess instead.

use std::fmt;

use exeunt_datamap::model::Span;

/// One reason why no plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its code, with a page in `docs/errors/`.
    pub code: &'static str,
    /// Where in the map; line 0 when it is not about a line.
    pub span: Span,
    /// What it is about: `shop.orders.customer_id -> shop.customers.id`.
    pub at: String,
    /// What is wrong.
    pub text: String,
    /// What to write or do.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.span.line > 0 {
            write!(f, "{}: ", self.span)?;
        }
        write!(f, "{}: {}", self.at, self.text)?;
        if !self.fix.is_empty() {
            write!(f, "; {}", self.fix)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
