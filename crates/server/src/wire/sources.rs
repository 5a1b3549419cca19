//! Sources over the wire. A password goes in and never comes out.

use std::path::PathBuf;

use exeunt_app::sources::check::Checked;
use exeunt_app::sources::list::Known;
use exeunt_app::sources::reach::{Reach, Security, Server};
use exeunt_base::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::people::secret;

/// A source to be connected, or to be reached another way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddSource {
    /// What the map calls it: letters, digits, `-` and `_`.
    #[schema(min_length = 1, max_length = 60)]
    pub(crate) name: String,
    /// How it is reached.
    pub(crate) reach: ReachOf,
}

/// How a source is reached.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ReachOf {
    /// A SQLite file in the folder that the settings have for them.
    Sqlite {
        /// Its path below that folder.
        #[schema(max_length = 255)]
        file: String,
    },
    /// A PostgreSQL server.
    Postgres {
        /// Host name or address.
        #[schema(max_length = 255)]
        host: String,
        /// Port.
        #[serde(default = "postgres_port")]
        #[schema(default = 5432)]
        port: u16,
        /// Database.
        #[schema(max_length = 255)]
        database: String,
        /// The role to log in as.
        #[schema(max_length = 255)]
        user: String,
        /// Its password. It is sealed, and told by no call.
        #[serde(deserialize_with = "secret")]
        #[schema(value_type = String, format = Password)]
        password: Secret<String>,
        /// Who may listen, and who may answer.
        #[serde(default)]
        security: SecurityOf,
    },
}

/// How a connection is secured.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecurityOf {
    /// Encrypted; the certificate and the name in it are checked.
    #[default]
    Checked,
    /// Encrypted, but whoever answers is believed.
    Believed,
    /// Not encrypted: only to this very machine.
    Open,
}

fn postgres_port() -> u16 {
    5432
}

impl From<ReachOf> for Reach {
    fn from(reach: ReachOf) -> Self {
        match reach {
            ReachOf::Sqlite { file } => Self::Sqlite { file: PathBuf::from(file) },
            ReachOf::Postgres { host, port, database, user, password, security } => Self::Postgres(Server {
                host,
                port,
                database,
                user,
                password,
                security: match security {
                    SecurityOf::Checked => Security::Checked,
                    SecurityOf::Believed => Security::Believed,
                    SecurityOf::Open => Security::Open,
                },
            }),
        }
    }
}

/// A source that was connected.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectedSource {
    /// What the map calls it.
    pub(crate) source: String,
    /// How many tables were seen.
    pub(crate) tables: usize,
}

/// Sources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sources {
    /// They, by name.
    pub(crate) items: Vec<SourceView>,
}

/// A source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// What the map calls it.
    source: String,
    /// `sqlite` or `postgres`; nothing where only the map speaks of it, or where it is not opened yet.
    kind: Option<&'static str>,
    /// Where it is, as the map says.
    region: Option<String>,
    /// How many models the map has of it; nothing where the map does not speak of it.
    models: Option<usize>,
    /// Why work is paused at it.
    paused: Option<String>,
    /// How it is reached, without a password, where it was connected in the console or by the API.
    reached: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    reached_since: Option<Timestamp>,
}

impl From<&Known> for SourceView {
    fn from(known: &Known) -> Self {
        Self {
            source: known.name.to_string(),
            kind: known.kind,
            region: known.region.clone(),
            models: known.models,
            paused: known.halt.as_ref().map(|halt| halt.because.clone()),
            reached: known.added.as_ref().map(|added| added.reach.place()),
            reached_since: known.added.as_ref().map(|added| added.changed_at),
        }
    }
}

/// What a look at a source came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceChecked {
    /// What the map calls it.
    source: String,
    /// Its kind.
    kind: &'static str,
    /// How many tables were seen.
    tables: usize,
    /// Sentences worth reading.
    advice: Vec<String>,
}

impl From<Checked> for SourceChecked {
    fn from(checked: Checked) -> Self {
        let Checked { name, kind, tables, advice } = checked;
        Self { source: name.to_string(), kind, tables, advice }
    }
}
