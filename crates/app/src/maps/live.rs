//! The map held against the databases as they are now.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::{ModelRef, Name};
use exeunt_plan::map::{Finding, discover};
use exeunt_source::Catalog;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::check::{check, compare, describe, look};
use crate::maps::discover::unknown;
use crate::maps::joins::Remembered;
use crate::office::Office;

/// A column as its database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its type.
    pub type_name: String,
    /// What its name and type would propose.
    pub category: Option<String>,
    /// Why.
    pub why: String,
}

/// A table as its database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Its columns.
    pub columns: BTreeMap<Name, Column>,
    /// What the database says against the map about this table.
    pub findings: Vec<Finding>,
}

impl Office {
    /// Everything in which the map in force and the databases differ, the worst first.
    pub async fn check_map(&self, actor: &Actor) -> Result<Vec<Finding>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        let map = self.map()?;
        self.kept_map.look_again();
        let residency = Some(&*self.policy.residency);
        let (findings, joins) =
            look(&map.map, &self.engine.sources, self.today().to_date(), residency).await?;
        self.kept_map.sampled(Remembered { at: self.engine.world.now(), rates: joins.rates });
        Ok(findings)
    }

    /// How many references found their row when the map was last held against the databases. Nothing where nobody did since
    /// this process was started.
    pub fn map_joins(&self, actor: &Actor) -> Result<Option<Arc<Remembered>>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        Ok(self.kept_map.joins())
    }

    /// The same for a map that is worked on.
    pub async fn check_draft(
        &self,
        actor: &Actor,
        map: &exeunt_datamap::DataMap,
    ) -> Result<Vec<Finding>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        check(map, &self.engine.sources, self.today().to_date(), Some(&self.policy.residency)).await
    }

    /// The same for a page that is looked at again and again: against schemas as they were read within the last half minute.
    pub async fn check_draft_lately(
        &self,
        actor: &Actor,
        map: &exeunt_datamap::DataMap,
    ) -> Result<Vec<Finding>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        let sources = &self.engine.sources;
        let mut catalogs = BTreeMap::new();
        for name in sources.keys().filter(|name| map.sources.contains_key(*name)) {
            catalogs.insert(name.clone(), (*self.catalog_lately(name).await?).clone());
        }
        Ok(compare(map, sources, &catalogs, self.today().to_date(), Some(&self.policy.residency)))
    }

    /// A source's schema for a page: as it was read within the last half minute, or now.
    pub(crate) async fn catalog_lately(&self, name: &Name) -> Result<Arc<Catalog>, Error> {
        let now = self.engine.world.now();
        if let Some(catalog) = self.kept_map.catalog(name, now) {
            return Ok(catalog);
        }
        let sources = &self.engine.sources;
        let source = sources.get(name).ok_or_else(|| unknown(sources, name))?;
        let catalog = Arc::new(describe(name, source).await?);
        self.kept_map.saw(name, now, &catalog);
        Ok(catalog)
    }

    /// One table of the map, as its database had it lately.
    pub async fn check_table(&self, actor: &Actor, at: &ModelRef) -> Result<Live, Error> {
        self.allow(actor, Permission::ReadMap)?;
        let map = self.map()?;
        let catalog = self.catalog_lately(&at.source).await?;
        let about = map.map.model(at);
        let table = about.and_then(|model| catalog.table(&discover::resolve(&catalog, &model.table)?));
        let is_person = about.is_some_and(|model| model.subject.is_some());
        let columns = table.map(|table| {
            let column = |column: &exeunt_source::catalog::Column| {
                let opinion = discover::opinion(table, column, is_person);
                let known = Column {
                    type_name: column.type_name.clone(),
                    category: opinion.field.category,
                    why: opinion.why,
                };
                (column.name.clone(), known)
            };
            table.columns.iter().map(column).collect()
        });
        let mut findings = exeunt_plan::map::check::check(
            &map.map,
            &BTreeMap::from([(at.source.clone(), (*catalog).clone())]),
        );
        let place = at.to_string();
        findings.retain(|finding| {
            finding.place.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        Ok(Live { columns: columns.unwrap_or_default(), findings })
    }
}
