//! Journals: tables of ours in somebody else's database that rows are only added to, in the order of a number.
//!
//! Whoever reads one remembers the highest number they have seen and asks for higher ones: nothing they have not seen
//! ever appears below it.

use async_trait::async_trait;
use exeunt_base::{Fault, Name, Row, TableRef, Timestamp};

/// A journal's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Where it is.
    pub table: TableRef,
    /// Its columns, in the order rows give them.
    pub columns: Vec<JournalColumn>,
    /// The column that tells rows apart.
    pub key: Name,
    /// The text column that tells whose numbers these are; those of one are independent of those of another.
    pub part: Name,
    /// The column with the ascending number.
    pub number: Name,
    /// The column by whose age rows are forgotten.
    pub moment: Name,
}

/// A column of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalColumn {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub sort: JournalSort,
    /// Whether NULL is refused.
    pub required: bool,
}

/// What a column of a journal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalSort {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A point in time; given, and where the source has no type for it kept, as RFC 3339 text with six digits of a second.
    Moment,
}

/// Keeps journals.
#[async_trait]
pub trait Journals: Send + Sync {
    /// Makes the table, and the schema it is in, where they are missing. One that is there is left as it is, and needs no
    /// right to make anything.
    async fn prepare(&self, journal: &Journal) -> Result<(), Fault>;

    /// Adds rows, given in ascending order of their numbers, in one transaction, and says how many were added. Left out are
    /// rows whose key is there, and those whose number is not above the highest one of their part. Two at once wait for
    /// each other, so that numbers become visible in their order.
    async fn append(&self, journal: &Journal, rows: Vec<Row>) -> Result<u64, Fault>;

    /// Deletes rows of a part that are older, and says how many.
    async fn forget(&self, journal: &Journal, part: &str, before: Timestamp) -> Result<u64, Fault>;
}

/// A point in time as journals are given it: its text sorts as it does.
pub fn moment(at: Timestamp) -> String {
    let utc = at.to_utc();
    let (date, time) = (utc.date(), utc.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond()
    )
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    #[test]
    fn moments_sort_as_texts() {
        let at = |text: &str| super::moment(text.parse::<Timestamp>().expect("a time"));
        assert_eq!(at("2026-11-22T14:00:00Z"), "2026-11-22T14:00:00.000000Z");
        assert!(at("2026-11-22T14:00:00Z") < at("2026-11-22T14:00:00.5Z"));
        assert_eq!(at("2026-11-22T14:00:00.5Z").parse(), "2026-11-22T14:00:00.5Z".parse::<Timestamp>());
    }
}
