//! An address and a credential, read once and for all. Checking is pure: nothing here touches the world but for reading a
//! password file.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use exeunt_base::Secret;
use serde::Deserialize;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Where a server is and who logs in. Either `url`, or the single settings; what stands in both is taken from the single
/// setting.
#[derive(Clone, Default)]
pub struct Address {
    /// `postgresql://user@host:5432/database?sslmode=verify-full`. A password in it is taken, but a file is better.
    pub url: Option<Secret<String>>,
    /// Host name, address, or the directory of a Unix socket.
    pub host: Option<String>,
    /// Port; 5432.
    pub port: Option<u16>,
    /// Database.
    pub database: Option<String>,
    /// Role to log in as.
    pub user: Option<String>,
    /// File that holds the password and nothing else; a line end after it is not part of it.
    pub password_file: Option<PathBuf>,
    /// Transport security; see [`Tls`]. Without it: `verify-full`, or `disable` when the server is on this machine.
    pub sslmode: Option<Tls>,
    /// File with the certificates to trust instead of the system's.
    pub sslrootcert: Option<PathBuf>,
    /// Seconds to wait for a connection; at least one.
    pub connect_timeout_seconds: u32,
}

/// Transport security. There is no mode that encrypts and believes anyone: `require` means what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// None.
    Disable,
    /// Encrypted, certificate and host name checked. The same as `verify-full`; libpq's `require` checks nothing.
    Require,
    /// Encrypted, certificate and host name checked. The same as `verify-full`; libpq does not check the name.
    VerifyCa,
    /// Encrypted, certificate and host name checked.
    VerifyFull,
    /// Encrypted, but whoever answers is believed. For tunnels and trials; `advise` complains.
    Insecure,
}

/// What is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The address cannot be read. The address itself is not shown: it may hold a password.
    #[error("`url` is not an address such as `postgresql://user@host:5432/database`")]
    BadUrl,
    /// A parameter of the address has a value we do not know.
    #[error("`{0}` in `url` has a value that is not known here")]
    BadParameter(&'static str),
    /// Something is missing.
    #[error("neither `url` nor `{0}` says which {0} to use")]
    Missing(&'static str),
    /// The password file cannot be read.
    #[error("could not read the password file `{path}`: {why}", path = path.display())]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::ErrorKind,
    },
}

impl Address {
    /// An address from one line.
    pub fn from_url(url: &str) -> Self {
        Self { url: Some(Secret::new(url.to_owned())), connect_timeout_seconds: 10, ..Self::default() }
    }

    /// What the driver needs, and how to secure it.
    pub fn check(&self) -> Result<Checked, AddressError> {
        let (mut config, mut tls, mut roots) = match &self.url {
            Some(url) => read_url(url.expose())?,
            None => (Config::new(), None, None),
        };
        if let Some(host) = &self.host {
            let mut fresh = Config::new();
            fresh.host(host);
            fresh.port(self.port.or_else(|| config.get_ports().first().copied()).unwrap_or(5432));
            config.get_user().map(|user| fresh.user(user));
            config.get_dbname().map(|name| fresh.dbname(name));
            config.get_password().map(|password| fresh.password(password));
            config = fresh;
        } else if let Some(port) = self.port {
            config.port(port);
        }
        self.user.as_ref().map(|user| config.user(user));
        self.database.as_ref().map(|name| config.dbname(name));
        if let Some(path) = &self.password_file {
            let text = std::fs::read_to_string(path)
                .map(Secret::new)
                .map_err(|error| AddressError::PasswordFile { path: path.clone(), why: error.kind() })?;
            config.password(text.expose().trim_end_matches(['\r', '\n']));
        }
        let has_address = !config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty();
        for (known, what) in [
            (has_address, "host"),
            (config.get_user().is_some(), "user"),
            (config.get_dbname().is_some(), "database"),
        ] {
            if !known {
                return Err(AddressError::Missing(what));
            }
        }
        tls = self.sslmode.or(tls);
        roots = self.sslrootcert.clone().or(roots);
        let tls = tls.unwrap_or(if is_near(&config) { Tls::Disable } else { Tls::VerifyFull });
        config.application_name("exeunt");
        config.connect_timeout(Duration::from_secs(u64::from(self.connect_timeout_seconds.max(1))));
        // A line that went dead is noticed within two minutes, not by the system's two hours.
        config.keepalives_idle(Duration::from_secs(60)).keepalives_interval(Duration::from_secs(10));
        config.keepalives_retries(5).tcp_user_timeout(Duration::from_secs(110));
        config.ssl_mode(match tls {
            Tls::Disable => tokio_postgres::config::SslMode::Disable,
            Tls::Require | Tls::VerifyCa | Tls::VerifyFull | Tls::Insecure => {
                tokio_postgres::config::SslMode::Require
            }
        });
        Ok(Checked { config, tls, roots })
    }
}

/// An address that holds together.
pub struct Checked {
    /// For the driver.
    pub config: Config,
    /// How to secure it.
    pub tls: Tls,
    /// Certificates to trust instead of the system's.
    pub roots: Option<PathBuf>,
}

impl Checked {
    /// What connecting is called in a fault: where to, and nothing of the credentials.
    pub fn doing(&self) -> String {
        format!("connecting to {}", self.place())
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        let ports = self.config.get_ports();
        let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(5432);
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .enumerate()
            .map(|(place, host)| match host {
                Host::Tcp(name) => format!("{name}:{}", port(place)),
                #[cfg(unix)]
                Host::Unix(folder) => folder.display().to_string(),
            })
            .collect();
        let mut place = format!("PostgreSQL at {}", hosts.join(", "));
        if let Some(name) = self.config.get_dbname() {
            place.push_str(&format!(", database `{name}`"));
        }
        place
    }
}

type Read = (Config, Option<Tls>, Option<PathBuf>);

/// Takes our own reading of the TLS parameters out; the driver knows fewer modes and no root file.
fn read_url(url: &str) -> Result<Read, AddressError> {
    if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
        return Err(AddressError::BadUrl);
    }
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (mut tls, mut roots, mut rest) = (None, None, Vec::new());
    for pair in parameters.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => tls = Some(read_mode(mode)?),
            Some(("sslrootcert", path)) if path.contains('%') => {
                return Err(AddressError::BadParameter("sslrootcert"));
            }
            Some(("sslrootcert", path)) => roots = Some(PathBuf::from(path)),
            Some(("application_name", _)) => {}
            _ => rest.push(pair),
        }
    }
    let mut plain = address.to_owned();
    if !rest.is_empty() {
        plain.push('?');
        plain.push_str(&rest.join("&"));
    }
    let config = Config::from_str(&plain).map_err(|_| AddressError::BadUrl)?;
    Ok((config, tls, roots))
}

fn read_mode(mode: &str) -> Result<Tls, AddressError> {
    Ok(match mode {
        "disable" => Tls::Disable,
        "require" => Tls::Require,
        "verify-ca" => Tls::VerifyCa,
        "verify-full" => Tls::VerifyFull,
        // `allow` and `prefer` would fall back to plain text without a word.
        _ => return Err(AddressError::BadParameter("sslmode")),
    })
}

/// Whether every address is on this machine.
fn is_near(config: &Config) -> bool {
    let near = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(near) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

impl fmt::Debug for Address {
    /// Says where, never with what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("database", &self.database)
            .field("user", &self.user)
            .field("sslmode", &self.sslmode)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError, Tls};

    fn tls(url: &str) -> Result<Tls, AddressError> {
        Address::from_url(url).check().map(|checked| checked.tls)
    }

    #[test]
    fn a_far_server_is_verified_unless_told_otherwise() {
        assert_eq!(tls("postgresql://u@db.example.test/shop"), Ok(Tls::VerifyFull));
        assert_eq!(tls("postgresql://u@db.example.test/shop?sslmode=require"), Ok(Tls::Require));
        assert_eq!(tls("postgresql://u@db.example.test/shop?sslmode=disable"), Ok(Tls::Disable));
        assert_eq!(tls("postgresql://u@127.0.0.1/shop"), Ok(Tls::Disable));
        assert_eq!(tls("postgresql://u@localhost/shop?sslmode=verify-full"), Ok(Tls::VerifyFull));
        let fallback = tls("postgresql://u@db.example.test/shop?sslmode=prefer");
        assert_eq!(fallback, Err(AddressError::BadParameter("sslmode")));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(tls("postgresql://db.example.test/shop"), Err(AddressError::Missing("user")));
        assert_eq!(tls("postgresql://u@db.example.test"), Err(AddressError::Missing("database")));
        assert_eq!(tls("mysql://u@db.example.test/shop"), Err(AddressError::BadUrl));
    }

    #[test]
    fn single_settings_win_over_the_address() {
        let mut address = Address::from_url("postgresql://u:canary@a.example.test:1/x");
        address.host = Some("b.example.test".into());
        address.database = Some("y".into());
        let config = address.check().unwrap().config;
        assert_eq!(config.get_dbname(), Some("y"));
        assert_eq!(config.get_ports(), [1]);
        assert_eq!(config.get_password(), Some(&b"canary"[..]));
        assert!(!format!("{:?}", config.get_hosts()).contains("a.example"));
    }

    #[test]
    fn no_password_is_ever_shown() {
        let address = Address::from_url("postgresql://u:canary@db.example.test/shop?nonsense=canary");
        assert!(!format!("{address:?}").contains("canary"));
        let error = address.check().err().unwrap();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
