//! Where the control store is, in the settings. Address and credential are written as those of a source.

use std::path::{Path, PathBuf};

use exeunt_base::Name;
use exeunt_postgres::{Address, Tls};
use exeunt_store::{Place, Server};
use serde::Deserialize;

use crate::settings::source::{Hidden, from_variable};

/// A control store on a server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreSettings {
    /// Which database it is; there is one kind beside the file that a home has by itself.
    #[expect(dead_code, reason = "read to be checked: there is only one kind")]
    kind: StoreKind,
    #[serde(default)]
    url: Option<Hidden>,
    #[serde(default)]
    url_env: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    port: Option<u16>,
    #[serde(default)]
    database: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default)]
    sslmode: Option<Tls>,
    #[serde(default)]
    sslrootcert: Option<PathBuf>,
    /// The schema the tables are in.
    #[serde(default)]
    schema: Option<Name>,
    #[serde(default)]
    connections: Option<u32>,
    #[serde(default)]
    connect_timeout_seconds: Option<u32>,
}

/// Kinds of servers.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoreKind {
    Postgres,
}

impl StoreSettings {
    /// Says what is missing.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.url.is_none() && self.url_env.is_none() && self.host.is_none() {
            return Err("`store` needs `url`, `url_env` (a variable that holds it) or `host`");
        }
        if self.connections == Some(0) {
            return Err("`connections` of the `store` is at least 1");
        }
        Ok(())
    }

    /// As the store wants it; relative paths start from `base`. An error is what stands in the way, in words.
    pub(crate) fn place(&self, base: &Path) -> Result<Place, String> {
        let url = match (&self.url, &self.url_env) {
            (Some(url), _) => Some(url.0.clone()),
            (None, Some(variable)) => Some(from_variable(variable)?),
            (None, None) => None,
        };
        let mut server = Server::from_url("");
        server.address = Address {
            url,
            host: self.host.clone(),
            port: self.port,
            database: self.database.clone(),
            user: self.user.clone(),
            password_file: self.password_file.as_ref().map(|path| base.join(path)),
            sslmode: self.sslmode,
            sslrootcert: self.sslrootcert.as_ref().map(|path| base.join(path)),
            connect_timeout_seconds: self.connect_timeout_seconds.unwrap_or(10),
        };
        server.schema = self.schema.clone().unwrap_or_else(Server::usual_schema);
        server.connections = self.connections.unwrap_or(Server::CONNECTIONS);
        Ok(Place::Postgres(server))
    }
}
