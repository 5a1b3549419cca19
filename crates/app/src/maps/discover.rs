//! A first map from a live schema, for a person to review.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::Name;
use exeunt_datamap::suggest;
use exeunt_plan::map::discover::{self, Discovered};
use exeunt_source::Source;

use crate::error::Error;
use crate::maps::check::describe;

/// Writes a first map of one source. Without a name, of the only source there is.
pub async fn discover(
    sources: &BTreeMap<Name, Arc<dyn Source>>,
    name: Option<&Name>,
) -> Result<Discovered, Error> {
    let (name, source) = pick(sources, name)?;
    Ok(discover::discover(&describe(name, source).await?, name))
}

/// The source of that name, or the only one.
pub fn pick<'a>(
    sources: &'a BTreeMap<Name, Arc<dyn Source>>,
    name: Option<&Name>,
) -> Result<(&'a Name, &'a Arc<dyn Source>), Error> {
    match name {
        Some(name) => sources.get_key_value(name).ok_or_else(|| unknown(sources, name)),
        None if sources.len() == 1 => sources.iter().next().ok_or_else(|| none(0)),
        None => Err(none(sources.len())),
    }
}

fn none(count: usize) -> Error {
    Error::Usage(
        "E0211",
        match count {
            0 => String::from("no source is configured; add one under `sources:` in the settings"),
            _ => String::from("there are several sources; say which with --source"),
        },
    )
}

pub(crate) fn unknown(sources: &BTreeMap<Name, Arc<dyn Source>>, name: &Name) -> Error {
    let known = sources.keys().map(Name::as_str);
    let near = suggest::did_you_mean(name.as_str(), known).map(|hint| format!("; {hint}"));
    Error::NoSource { name: name.clone(), hint: near.unwrap_or_default() }
}
