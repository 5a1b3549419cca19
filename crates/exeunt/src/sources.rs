//! Connecting the sources. One that cannot be reached is no trouble until somebody needs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use exeunt_app::sources::added::Connector;
use exeunt_app::sources::reach::{Reach, Security, Server, in_folder};
use exeunt_base::{Fault, FaultKind, Name, Row, TableRef, Timestamp};
use exeunt_source::{
    Abilities, Catalog, Fate, Journal, Journals, Marker, Reader, Residue, Source, Transaction, Without,
};
use tokio::sync::OnceCell;

use crate::failure::Failure;
use crate::settings::{Settings, SourceKind, SourceSettings, from_variable};

/// Connects the settings' sources; `at` gives some of them another address, or adds them.
pub(crate) async fn connect(
    settings: Option<&Settings>,
    at: &[(Name, String)],
) -> Result<BTreeMap<Name, Arc<dyn Source>>, Failure> {
    let mut sources: BTreeMap<Name, Arc<dyn Source>> = BTreeMap::new();
    let base = settings.map(|settings| settings.base.clone()).unwrap_or_default();
    let known = settings.map(|settings| &settings.sources).into_iter().flatten();
    for (name, source) in known {
        let name = Name::new(name).map_err(|error| Failure::Settings(format!("a source's name: {error}")))?;
        if !at.iter().any(|(other, _)| *other == name) {
            let connected = one(source, &base).await?;
            sources.insert(name, connected);
        }
    }
    for (name, address) in at {
        // an address on the command line is relative to where the command is given
        sources.insert(name.clone(), one(&SourceSettings::from_address(address), Path::new("")).await?);
    }
    // our own table is nobody's schema, in a copy neither
    for (name, source) in settings.map(|settings| &settings.sources).into_iter().flatten() {
        if let (Some(target), Ok(name)) = (source.target(), Name::new(name))
            && let Some(connected) = sources.get_mut(&name)
        {
            let tables = vec![target.table];
            *connected = Arc::new(Without { source: Arc::clone(connected), tables });
        }
    }
    Ok(sources)
}

async fn one(settings: &SourceSettings, base: &Path) -> Result<Arc<dyn Source>, Failure> {
    if settings.kind == SourceKind::Sqlite {
        return Ok(Arc::new(exeunt_source_sqlite::SqliteSource::new(settings.sqlite(base))));
    }
    let url = match (&settings.url, &settings.url_env) {
        (Some(url), _) => Some(url.0.clone()),
        (None, Some(variable)) => match from_variable(variable) {
            Ok(url) => Some(url),
            Err(why) => return Ok(Arc::new(Unreached { fault: Fault::new(FaultKind::Denied, why) })),
        },
        (None, None) => None,
    };
    let source = Distant { settings: settings.postgres(base, url), reached: OnceCell::new() };
    // trouble is told to whoever needs the source
    let _ = source.reach().await;
    Ok(Arc::new(source))
}

/// Makes sources of what is typed in the console.
#[derive(Debug)]
pub(crate) struct InConsole {
    /// Where SQLite files are that may be named there; none where none may.
    pub(crate) folder: Option<PathBuf>,
}

impl Connector for InConsole {
    fn connect(&self, reach: &Reach) -> Arc<dyn Source> {
        match reach {
            Reach::Sqlite { file } => {
                match in_folder(self.folder.as_deref().unwrap_or(Path::new("")), file) {
                    Ok(path) => Arc::new(exeunt_source_sqlite::SqliteSource::new(
                        exeunt_source_sqlite::Settings::for_file(path),
                    )),
                    Err(why) => {
                        Arc::new(Unreached { fault: Fault::new(FaultKind::Unreachable, why.to_string()) })
                    }
                }
            }
            Reach::Postgres(server) => {
                Arc::new(Distant { settings: postgres(server), reached: OnceCell::new() })
            }
        }
    }

    fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
}

fn postgres(server: &Server) -> exeunt_source_postgres::Settings {
    // an address takes a password as it is, once no byte of it means anything else
    let password: String = server.password.expose().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut settings =
        exeunt_source_postgres::Settings::from_url(&format!("postgresql://role:{password}@host/"));
    settings.host = Some(server.host.clone());
    settings.port = Some(server.port);
    settings.database = Some(server.database.clone());
    settings.user = Some(server.user.clone());
    settings.sslmode = Some(match server.security {
        Security::Checked => exeunt_postgres::Tls::VerifyFull,
        Security::Believed => exeunt_postgres::Tls::Insecure,
        Security::Open => exeunt_postgres::Tls::Disable,
    });
    settings
}

/// `NAME=ADDRESS` on the command line.
pub(crate) fn address(text: &str) -> Result<(Name, String), String> {
    let form =
        "`NAME=ADDRESS` is needed here, such as shop=sqlite:copy.db or shop=postgresql://user@host/shop";
    let (name, address) = text.split_once('=').ok_or(form)?;
    let name = Name::new(name).map_err(|_| form)?;
    // anything else is a path, and `mysql://…` would be a file nobody finds
    let spoken = ["sqlite", "postgresql", "postgres"];
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    if address.is_empty() || scheme.is_some_and(|scheme| !spoken.contains(&scheme)) {
        return Err(form.into());
    }
    Ok((name, address.to_owned()))
}

/// A PostgreSQL source. One that does not answer at first is asked again by the next question: a service outlives its
/// databases' restarts.
struct Distant {
    settings: exeunt_source_postgres::Settings,
    reached: OnceCell<exeunt_source_postgres::Postgres>,
}

impl Distant {
    async fn reach(&self) -> Result<&exeunt_source_postgres::Postgres, Fault> {
        self.reached.get_or_try_init(|| exeunt_source_postgres::Postgres::connect(&self.settings)).await
    }
}

#[async_trait]
impl Source for Distant {
    fn abilities(&self) -> Abilities {
        self.reached.get().map_or(UNKNOWN, |reached| reached.abilities())
    }

    async fn describe(&self) -> Result<Catalog, Fault> {
        self.reach().await?.describe().await
    }

    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault> {
        self.reach().await?.snapshot().await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.reach().await?.begin().await
    }

    async fn fate(&self, marker: &Marker) -> Result<Fate, Fault> {
        self.reach().await?.fate(marker).await
    }

    async fn scrub(&self, tables: &[TableRef], now: Timestamp) -> Result<Residue, Fault> {
        self.reach().await?.scrub(tables, now).await
    }

    async fn advise(&self) -> Result<Vec<String>, Fault> {
        self.reach().await?.advise().await
    }

    fn grants(&self, tables: &[TableRef]) -> Option<String> {
        exeunt_source_postgres::usual_grants(tables)
    }

    fn journals(&self) -> Option<&dyn Journals> {
        Some(self)
    }
}

#[async_trait]
impl Journals for Distant {
    async fn prepare(&self, journal: &Journal) -> Result<(), Fault> {
        self.reach().await?.prepare(journal).await
    }

    async fn append(&self, journal: &Journal, rows: Vec<Row>) -> Result<u64, Fault> {
        self.reach().await?.append(journal, rows).await
    }

    async fn forget(&self, journal: &Journal, part: &str, before: Timestamp) -> Result<u64, Fault> {
        self.reach().await?.forget(journal, part, before).await
    }
}

/// What is known of a server that never answered. Nothing is planned with it: describing it fails first.
const UNKNOWN: Abilities = Abilities {
    kind: "postgres",
    whole_row_identity: false,
    remembers_transactions: false,
    rolls_back: true,
    quiet_triggers: false,
    images_are_final: false,
    deletes_along_ways: false,
    snapshots: true,
    rows_per_strike: 1,
};

/// A source that cannot even be asked: every question gets the same fault.
struct Unreached {
    fault: Fault,
}

#[async_trait]
impl Source for Unreached {
    fn abilities(&self) -> Abilities {
        UNKNOWN
    }

    async fn describe(&self) -> Result<Catalog, Fault> {
        Err(self.fault.clone())
    }

    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault> {
        Err(self.fault.clone())
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        Err(self.fault.clone())
    }

    async fn fate(&self, _: &Marker) -> Result<Fate, Fault> {
        Err(self.fault.clone())
    }

    async fn scrub(&self, _: &[TableRef], _: Timestamp) -> Result<Residue, Fault> {
        Err(self.fault.clone())
    }

    async fn advise(&self) -> Result<Vec<String>, Fault> {
        Err(self.fault.clone())
    }

    fn grants(&self, tables: &[TableRef]) -> Option<String> {
        exeunt_source_postgres::usual_grants(tables)
    }

    fn journals(&self) -> Option<&dyn Journals> {
        Some(self)
    }
}

#[async_trait]
impl Journals for Unreached {
    async fn prepare(&self, _: &Journal) -> Result<(), Fault> {
        Err(self.fault.clone())
    }

    async fn append(&self, _: &Journal, _: Vec<Row>) -> Result<u64, Fault> {
        Err(self.fault.clone())
    }

    async fn forget(&self, _: &Journal, _: &str, _: Timestamp) -> Result<u64, Fault> {
        Err(self.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_a_path_or_of_a_kind_that_is_spoken() {
        for fine in ["shop=shop.db", "shop=sqlite:a.db", "shop=sqlite://a.db", "crm=postgresql://u@h/d"] {
            assert!(address(fine).is_ok(), "{fine}");
        }
        for wrong in ["shop", "shop=", "=a.db", "shop=mysql://u@h/d", "shop=http://h/shop.db"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
