//! Where a control store is.

use std::fmt;
use std::path::PathBuf;

use exeunt_base::Name;
use exeunt_postgres::Address;

/// Where a control store is.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a SQLite file.
    File(PathBuf),
    /// In a schema of a PostgreSQL database.
    Postgres(Server),
}

/// A PostgreSQL server that keeps a control store.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where it is and who logs in.
    pub address: Address,
    /// The schema the tables are in; they must have it for themselves.
    pub schema: Name,
    /// Most connections at a time: one writes, the others read.
    pub connections: u32,
}

impl Server {
    /// A server by its address alone, with the tables in `public`.
    pub fn from_url(url: &str) -> Self {
        Self { address: Address::from_url(url), schema: Self::usual_schema(), connections: Self::CONNECTIONS }
    }

    /// Connections when nobody says.
    pub const CONNECTIONS: u32 = 4;

    /// The schema when nobody says.
    pub fn usual_schema() -> Name {
        Name::new("public").expect("a plain word is a name")
    }
}

impl fmt::Display for Place {
    /// Says where, and nothing of the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Postgres(server) => match server.address.check() {
                Ok(checked) => write!(f, "{}, schema `{}`", checked.place(), server.schema),
                Err(_) => write!(f, "PostgreSQL, schema `{}`", server.schema),
            },
        }
    }
}
