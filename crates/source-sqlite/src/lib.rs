//! SQLite as a source of rows.
//!
//! Every reader and every transaction owns a connection on a thread of its own; rows leave it in pages through a
//! bounded channel. Cells travel exactly as they are stored, storage class and all. The file's journal mode, page size
//! and schema are the application's business and stay as they are.
//!
//! Of tables that have one, the row id can be read and written beside the columns, under the name `rowid` (`_rowid_` or
//! `oid` where a column took that name). A row without a key that comes back with it lies where it lay.

mod apply;
mod by_key;
mod cells;
mod confirm;
mod connect;
mod describe;
mod ending;
mod error;
mod functions;
mod journal;
mod page;
mod scrub;
mod settings;
mod shapes;
mod source;
mod temp;
mod worker;

pub use crate::settings::{Scrub, Settings};
pub use crate::source::SqliteSource;
