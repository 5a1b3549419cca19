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
    /// Empties the write-ahead log and removes left-over journals. What we deleted was overwritten with zeros when it
    /// was deleted; what other programs deleted before may still lie in free space, and is reported.
    #[default]
    Logs,
    /// Also writes the whole file anew (`VACUUM`), so that nothing lies in free space. Everyone waits meanwhile; it needs
    /// free disk space and memory of the size of the file, and changes the row ids of tables without an INTEGER PRIMARY KEY.
    Vacuum,
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
        assert_eq!(read(r#"{"path": "a", "scrub": "vacuum"}"#).map(|read| read.scrub), Ok(Scrub::Vacuum));
        assert!(read(r#"{"path": "a", "jounal": "wal"}"#).is_err_and(|error| error.contains("jounal")));
        assert!(read("{}").is_err());
    }
}
