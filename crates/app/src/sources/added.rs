//! Sources that are connected in the console: added, reached another way, taken away. A source is tried before it is kept, and a
//! process that is running opens it without a restart (decision 0039).

use std::path::Path;
use std::sync::Arc;

use exeunt_audit::kind::Kind;
use exeunt_base::{Name, Timestamp};
use exeunt_source::{Catalog, Source};
use exeunt_store::added_sources::AddedSource;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::house::House;
use crate::maps::check::describe;
use crate::office::Office;
use crate::sources::reach::{Reach, refused, wrong};

/// What the key is for that seals how a source is reached.
const PURPOSE: &str = "sources";

/// Longest name: it stands on every page about its tables.
const LONGEST: usize = 60;

/// Tables that the control store has and nobody else together: people's requests are not a source.
const OURS: [&str; 3] = ["blob_claims", "schema_version", "source_changes"];

/// Whoever makes a source of how it is reached. Nothing is asked of the database yet.
pub trait Connector: Send + Sync + std::fmt::Debug {
    /// The source.
    fn connect(&self, reach: &Reach) -> Arc<dyn Source>;

    /// Where SQLite files are that may be named; none where none may.
    fn folder(&self) -> Option<&Path>;
}

/// A source of the console.
#[derive(Debug, Clone)]
pub struct Added {
    /// What the map calls it.
    pub name: Name,
    /// How it is reached, its password left out.
    pub reach: Reach,
    /// Since when it is reached so.
    pub changed_at: Timestamp,
}

impl Office {
    /// Whether sources are connected in the console here; otherwise the settings alone say which there are.
    pub fn connects_sources(&self) -> bool {
        self.connector.is_some()
    }

    /// The folder for SQLite files that may be named.
    pub fn folder_of_sources(&self) -> Option<&Path> {
        self.connector.as_deref().and_then(Connector::folder)
    }

    /// Connects a source, or says how one that was connected here is reached from now on. It is tried first; tells how many
    /// tables it has.
    pub async fn add_source(&self, actor: &Actor, name: &str, reach: &Reach) -> Result<usize, Error> {
        self.allow(actor, Permission::ManageSources)?;
        let connector = self.connector()?;
        let name = named(name)?;
        let known = self.engine.store.added_sources(self.organization.id).await?;
        let is_known = known.iter().any(|source| source.name == name);
        if self.engine.sources.contains_key(&name) && !is_known {
            return Err(refused(format!(
                "the settings connect `{name}` already: they are changed where they are kept"
            )));
        }
        reach.check(connector.folder()).await?;
        let catalog = describe(&name, &connector.connect(reach)).await?;
        if is_ours(&catalog) {
            return Err(refused(String::from(
                "this is the store in which requests are kept, and no source of people's data",
            )));
        }
        let at = self.now();
        let kept = AddedSource {
            organization: self.organization.id,
            reach: self.seal_reach(&name, reach)?,
            name,
            changed_by: actor.id,
            changed_at: at,
        };
        let mut change = self.engine.store.begin().await?;
        let kind = match change.keep_source(&kept).await? {
            true => Kind::SourceChanged,
            false => Kind::SourceAdded,
        };
        let event = self.event(kind, actor).fact("source", &kept.name).fact("kind", reach.kind());
        let event = event.count("tables", u64::try_from(catalog.tables.len()).unwrap_or(u64::MAX));
        change.commit(self.organization.id, &[event]).await?;
        self.refurnish.notify_waiters();
        Ok(catalog.tables.len())
    }

    /// Takes a source away that was connected here, and forgets its password. Not one that the map speaks of or work was done
    /// at: rows that wait to come back, or to be looked for again, need it.
    pub async fn remove_source(&self, actor: &Actor, name: &Name) -> Result<(), Error> {
        self.allow(actor, Permission::ManageSources)?;
        if self.map().is_ok_and(|map| map.map.sources.contains_key(name)) {
            return Err(refused(format!("the data map speaks of `{name}`: publish a map without it first")));
        }
        if !self.engine.store.runs_at(self.organization.id, name, 1).await?.is_empty() {
            return Err(refused(format!(
                "rows of `{name}` were erased: it stays, so that they can come back and be looked for again"
            )));
        }
        let mut change = self.engine.store.begin().await?;
        if !change.forget_source(self.organization.id, name).await? {
            change.rollback().await?;
            return Err(exeunt_store::Error::NotFound { what: "source", id: name.to_string() }.into());
        }
        let event = self.event(Kind::SourceRemoved, actor).fact("source", name);
        change.commit(self.organization.id, &[event]).await?;
        self.refurnish.notify_waiters();
        Ok(())
    }

    /// The sources that were connected here.
    pub async fn added_sources(&self, actor: &Actor) -> Result<Vec<Added>, Error> {
        self.allow(actor, Permission::CheckSources)?;
        let kept = self.engine.store.added_sources(self.organization.id).await?;
        kept.into_iter()
            .map(|source| {
                let reach = self.open_reach(&source)?.without_password();
                Ok(Added { reach, name: source.name, changed_at: source.changed_at })
            })
            .collect()
    }

    /// This office with the sources that were connected here besides those of the settings, which come first.
    pub async fn with_added_sources(&self) -> Result<Self, Error> {
        let mut office = self.clone();
        let Some(connector) = &self.connector else { return Ok(office) };
        for kept in self.engine.store.added_sources(self.organization.id).await? {
            if !office.engine.sources.contains_key(&kept.name) {
                let source = connector.connect(&self.open_reach(&kept)?);
                office.engine.sources.insert(kept.name.clone(), source);
                office.engine.settings.sources.insert(kept.name);
            }
        }
        Ok(office)
    }

    fn connector(&self) -> Result<&dyn Connector, Error> {
        self.connector.as_deref().ok_or_else(|| {
            refused(String::from(
                "the settings alone say which sources there are here: `sources_in_console: on` lets the console, too",
            ))
        })
    }

    fn seal_reach(&self, name: &Name, reach: &Reach) -> Result<Vec<u8>, Error> {
        let keyring = &self.engine.keyring;
        let (organization, context) = (self.organization.id, context(name));
        Ok(keyring.seal_for(organization, PURPOSE, context.as_bytes(), &reach.spelled(), &self.chance())?)
    }

    fn open_reach(&self, kept: &AddedSource) -> Result<Reach, Error> {
        let context = context(&kept.name);
        let keyring = &self.engine.keyring;
        let opened = keyring.open_for(kept.organization, PURPOSE, context.as_bytes(), &kept.reach)?;
        Reach::read(&opened).ok_or_else(|| Error::Damaged {
            what: format!("how source `{}` is reached", kept.name),
            why: String::from("it is not what this version writes"),
        })
    }
}

impl House {
    /// This house with the sources that were connected in the console, and the number that is another once they change. It is
    /// made of the house as it was opened, every time anew.
    pub async fn with_added_sources(&self) -> Result<(Self, u64), Error> {
        // read first: a change in between is seen by the next look
        let changes = self.store.source_changes().await?;
        let mut offices = Vec::new();
        for office in self.offices() {
            offices.push(office.with_added_sources().await?);
        }
        Ok((self.refurnished(offices), changes))
    }

    /// Waits until somebody changes sources by this process.
    pub async fn sources_changed(&self) {
        self.own().refurnish.notified().await;
    }
}

fn named(name: &str) -> Result<Name, Error> {
    let fits = name.chars().count() <= LONGEST
        && name.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    Name::new(name).ok().filter(|_| fits).ok_or_else(|| {
        wrong(format!(
            "its name is of letters, digits, `-` and `_`, at most {LONGEST}: the map calls it by that"
        ))
    })
}

fn context(name: &Name) -> String {
    format!("{name} reach")
}

fn is_ours(catalog: &Catalog) -> bool {
    let has = |name: &str| catalog.tables.iter().any(|table| table.name.name.as_str() == name);
    OURS.iter().all(|name| has(name))
}
