//! Where the control store is, in the settings. Address and credential are written as those of a source.

use std::path::{Path, PathBuf};

use exeunt_base::Name;
use exeunt_postgres::{Address, Tls};
use exeunt_store::{Place, Server};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::source::{Hidden, TlsWord, from_variable};

/// A control store on a server.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreSettings {
    /// Which database it is; there is one kind beside the file that a home has by itself.
    #[expect(dead_code, reason = "read to be checked: there is only one kind")]
    kind: StoreKind,
    /// `postgresql://user@host:5432/database`. A password in it is taken, but one of the other ways is better.
    #[serde(default)]
    url: Option<Hidden>,
    /// A variable that holds the address.
    #[serde(default)]
    url_env: Option<String>,
    /// Host name, address, or the folder of a Unix socket.
    #[serde(default)]
    host: Option<String>,
    /// The port; 5432 when nobody says.
    #[serde(default)]
    port: Option<u16>,
    /// The database.
    #[serde(default)]
    database: Option<String>,
    /// The role to log in as.
    #[serde(default)]
    user: Option<String>,
    /// A file with the password and nothing else.
    #[serde(default)]
    password_file: Option<PathBuf>,
    /// Transport security; `verify-full` when nobody says, `disable` when the server is on this machine.
    #[serde(default)]
    #[schemars(with = "Option<TlsWord>")]
    sslmode: Option<Tls>,
    /// A file with the certificates to trust instead of the system's.
    #[serde(default)]
    sslrootcert: Option<PathBuf>,
    /// The schema the tables are in, which must hold nothing else; `public` when nobody says. Made when it is not there.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    schema: Option<Name>,
    /// Most connections at a time: one writes, the others read; 4 when nobody says.
    #[serde(default)]
    #[schemars(range(min = 1))]
    connections: Option<u32>,
    /// Seconds to wait for a connection; 10 when nobody says.
    #[serde(default)]
    connect_timeout_seconds: Option<u32>,
}

/// Kinds of servers.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum StoreKind {
    /// PostgreSQL, 13 or newer.
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

    /// The file that holds the password.
    pub(crate) fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
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
