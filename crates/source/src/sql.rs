//! SQL for other people's databases, in the dialects of our connectors.
//!
//! A name becomes SQL by being a [`Name`](exeunt_base::Name), a value by being a [`Slot`], a type by coming from the
//! source's own catalog; all other text stands in this program. Nothing is formatted into a statement.

pub mod builder;
pub mod filter;
pub mod forms;
pub mod journal;
pub mod keyed;
pub mod reach;
pub mod sample;
pub mod search;

pub use crate::sql::builder::{Alias, Dialect, Slot, Sql, Statement, TypeName};
pub use crate::sql::forms::{Anchors, Form, Forms, Given};
pub use crate::sql::journal::{
    append_journal, create_journal, create_journal_schema, forget_journal, lock_journal,
};
pub use crate::sql::keyed::{delete, insert, lock, read_keyed, referred, update};
pub use crate::sql::reach::{delete_found, find, read_every, read_selected};
pub use crate::sql::sample::sample;
pub use crate::sql::search::search;

#[cfg(test)]
mod samples;
