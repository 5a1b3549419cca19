//! How to reach a SQLite source. Checking is pure: nothing here touches the world.

use std::path::PathBuf;

use serde::Deserialize;

/// A SQLite source: one database file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The database file. It must be there: it is never created.
    pub path: PathBuf,
    /// Seconds a statement waits for another program's lock before it is called contended.
    #[serde(default = "five")]
    pub lock_timeout_seconds: u32,
    /// Mebibytes of page cache for each connection.
    #[serde(default = "thirty_two")]
    pub cache_mib: u32,
    /// What a scrub does to the file.
    #[serde(default)]
    pub scrub: Scrub,
}

/// What a scrub does to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scrub {
    /// Writes the whole file anew (`VACUUM`), then empties the write-ahead log and removes left-over journals. When an
    /// application's pages split they keep copies of rows in their free space, where `secure_delete` never looks: only
    /// this gets rid of them. Nobody else writes meanwhile; it needs free disk space of twice the file's size, and gives
    /// new row ids to tables without an INTEGER PRIMARY KEY and without an index.
    #[default]
    Vacuum,
    /// Only empties the write-ahead log and removes left-over journals. Rows we deleted were overwritten with zeros when
    /// they were deleted; copies in free space stay, and are reported.
    Logs,
}

impl Settings {
    /// The settings for a file, all else as by default.
    pub fn for_file(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            lock_timeout_seconds: five(),
            cache_mib: thirty_two(),
            scrub: Scrub::default(),
        }
    }
}

fn five() -> u32 {
    5
}

fn thirty_two() -> u32 {
    32
}

#[cfg(test)]
mod tests {
    use super::{Scrub, Settings};

    #[test]
    fn unknown_settings_are_refused() {
        let read = |text: &str| serde_json::from_str::<Settings>(text).map_err(|error| error.to_string());
        assert_eq!(read(r#"{"path": "shop.db"}"#), Ok(Settings::for_file("shop.db")));
        assert_eq!(read(r#"{"path": "a", "scrub": "logs"}"#).map(|read| read.scrub), Ok(Scrub::Logs));
        assert!(read(r#"{"path": "a", "jounal": "wal"}"#).is_err_and(|error| error.contains("jounal")));
        assert!(read("{}").is_err());
    }
}
