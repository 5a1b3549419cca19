//! What is typed about a source, and what of it comes back into the form.

use std::path::PathBuf;

use exeunt_app::sources::reach::{Reach, Security, Server};
use exeunt_base::Secret;

use crate::console::form::Fields;

/// Longest text of a field.
const LONGEST: usize = 300;

/// What was typed; never a password.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) path: String,
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) database: String,
    pub(crate) user: String,
    pub(crate) password_file: String,
    pub(crate) security: String,
}

impl Asked {
    /// By a form.
    pub(crate) fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).chars().take(LONGEST).collect::<String>();
        Self {
            name: text("name"),
            kind: text("kind"),
            path: text("path"),
            host: text("host"),
            port: text("port"),
            database: text("database"),
            user: text("user"),
            password_file: text("password_file"),
            security: text("security"),
        }
    }

    /// As a source is reached now.
    pub(crate) fn as_kept(reach: &Reach) -> Self {
        let kind = String::from(reach.kind());
        match reach {
            Reach::Sqlite { file } => Self { kind, path: file.display().to_string(), ..Self::default() },
            Reach::Postgres(server) => Self {
                kind,
                host: server.host.clone(),
                port: server.port.to_string(),
                database: server.database.clone(),
                user: server.user.clone(),
                security: String::from(match server.security {
                    Security::Checked => "checked",
                    Security::Believed => "believed",
                    Security::Open => "open",
                }),
                ..Self::default()
            },
        }
    }

    /// How the source is to be reached, or what the form lacks.
    pub(crate) fn reach(&self, password: &str) -> Result<Reach, &'static str> {
        match self.kind.as_str() {
            "sqlite" => Ok(Reach::Sqlite { file: PathBuf::from(&self.path) }),
            "postgres" => Ok(Reach::Postgres(Server {
                host: self.host.clone(),
                port: match self.port.as_str() {
                    "" => 5432,
                    port => port
                        .parse()
                        .map_err(|_| "The port is a number from 1 to 65535, or nothing for 5432.")?,
                },
                database: self.database.clone(),
                user: self.user.clone(),
                password: Secret::new(password.to_owned()),
                security: match self.security.as_str() {
                    "believed" => Security::Believed,
                    "open" => Security::Open,
                    _ => Security::Checked,
                },
            })),
            _ => Err("Choose which kind of database it is."),
        }
    }
}
