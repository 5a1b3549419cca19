//! How a source is reached that is connected in the console: what may be typed, and what is kept of it, sealed.

use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};

use exeunt_base::Secret;
use exeunt_outbound::{Place, Resolve, System};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Longest host name, database, role or path.
const LONGEST: usize = 255;
/// Longest password.
const PASSWORD: usize = 1_000;

/// Where a database is, and how to get in.
#[derive(Debug, Clone)]
pub enum Reach {
    /// A SQLite file in the folder that the home has for them.
    Sqlite {
        /// Its path below that folder.
        file: PathBuf,
    },
    /// A PostgreSQL server, over TCP.
    Postgres(Server),
}

/// A PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Database.
    pub database: String,
    /// The role to log in as.
    pub user: String,
    /// Its password.
    pub password: Secret<String>,
    /// Who may listen, and who may answer.
    pub security: Security,
}

/// How a connection is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// Encrypted; the certificate and the name in it are checked.
    Checked,
    /// Encrypted, but whoever answers is believed.
    Believed,
    /// Not encrypted: only to this very machine.
    Open,
}

/// As it is sealed. A new field needs a value for what was sealed before.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Kept<'a> {
    Sqlite {
        file: std::borrow::Cow<'a, Path>,
    },
    Postgres {
        host: std::borrow::Cow<'a, str>,
        port: u16,
        database: std::borrow::Cow<'a, str>,
        user: std::borrow::Cow<'a, str>,
        password: std::borrow::Cow<'a, str>,
        security: Security,
    },
}

impl Reach {
    /// Its kind of database.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Where it is, without a password, for whoever keeps the sources.
    pub fn place(&self) -> String {
        match self {
            Self::Sqlite { file } => file.display().to_string(),
            Self::Postgres(server) => {
                format!("{}@{}:{}/{}", server.user, server.host, server.port, server.database)
            }
        }
    }

    /// The same for whoever looks at it.
    pub(super) fn without_password(mut self) -> Self {
        if let Self::Postgres(server) = &mut self {
            server.password = Secret::new(String::new());
        }
        self
    }

    /// As it is sealed.
    pub(super) fn spelled(&self) -> Secret<Vec<u8>> {
        let kept = match self {
            Self::Sqlite { file } => Kept::Sqlite { file: file.as_path().into() },
            Self::Postgres(server) => Kept::Postgres {
                host: server.host.as_str().into(),
                port: server.port,
                database: server.database.as_str().into(),
                user: server.user.as_str().into(),
                password: server.password.expose().as_str().into(),
                security: server.security,
            },
        };
        Secret::new(serde_json::to_vec(&kept).unwrap_or_default())
    }

    /// From what was sealed.
    pub(super) fn read(spelled: &Secret<Vec<u8>>) -> Option<Self> {
        Some(match serde_json::from_slice(spelled.expose()).ok()? {
            Kept::Sqlite { file } => Self::Sqlite { file: file.into_owned() },
            Kept::Postgres { host, port, database, user, password, security } => Self::Postgres(Server {
                host: host.into_owned(),
                port,
                database: database.into_owned(),
                user: user.into_owned(),
                password: Secret::new(password.into_owned()),
                security,
            }),
        })
    }

    /// Whether it may be reached from here: what whoever types it could otherwise have this machine read or call. `folder` is
    /// where SQLite files are; none where nobody may name any.
    pub(super) async fn check(&self, folder: Option<&Path>) -> Result<(), Error> {
        match self {
            Self::Sqlite { file } => match folder {
                Some(folder) => in_folder(folder, file).map(|_| ()),
                None => Err(wrong(String::from("a SQLite file of this organization stands in the settings"))),
            },
            Self::Postgres(server) => server.check(&System).await,
        }
    }
}

/// The whole path of a file in the folder for SQLite files. A link that leads out of it is not followed.
pub fn in_folder(folder: &Path, file: &Path) -> Result<PathBuf, Error> {
    let plain = file.components().all(|part| matches!(part, Component::Normal(_)));
    if file.as_os_str().is_empty() || file.as_os_str().len() > LONGEST || !plain {
        let folder = folder.display();
        return Err(wrong(format!(
            "a SQLite file is named by its path below `{folder}`, such as `shop.db`; put the file or its folder there, or \
             name it in the settings"
        )));
    }
    let found = std::fs::canonicalize(folder.join(file)).ok().filter(|path| path.is_file());
    let inside = found.and_then(|path| Some((std::fs::canonicalize(folder).ok()?, path)));
    match inside {
        Some((folder, path)) if path.starts_with(&folder) => Ok(path),
        _ => Err(wrong(format!("there is no such file in `{}`", folder.display()))),
    }
}

impl Server {
    async fn check(&self, resolver: &dyn Resolve) -> Result<(), Error> {
        let line = |text: &str, longest: usize| {
            !text.trim().is_empty() && text.len() <= longest && !text.chars().any(char::is_control)
        };
        let host = &self.host;
        let named = line(host, LONGEST)
            && host.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._:".contains(letter));
        if !named {
            return Err(wrong(String::from(
                "the host is a name or an address, such as `db.internal` or `10.0.0.5`; a socket of this machine stands in \
                 the settings",
            )));
        }
        if !line(&self.database, LONGEST) || !line(&self.user, LONGEST) {
            return Err(wrong(String::from("the database and the role to log in as have a name each")));
        }
        if !line(self.password.expose(), PASSWORD) {
            return Err(wrong(String::from("the role logs in with a password, on one line")));
        }
        if self.port == 0 {
            return Err(wrong(String::from("the port is a number from 1 to 65535")));
        }
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => resolver.resolve(host).await.unwrap_or_default(),
        };
        if found.is_empty() {
            return Err(refused(String::from("the host has no address that is known here")));
        }
        let mut places = found.iter().map(|address| Place::of(*address));
        // the clouds' metadata services are there, and no database is
        if places.clone().any(|place| place == Place::Nowhere) {
            return Err(refused(String::from("the host leads to where no database is")));
        }
        if self.security == Security::Open && !places.all(|place| place == Place::Loopback) {
            return Err(refused(String::from(
                "without encryption a server is reached on this very machine only: its rows and its password would be \
                 there for everybody to read",
            )));
        }
        Ok(())
    }
}

pub(super) fn wrong(why: String) -> Error {
    Error::Usage("E0925", format!("this source cannot be connected: {why}"))
}

pub(super) fn refused(why: String) -> Error {
    Error::Refused("E0926", why)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::path::Path;

    use async_trait::async_trait;
    use exeunt_base::Secret;
    use exeunt_outbound::Resolve;

    use super::{Reach, Security, Server, in_folder};

    /// A name server that knows one address for every name.
    struct Known(IpAddr);

    #[async_trait]
    impl Resolve for Known {
        async fn resolve(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
            Ok(vec![self.0])
        }
    }

    fn server() -> Server {
        Server {
            host: String::from("db.internal"),
            port: 5432,
            database: String::from("shop"),
            user: String::from("exeunt"),
            password: Secret::new(String::from("canary")),
            security: Security::Checked,
        }
    }

    async fn code(server: &Server, address: &str) -> Option<&'static str> {
        server.check(&Known(address.parse().unwrap())).await.err().map(|error| error.code())
    }

    #[tokio::test]
    async fn servers_are_inside_or_outside_and_never_where_secrets_of_clouds_are() {
        for fine in ["10.0.0.5", "127.0.0.1", "93.184.216.34", "::1"] {
            assert_eq!(code(&server(), fine).await, None, "{fine}");
        }
        for wrong in ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::ffff:169.254.169.254"] {
            assert_eq!(code(&server(), wrong).await, Some("E0926"), "{wrong}");
        }
        let open = Server { security: Security::Open, ..server() };
        assert_eq!(code(&open, "127.0.0.1").await, None);
        assert_eq!(code(&open, "10.0.0.5").await, Some("E0926"));
    }

    #[tokio::test]
    async fn what_is_no_host_name_or_password_is_refused_without_being_quoted() {
        let flawed = [
            Server { host: String::from("/var/run/postgresql"), ..server() },
            Server { host: String::new(), ..server() },
            Server { host: String::from("a b"), ..server() },
            Server { host: String::from("u:p@h/x?y"), ..server() },
            Server { database: String::from(" "), ..server() },
            Server { user: String::from("a\nb"), ..server() },
            Server { password: Secret::new(String::new()), ..server() },
            Server { port: 0, ..server() },
        ];
        for one in flawed {
            let error = one.check(&Known("10.0.0.5".parse().unwrap())).await.unwrap_err();
            assert_eq!(error.code(), "E0925", "{one:?}");
            assert!(!error.to_string().contains("canary") && !format!("{one:?}").contains("canary"));
        }
    }

    #[test]
    fn files_are_those_of_the_folder_and_nothing_beyond() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("sources");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("shop.db"), b"").unwrap();
        std::fs::write(home.path().join("control.db"), b"").unwrap();
        std::os::unix::fs::symlink(home.path().join("control.db"), folder.join("out.db")).unwrap();
        assert!(in_folder(&folder, Path::new("shop.db")).is_ok());
        for wrong in ["", "../control.db", "/etc/passwd", "out.db", "none.db", "a/../shop.db", "."] {
            assert_eq!(in_folder(&folder, Path::new(wrong)).unwrap_err().code(), "E0925", "{wrong}");
        }
    }

    #[test]
    fn what_is_sealed_is_read_again() {
        for reach in [Reach::Sqlite { file: "a/b.db".into() }, Reach::Postgres(server())] {
            let read = Reach::read(&reach.spelled()).unwrap();
            assert_eq!((read.kind(), read.place()), (reach.kind(), reach.place()));
            assert!(!reach.place().contains("canary"));
            assert_eq!(read.spelled().expose(), reach.spelled().expose());
        }
        assert!(Reach::read(&Secret::new(b"{}".to_vec())).is_none());
    }
}
