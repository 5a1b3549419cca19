//! Map against live schema: what an engineer's CI asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::Name;
use exeunt_datamap::DataMap;
use exeunt_plan::map::{self, Finding};
use exeunt_plan::residency::{self, Residency};
use exeunt_source::{Catalog, Source};
use time::Date;

use crate::error::Error;
use crate::maps::joins::{self, Joins};

/// Everything found, errors first, with what would leave its regions (a map that is looked at without settings has none); when nothing else is wrong, what would still stand in the way of a plan. Sources the map
/// does not name are left alone.
pub async fn check(
    map: &DataMap,
    sources: &BTreeMap<Name, Arc<dyn Source>>,
    today: Date,
    residency: Option<&Residency>,
) -> Result<Vec<Finding>, Error> {
    let catalogs = catalogs(map, sources).await?;
    Ok(compare(map, sources, &catalogs, today, residency))
}

/// The same, and whether references find their rows where no foreign key of the database answers for them.
pub async fn look(
    map: &DataMap,
    sources: &BTreeMap<Name, Arc<dyn Source>>,
    today: Date,
    residency: Option<&Residency>,
) -> Result<(Vec<Finding>, Joins), Error> {
    let catalogs = catalogs(map, sources).await?;
    let mut findings = compare(map, sources, &catalogs, today, residency);
    let joins = joins::sample(map, sources, &catalogs).await;
    findings.extend(joins.findings.iter().cloned());
    findings.sort_by_key(|finding| finding.severity);
    Ok((findings, joins))
}

/// What the map and schemas that were read say against each other.
pub(super) fn compare(
    map: &DataMap,
    sources: &BTreeMap<Name, Arc<dyn Source>>,
    catalogs: &BTreeMap<Name, Catalog>,
    today: Date,
    residency: Option<&Residency>,
) -> Vec<Finding> {
    let mut findings = map::check::check(map, catalogs);
    let moves = residency.map(|residency| residency::of_map(map, residency)).unwrap_or_default();
    if !map::check::has_errors(&findings) {
        let abilities = sources.iter().map(|(name, source)| (name.clone(), source.abilities())).collect();
        findings.splice(0..0, map::check::trial(map, catalogs, &abilities, today));
    }
    findings.extend(moves);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The live schemas of the map's sources, of those that are configured.
pub async fn catalogs(
    map: &DataMap,
    sources: &BTreeMap<Name, Arc<dyn Source>>,
) -> Result<BTreeMap<Name, Catalog>, Error> {
    let mut catalogs = BTreeMap::new();
    for (name, source) in sources.iter().filter(|(name, _)| map.sources.contains_key(*name)) {
        catalogs.insert(name.clone(), describe(name, source).await?);
    }
    Ok(catalogs)
}

/// One source's live schema.
pub async fn describe(name: &Name, source: &Arc<dyn Source>) -> Result<Catalog, Error> {
    let described = source.describe().await;
    described.map_err(|fault| exeunt_engine::Error::Source { source_name: name.clone(), fault }.into())
}
