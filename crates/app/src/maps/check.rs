//! Map against live schema: what an engineer's CI asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::Name;
use exeunt_datamap::DataMap;
use exeunt_plan::map::{self, Finding};
use exeunt_source::{Catalog, Source};

use crate::error::Error;

/// Everything found, errors first. Sources the map does not name are left alone.
pub async fn check(map: &DataMap, sources: &BTreeMap<Name, Arc<dyn Source>>) -> Result<Vec<Finding>, Error> {
    Ok(map::check::check(map, &catalogs(map, sources).await?))
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
