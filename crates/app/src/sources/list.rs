//! The sources there are, as far as it is known without asking them.

use std::sync::Arc;

use exeunt_base::{Name, TableRef};
use exeunt_engine::hours::Hours;
use exeunt_source::Source;
use exeunt_store::halts::Halt;
use exeunt_store::jobs::Run;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::check::describe;
use crate::maps::discover::unknown;
use crate::office::Office;
use crate::sources::added::Added;
use crate::sources::check::{self, Checked};

/// Most runs that are told of a source.
const RUNS: u32 = 5;

/// A source as it is known here.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its name.
    pub name: Name,
    /// Its kind: `sqlite`, `postgres`; none where only the map speaks of it.
    pub kind: Option<&'static str>,
    /// Where it is, as the map says.
    pub region: Option<String>,
    /// Models that the map has of it; none where the map does not speak of it.
    pub models: Option<usize>,
    /// Why work is paused at it, if it is.
    pub halt: Option<Halt>,
    /// The last runs that touched it, newest first.
    pub runs: Vec<Run>,
    /// The hours that it gives to destroying; none for any.
    pub hours: Option<Hours>,
    /// How it is reached, where it was connected in the console.
    pub added: Option<Added>,
}

impl Office {
    /// All of them, by name: those of the settings, those of the console, and those of the map alone.
    pub async fn list_sources(&self, actor: &Actor) -> Result<Vec<Known>, Error> {
        self.allow(actor, Permission::CheckSources)?;
        let map = self.map().ok();
        let halts = self.engine.store.halts(self.organization.id).await?;
        let of_map = map.iter().flat_map(|map| map.map.sources.keys());
        let mut added = self.added_sources(actor).await?;
        let of_console = added.iter().map(|source| &source.name);
        let mut names: Vec<Name> =
            self.engine.sources.keys().chain(of_map).chain(of_console).cloned().collect();
        names.sort();
        names.dedup();
        let mut known = Vec::new();
        for name in names {
            let mapped = map.as_ref().and_then(|map| map.map.sources.get(&name));
            known.push(Known {
                kind: self.engine.sources.get(&name).map(|source| source.abilities().kind),
                region: mapped.and_then(|source| Some(source.residence.region.as_ref()?.as_str().to_owned())),
                models: mapped.map(|source| source.models.len()),
                halt: halts.iter().find(|halt| halt.source.as_ref() == Some(&name)).cloned(),
                runs: self.engine.store.runs_at(self.organization.id, &name, RUNS).await?,
                hours: self.engine.settings.work_hours.get(&name).cloned(),
                added: added.iter().position(|source| source.name == name).map(|place| added.remove(place)),
                name,
            });
        }
        Ok(known)
    }

    /// Reaches one source, reads its schema and asks for advice.
    pub async fn check_source(&self, actor: &Actor, name: &Name) -> Result<Checked, Error> {
        self.allow(actor, Permission::CheckSources)?;
        check::check(name, self.source_named(name)?).await
    }

    /// A script for the administrator of a source: the least rights that the tables of the map take, or, before there is a map,
    /// all tables of the source. Nothing where whoever can open it may do everything.
    pub async fn source_grants(&self, actor: &Actor, name: &Name) -> Result<Option<String>, Error> {
        self.allow(actor, Permission::CheckSources)?;
        let source = self.source_named(name)?;
        if source.grants(&[]).is_none() {
            return Ok(None);
        }
        let map = self.map().ok();
        let public = Name::new("public").map_err(|_| Error::Usage("E0801", String::from("no schema")))?;
        let tables: Vec<TableRef> = match map.as_ref().and_then(|map| map.map.sources.get(name)) {
            Some(mapped) => mapped.models.values().map(|model| model.table.resolve(&public)).collect(),
            None => describe(name, source)
                .await
                .map(|catalog| catalog.tables.into_iter().map(|table| table.name).collect())
                .unwrap_or_default(),
        };
        Ok(source.grants(&tables))
    }

    fn source_named(&self, name: &Name) -> Result<&Arc<dyn Source>, Error> {
        self.engine.sources.get(name).ok_or_else(|| unknown(&self.engine.sources, name))
    }
}
