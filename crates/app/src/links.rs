//! Links by which people fetch their packages.
//!
//! A link leads to a page, and the page does nothing by being looked at: whatever scans mail may open it as often as it
//! likes. Fetching takes a code that was mailed after the person asked for it, typed into the page that asked.

pub mod code;
pub mod fetch;
pub mod find;
pub mod make;
pub(crate) mod remind;
pub mod revoke;

/// How often a link can be used.
pub const DOWNLOADS: u64 = 3;

/// How long a link lives at the most; never longer than its package.
pub const LINK_DAYS: i64 = 7;

/// How long a code counts.
pub const CODE_MINUTES: u32 = 10;

/// How often a code may be guessed.
pub const CODE_TRIES: u64 = 5;

/// Most codes of a link that count at the same time.
const CODES: u64 = 20;

/// The keyring's word for what seals and checks links.
const PURPOSE: &str = "links";
