//! The portal: public pages on which people ask for a right, follow their request, stop it, and complain. Without an account.
//!
//! No answer tells whether anybody is known here: a portal never looks at people's data. What is typed in becomes a request only
//! once a code that was mailed comes back from the page that asked for it. Links in letters are made from the request and the
//! organization's key, so that they are kept nowhere; they lead to pages that do nothing by being looked at.

pub mod ask;
pub mod color;
pub mod complain;
pub mod confirm;
pub mod find;
pub mod follow;
pub mod pages;
pub mod settings;
pub mod stop;
pub mod view;

/// How long a code counts.
pub const CODE_MINUTES: u32 = 10;

/// How often a code may be guessed.
pub const CODE_TRIES: u64 = 5;

/// Most codes for one address, or one request, that count at the same time.
const CODES: u64 = 20;

/// For how long a page may be looked at once its code was typed in, and again from every look on.
pub const LOOK_SECONDS: i64 = 3_600;

/// Longest text in people's own words.
pub const WORDS: usize = 5_000;

/// Most complaints about one request that are taken here.
pub const COMPLAINTS: u64 = 5;

/// Working days within which a person gets in touch with whoever stopped a request.
const STOP_DAYS: u32 = 3;

/// The keyring's word for what seals and checks all of this.
const PURPOSE: &str = "portal";
