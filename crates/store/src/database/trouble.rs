//! What a database answered instead of doing what it was asked.

use exeunt_base::{Fault, FaultKind};

/// A database's own trouble. Our statements carry no personal data in the clear, and of PostgreSQL's words only those are
/// kept that quote no value.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// SQLite.
    #[error(transparent)]
    Sqlite(#[from] sqlx::Error),
    /// PostgreSQL, or the way there.
    #[error(transparent)]
    Postgres(#[from] Fault),
    /// A statement that always has a row had none.
    #[error("the answer has no row")]
    NoRow,
    /// A statement of the transaction failed before, and yet somebody wanted to commit the others.
    #[error("a statement of it failed before")]
    Spoiled,
    /// A column is not what it was when we wrote it.
    #[error("{0}")]
    Unread(String),
}

impl Trouble {
    /// Of which kind it is.
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Sqlite(sqlx::Error::Database(inner)) => match inner.code().as_deref() {
                Some("13") => FaultKind::Full,
                Some("5" | "6") => FaultKind::Contended,
                _ => FaultKind::Internal,
            },
            Self::Postgres(fault) => fault.kind,
            Self::Sqlite(_) | Self::NoRow | Self::Spoiled | Self::Unread(_) => FaultKind::Internal,
        }
    }
}
