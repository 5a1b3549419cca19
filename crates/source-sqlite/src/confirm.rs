//! How a transaction ended. SQLite keeps no record of its transactions: only the rows themselves can tell.

use exeunt_source::Fate;

/// Never known.
pub(crate) fn fate() -> Fate {
    Fate::Unknown
}
