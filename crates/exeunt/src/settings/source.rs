//! A source in the settings. One flat form for all kinds, so that an error names its line.

use std::path::{Path, PathBuf};

use exeunt_base::{Name, Secret};
use exeunt_engine::delta::Target;
use exeunt_engine::hours::Hours;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::{DeltaSettings, SpanSettings};

/// Which kind of database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SourceKind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A source. Which of these it may say depends on its kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceSettings {
    /// Which kind of database it is.
    pub(crate) kind: SourceKind,
    /// sqlite: its database file.
    #[serde(default)]
    pub(crate) path: Option<PathBuf>,
    /// postgres: `postgresql://user@host:5432/database`. A password in it is taken, but one of the other ways is better.
    #[serde(default)]
    pub(crate) url: Option<Hidden>,
    /// postgres: a variable that holds the address.
    #[serde(default)]
    pub(crate) url_env: Option<String>,
    /// postgres: host name, address, or the folder of a Unix socket.
    #[serde(default)]
    pub(crate) host: Option<String>,
    /// postgres: the port; 5432 when nobody says.
    #[serde(default)]
    pub(crate) port: Option<u16>,
    /// postgres: the database.
    #[serde(default)]
    pub(crate) database: Option<String>,
    /// postgres: the role to log in as.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// postgres: a file with the password and nothing else.
    #[serde(default)]
    pub(crate) password_file: Option<PathBuf>,
    /// postgres: transport security; `verify-full` when nobody says, `disable` when the server is on this machine.
    #[serde(default)]
    #[schemars(with = "Option<TlsWord>")]
    pub(crate) sslmode: Option<exeunt_postgres::Tls>,
    /// postgres: a file with the certificates to trust instead of the system's.
    #[serde(default)]
    pub(crate) sslrootcert: Option<PathBuf>,
    /// postgres: the schemas to look at; all when nobody says.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) schemas: Vec<Name>,
    /// postgres: where names without a schema are looked for.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) search_path: Vec<Name>,
    /// postgres: most connections at a time; 4 when nobody says.
    #[serde(default)]
    pub(crate) connections: Option<u32>,
    /// postgres: seconds to wait for a connection; 10 when nobody says.
    #[serde(default)]
    pub(crate) connect_timeout_seconds: Option<u32>,
    /// postgres: seconds a statement may take; 1800 when nobody says.
    #[serde(default)]
    pub(crate) statement_timeout_seconds: Option<u32>,
    /// postgres: seconds a session may idle within a transaction; 600 when nobody says.
    #[serde(default)]
    pub(crate) idle_timeout_seconds: Option<u32>,
    /// Seconds to wait for a lock; sqlite 5, postgres 10 when nobody says.
    #[serde(default)]
    pub(crate) lock_timeout_seconds: Option<u32>,
    /// sqlite: MiB of page cache; 32 when nobody says.
    #[serde(default)]
    pub(crate) cache_mib: Option<u32>,
    /// What cleans up after a purge. sqlite: `vacuum` writes the file anew, `logs` only empties the logs. postgres: `vacuum`, or
    /// `rewrite` for `VACUUM FULL`.
    #[serde(default)]
    pub(crate) scrub: Option<Scrub>,
    /// The table of what happened to requests, pushed there for whoever has to follow; absent: none.
    #[serde(default)]
    pub(crate) delta: Option<DeltaSettings>,
    /// Hours outside which nothing is erased there; absent: any time.
    #[serde(default)]
    pub(crate) work_hours: Vec<SpanSettings>,
}

/// What a scrub does; each kind knows two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scrub {
    /// SQLite: only empty the logs.
    Logs,
    /// SQLite: write the file anew. PostgreSQL: `VACUUM`.
    Vacuum,
    /// PostgreSQL: `VACUUM FULL`.
    Rewrite,
}

/// The words of [`exeunt_postgres::Tls`], for the schema alone.
#[derive(Debug, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
#[expect(
    dead_code,
    reason = "nobody reads it but the schema; a test holds it against the words that are read"
)]
pub(crate) enum TlsWord {
    /// None.
    Disable,
    /// The same as `verify-full`.
    Require,
    /// The same as `verify-full`.
    VerifyCa,
    /// Encrypted, certificate and host name checked.
    VerifyFull,
    /// Encrypted, but whoever answers is believed.
    Insecure,
}

/// A text that may hold a password.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(with = "String", inline)]
pub(crate) struct Hidden(pub(crate) Secret<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Secret::new(String::deserialize(from)?)))
    }
}

/// An address from a variable, or why there is none.
pub(crate) fn from_variable(variable: &str) -> Result<Secret<String>, String> {
    std::env::var(variable)
        .map(Secret::new)
        .map_err(|_| format!("its address should be in the variable `{variable}`, which is not set"))
}

impl SourceSettings {
    /// A source from an address alone: `sqlite:shop.db`, a path, or `postgresql://…`.
    pub(crate) fn from_address(address: &str) -> Self {
        let mut settings = Self::empty(SourceKind::Sqlite);
        if address.starts_with("postgresql://") || address.starts_with("postgres://") {
            settings.kind = SourceKind::Postgres;
            settings.url = Some(Hidden(Secret::new(address.to_owned())));
        } else {
            let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"));
            settings.path = Some(PathBuf::from(path.unwrap_or(address)));
        }
        settings
    }

    fn empty(kind: SourceKind) -> Self {
        Self {
            kind,
            path: None,
            url: None,
            url_env: None,
            host: None,
            port: None,
            database: None,
            user: None,
            password_file: None,
            sslmode: None,
            sslrootcert: None,
            schemas: Vec::new(),
            search_path: Vec::new(),
            connections: None,
            connect_timeout_seconds: None,
            statement_timeout_seconds: None,
            idle_timeout_seconds: None,
            lock_timeout_seconds: None,
            cache_mib: None,
            scrub: None,
            delta: None,
            work_hours: Vec::new(),
        }
    }

    /// Says what does not fit the kind, or is missing.
    pub(crate) fn check(&self, name: &str) -> Result<(), String> {
        let postgres = [
            ("url", self.url.is_some()),
            ("url_env", self.url_env.is_some()),
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("database", self.database.is_some()),
            ("user", self.user.is_some()),
            ("password_file", self.password_file.is_some()),
            ("sslmode", self.sslmode.is_some()),
            ("sslrootcert", self.sslrootcert.is_some()),
            ("schemas", !self.schemas.is_empty()),
            ("search_path", !self.search_path.is_empty()),
            ("connections", self.connections.is_some()),
            ("connect_timeout_seconds", self.connect_timeout_seconds.is_some()),
            ("statement_timeout_seconds", self.statement_timeout_seconds.is_some()),
            ("idle_timeout_seconds", self.idle_timeout_seconds.is_some()),
        ];
        let sqlite = [("path", self.path.is_some()), ("cache_mib", self.cache_mib.is_some())];
        let (kind, foreign, scrub): (_, &[(&str, bool)], _) = match self.kind {
            SourceKind::Sqlite => ("sqlite", &postgres, [Scrub::Logs, Scrub::Vacuum]),
            SourceKind::Postgres => ("postgres", &sqlite, [Scrub::Vacuum, Scrub::Rewrite]),
        };
        if let Some((key, _)) = foreign.iter().find(|(_, given)| *given) {
            return Err(format!("source `{name}`: `{key}` is nothing a {kind} source has"));
        }
        if self.scrub.is_some_and(|word| !scrub.contains(&word)) {
            let known =
                if self.kind == SourceKind::Sqlite { "`logs` or `vacuum`" } else { "`vacuum` or `rewrite`" };
            return Err(format!("source `{name}`: the `scrub` of a {kind} source is {known}"));
        }
        for span in &self.work_hours {
            span.read().map_err(|what| format!("source `{name}`: {what}"))?;
        }
        if let Some(delta) = &self.delta {
            delta.check(name, self.kind)?;
        }
        match self.kind {
            SourceKind::Sqlite if self.path.is_none() => {
                Err(format!("source `{name}`: a sqlite source needs `path`, its database file"))
            }
            SourceKind::Postgres if self.url.is_none() && self.url_env.is_none() && self.host.is_none() => {
                Err(format!(
                    "source `{name}`: a postgres source needs `url`, `url_env` (a variable that holds it) or `host`"
                ))
            }
            _ => Ok(()),
        }
    }

    /// The hours it gives to destroying, if not all.
    pub(crate) fn hours(&self) -> Option<Hours> {
        let spans: Vec<_> = self.work_hours.iter().filter_map(|span| span.read().ok()).collect();
        (!spans.is_empty()).then_some(Hours(spans))
    }

    /// The delta table, if it is to have one.
    pub(crate) fn target(&self) -> Option<Target> {
        self.delta.as_ref().map(|delta| delta.target(self.kind))
    }

    /// As the SQLite connector wants it; relative paths start from `base`.
    pub(crate) fn sqlite(&self, base: &Path) -> exeunt_source_sqlite::Settings {
        let path = base.join(self.path.as_deref().unwrap_or(Path::new("")));
        let mut settings = exeunt_source_sqlite::Settings::for_file(path);
        if let Some(seconds) = self.lock_timeout_seconds {
            settings.lock_timeout_seconds = seconds;
        }
        if let Some(mib) = self.cache_mib {
            settings.cache_mib = mib;
        }
        match self.scrub {
            Some(Scrub::Vacuum) => settings.scrub = exeunt_source_sqlite::Scrub::Vacuum,
            Some(Scrub::Logs) => settings.scrub = exeunt_source_sqlite::Scrub::Logs,
            _ => {}
        }
        settings
    }

    /// As the PostgreSQL connector wants it. `url` is the address, from wherever it came.
    pub(crate) fn postgres(
        &self,
        base: &Path,
        url: Option<Secret<String>>,
    ) -> exeunt_source_postgres::Settings {
        let mut settings = exeunt_source_postgres::Settings::from_url("");
        settings.url = url;
        settings.host = self.host.clone();
        settings.port = self.port;
        settings.database = self.database.clone();
        settings.user = self.user.clone();
        settings.password_file = self.password_file.as_ref().map(|path| base.join(path));
        settings.sslmode = self.sslmode;
        settings.sslrootcert = self.sslrootcert.as_ref().map(|path| base.join(path));
        settings.schemas = self.schemas.clone();
        settings.search_path = self.search_path.clone();
        let put = |slot: &mut u32, given: Option<u32>| *slot = given.unwrap_or(*slot);
        put(&mut settings.connections, self.connections);
        put(&mut settings.connect_timeout_seconds, self.connect_timeout_seconds);
        put(&mut settings.statement_timeout_seconds, self.statement_timeout_seconds);
        put(&mut settings.idle_timeout_seconds, self.idle_timeout_seconds);
        put(&mut settings.lock_timeout_seconds, self.lock_timeout_seconds);
        if self.scrub == Some(Scrub::Rewrite) {
            settings.scrub = exeunt_source_postgres::Scrub::Rewrite;
        }
        settings
    }
}
