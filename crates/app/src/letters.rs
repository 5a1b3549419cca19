//! Letters by e-mail: sent from the queue, listed without saying to whom, sent again when they were given up.

pub(crate) mod account;
pub(crate) mod asked;
pub mod checklist;
pub(crate) mod decided;
pub(crate) mod due;
pub(crate) mod job;
pub mod list;
pub mod places;
pub mod resend;
pub(crate) mod retry;
pub(crate) mod send;

use exeunt_base::Timestamp;
use exeunt_rights::Day;

/// A day as letters tell it. Noon: it is that day wherever people read the letter.
pub(crate) fn noon(day: Day) -> Timestamp {
    Timestamp::from_utc(day.to_date().midnight().assume_utc()).plus_seconds(43_200)
}
