//! Delta tables: what happens to requests for erasure, told in a table of the company's own databases, so that whoever works
//! there (a mailing list, a warehouse, a model) can leave these people out.
//!
//! What happens is written down with the change that makes it happen, sealed ([`happened`]); it is pushed into each table
//! later, each row once and in order ([`push`]), and destroyed here when every table has it.

pub mod happened;
pub mod keys;
pub mod look_up;
pub mod push;
mod table;

use exeunt_base::{Name, TableRef};

pub use crate::delta::happened::Happened;
pub use crate::delta::look_up::Users;
pub use crate::delta::push::Pushed;

/// Days for which events wait for a table that cannot be reached.
pub const KEPT_DAYS: i64 = 30;

/// A source's delta table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it is.
    pub table: TableRef,
    /// What it tells of people's keys.
    pub columns: Columns,
    /// Seconds from one push to the next.
    pub every_seconds: u32,
    /// Days that rows stay there.
    pub keep_days: u32,
}

impl Target {
    /// The schema when nobody says.
    pub const SCHEMA: &'static str = "exeunt_delta_storage";
    /// The table when nobody says.
    pub const TABLE: &'static str = "deletion_requests";
    /// Seconds from push to push when nobody says.
    pub const EVERY_SECONDS: u32 = 3_600;
    /// Days that rows stay when nobody says.
    pub const KEEP_DAYS: u32 = 90;

    /// The usual table in a schema, or, where there are none to make, in the one there is.
    pub fn usual(only_schema: Option<&str>) -> Self {
        let name = |text: &str| Name::new(text).expect("our own names are neither empty nor hold a NUL");
        let table = match only_schema {
            Some(schema) => {
                TableRef { schema: name(schema), name: name(&format!("{}_{}", Self::SCHEMA, Self::TABLE)) }
            }
            None => TableRef { schema: name(Self::SCHEMA), name: name(Self::TABLE) },
        };
        Self {
            table,
            columns: Columns::Plain,
            every_seconds: Self::EVERY_SECONDS,
            keep_days: Self::KEEP_DAYS,
        }
    }
}

/// What a delta table tells of people's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Columns {
    /// The keys.
    #[default]
    Plain,
    /// Their SHA-256 digests. Whoever has the keys finds them again: personal data all the same.
    Sha256,
    /// Both.
    Both,
}
