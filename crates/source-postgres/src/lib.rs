//! PostgreSQL as a source of rows.
//!
//! It knows rows, keys and transactions, and never hears of requests, policies or law. What it promises beyond the
//! contract, and where it differs, stands in `docs/specs/source.md`.

mod advise;
mod analyze;
mod apply;
mod bind;
mod cells;
mod confirm;
mod connect;
mod describe;
mod journal;
mod page;
mod placing;
mod schema;
mod scrub;
mod settings;
mod source;

pub use crate::advise::{grant_script, usual_grants};
pub use crate::settings::{Scrub, Settings, SettingsError};
pub use crate::source::Postgres;
