//! How to reach a PostgreSQL source. Checking is pure: nothing here touches the world but for reading a password file.

use std::fmt;
use std::path::PathBuf;

use exeunt_base::{Name, Secret};
use exeunt_postgres::{Address, AddressError, Checked, Tls};
use serde::Deserialize;

/// A PostgreSQL source. Either `url`, or the single settings; what stands in both is taken from the single setting.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `postgresql://user@host:5432/database?sslmode=verify-full`. A password in it is taken, but a file is better.
    #[serde(default, deserialize_with = "secret")]
    pub url: Option<Secret<String>>,
    /// Host name, address, or the directory of a Unix socket.
    #[serde(default)]
    pub host: Option<String>,
    /// Port; 5432.
    #[serde(default)]
    pub port: Option<u16>,
    /// Database.
    #[serde(default)]
    pub database: Option<String>,
    /// Role to log in as.
    #[serde(default)]
    pub user: Option<String>,
    /// File that holds the password and nothing else; a line end after it is not part of it.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Transport security; see [`Tls`]. Without it: `verify-full`, or `disable` when the server is on this machine.
    #[serde(default)]
    pub sslmode: Option<Tls>,
    /// File with the certificates to trust instead of the system's.
    #[serde(default)]
    pub sslrootcert: Option<PathBuf>,
    /// Look at these schemas only; empty: at all but the system's own.
    #[serde(default)]
    pub schemas: Vec<Name>,
    /// Search path for the application's own triggers and functions; empty: as the role has it.
    #[serde(default)]
    pub search_path: Vec<Name>,
    /// Most connections at a time.
    #[serde(default = "four")]
    pub connections: u32,
    /// Seconds to wait for a connection.
    #[serde(default = "ten")]
    pub connect_timeout_seconds: u32,
    /// Seconds one statement may take; 0: no limit.
    #[serde(default = "half_an_hour")]
    pub statement_timeout_seconds: u32,
    /// Seconds a statement may wait for a lock; 0: no limit.
    #[serde(default = "ten")]
    pub lock_timeout_seconds: u32,
    /// Seconds a transaction may stand idle before the server ends it; 0: no limit.
    #[serde(default = "ten_minutes")]
    pub idle_timeout_seconds: u32,
    /// What a scrub does to a table.
    #[serde(default)]
    pub scrub: Scrub,
}

/// What a scrub does to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scrub {
    /// `VACUUM` and `ANALYZE`: no one waits, but bytes of deleted rows stay in free space until it is used again.
    #[default]
    Vacuum,
    /// `VACUUM FULL` and `ANALYZE`: the table is written anew and locked meanwhile.
    Rewrite,
}

/// What is wrong with settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Where the server is, or who logs in.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// No connection allowed.
    #[error("`connections` must be at least 1")]
    NoConnections,
}

impl Settings {
    /// Settings from an address alone.
    pub fn from_url(url: &str) -> Self {
        Self {
            url: Some(Secret::new(url.to_owned())),
            host: None,
            port: None,
            database: None,
            user: None,
            password_file: None,
            sslmode: None,
            sslrootcert: None,
            schemas: Vec::new(),
            search_path: Vec::new(),
            connections: four(),
            connect_timeout_seconds: ten(),
            statement_timeout_seconds: half_an_hour(),
            lock_timeout_seconds: ten(),
            idle_timeout_seconds: ten_minutes(),
            scrub: Scrub::default(),
        }
    }

    /// What the driver needs, and how to secure it.
    pub(crate) fn check(&self) -> Result<Checked, SettingsError> {
        if self.connections == 0 {
            return Err(SettingsError::NoConnections);
        }
        let address = Address {
            url: self.url.clone(),
            host: self.host.clone(),
            port: self.port,
            database: self.database.clone(),
            user: self.user.clone(),
            password_file: self.password_file.clone(),
            sslmode: self.sslmode,
            sslrootcert: self.sslrootcert.clone(),
            connect_timeout_seconds: self.connect_timeout_seconds,
        };
        Ok(address.check()?)
    }
}

impl fmt::Debug for Settings {
    /// Says where, never with what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("database", &self.database)
            .field("user", &self.user)
            .field("sslmode", &self.sslmode)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

fn secret<'a, D: serde::Deserializer<'a>>(from: D) -> Result<Option<Secret<String>>, D::Error> {
    Ok(Some(Secret::new(String::deserialize(from)?)))
}

fn four() -> u32 {
    4
}

fn ten() -> u32 {
    10
}

fn ten_minutes() -> u32 {
    600
}

fn half_an_hour() -> u32 {
    1800
}

#[cfg(test)]
mod tests {
    use super::{Settings, SettingsError};

    #[test]
    fn no_connections_are_too_few() {
        let mut settings = Settings::from_url("postgresql://u@127.0.0.1/shop");
        settings.connections = 0;
        assert_eq!(settings.check().err(), Some(SettingsError::NoConnections));
    }

    #[test]
    fn no_password_is_ever_shown() {
        let settings = Settings::from_url("postgresql://u:canary@db.example.test/shop?nonsense=canary");
        assert!(!format!("{settings:?}").contains("canary"));
        let error = settings.check().err().unwrap();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
