//! Whether data would leave the regions it may be in: from its source to a worker, into vault, packages and control store, or
//! to another source. Pure; where everything is was said in the map and the settings, and nobody guesses it.

use std::collections::BTreeMap;

use exeunt_base::Name;
use exeunt_datamap::DataMap;
use exeunt_datamap::model::{RelationKind, Span};
use exeunt_datamap::region::{Region, Regions, Residence};

use crate::document::{self, Document};
use crate::map::finding::{Finding, Severity};

/// Where an organization's data may be, and where this installation keeps and handles it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Residency {
    /// The regions that the organization allows.
    pub allowed: Regions,
    /// Where the home's files are: vault and packages.
    pub storage: Option<Region>,
    /// Where the control store is, when it is on a server.
    pub store: Server,
    /// Where there are workers.
    pub workers: Regions,
    /// Where this process runs.
    pub here: Option<Region>,
}

/// The server of the control store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Server {
    /// There is none: it is a file of the home.
    #[default]
    None,
    /// It is somewhere.
    Somewhere,
    /// It is there.
    In(Region),
}

impl Residency {
    /// Whether the settings say where anything is. Then everything must be said: what is unknown may be anywhere.
    fn is_said(&self) -> bool {
        self.storage.is_some()
            || matches!(self.store, Server::In(_))
            || !self.workers.is_empty()
            || self.here.is_some()
    }
}

/// A source of which somebody said where it is.
struct Known<'a> {
    region: &'a Region,
    residence: &'a Residence,
    allowed: &'a Regions,
}

impl Known<'_> {
    fn may_be_in(&self, region: &Region) -> bool {
        self.allowed.hold(region)
            && (self.residence.stays_in.is_empty() || self.residence.stays_in.hold(region))
    }

    /// What stands against a region, in words.
    fn bounds(&self) -> String {
        match self.residence.stays_in.is_empty() {
            true => format!("the organization allows {}", self.allowed),
            false => {
                let stays = &self.residence.stays_in;
                format!("its data stays in {stays}, and the organization allows {}", self.allowed)
            }
        }
    }
}

/// What a plan over the whole map would move out of its regions.
pub fn of_map(map: &DataMap, residency: &Residency) -> Vec<Finding> {
    let sources: BTreeMap<Name, Residence> =
        map.sources.values().map(|source| (source.name.clone(), source.residence.clone())).collect();
    let said = residency.is_said() || sources.values().any(|residence| residence.region.is_some());
    if !said {
        return vec![Finding {
            severity: Severity::Info,
            code: "regions-unsaid",
            span: None,
            place: String::from("residency"),
            what: format!(
                "nobody said where the sources and this installation are; whether data stays in {} is not looked at",
                residency.allowed
            ),
            fix: String::from("write `region:` beside each `source:`, and `residency:` in the settings"),
        }];
    }
    let mut findings = within(&sources, residency);
    findings.extend(crossing(map, &sources, residency));
    for finding in &mut findings {
        let source = map.sources.values().find(|source| source.name.as_str() == finding.place);
        finding.span = source.map(|source| source.span.clone());
    }
    findings
}

/// What this plan would move out of its regions, now that it is to be carried out here.
pub fn of_document(document: &Document, residency: &Residency) -> Vec<Finding> {
    let sources = sources(document);
    if !residency.is_said() && sources.values().all(|residence| residence.region.is_none()) {
        return Vec::new();
    }
    within(&sources, residency)
}

/// A source of the plan whose rows this process may not handle, though others may: why.
pub fn not_here(document: &Document, residency: &Residency) -> Option<String> {
    if !residency.is_said() && document.regions.is_empty() {
        return None;
    }
    elsewhere(&sources(document), residency)
}

/// The same for the data of one source.
pub fn source_not_here(map: &DataMap, source: &Name, residency: &Residency) -> Option<String> {
    let residence = map.sources.get(source).map(|source| source.residence.clone()).unwrap_or_default();
    if !residency.is_said() && residence.region.is_none() {
        return None;
    }
    elsewhere(&BTreeMap::from([(source.clone(), residence)]), residency)
}

fn elsewhere(sources: &BTreeMap<Name, Residence>, residency: &Residency) -> Option<String> {
    let Some(here) = &residency.here else {
        return Some(format!(
            "nobody said where this process runs, and workers are in {}; start it with EXEUNT_REGION set to one of them",
            residency.workers
        ));
    };
    for (name, residence) in sources {
        let known = known(residence, residency);
        if let Some(known) = known.filter(|known| !known.may_be_in(here)) {
            return Some(format!(
                "this process runs in `{here}`, and rows of source `{name}` (in `{}`) may not be handled there: {}; a worker \
                 elsewhere does it",
                known.region,
                known.bounds()
            ));
        }
    }
    None
}

/// The sources a plan touches, and what it says of where they are.
fn sources(document: &Document) -> BTreeMap<Name, Residence> {
    let said = |name: &Name| document.regions.iter().find(|one| one.source == *name);
    let read = |one: &document::Residence| Residence {
        region: one.region.parse().ok(),
        stays_in: one.stays_in.iter().filter_map(|word| word.parse().ok()).collect(),
    };
    document
        .sources()
        .into_iter()
        .map(|name| (name.clone(), said(name).map(read).unwrap_or_default()))
        .collect()
}

fn known<'a>(residence: &'a Residence, residency: &'a Residency) -> Option<Known<'a>> {
    residence.region.as_ref().map(|region| Known { region, residence, allowed: &residency.allowed })
}

fn refuse(code: &'static str, place: &str, what: String, fix: String) -> Finding {
    Finding { severity: Severity::Error, code, span: None::<Span>, place: place.to_owned(), what, fix }
}

fn within(sources: &BTreeMap<Name, Residence>, residency: &Residency) -> Vec<Finding> {
    let mut findings = Vec::new();
    let unsaid = |place: &str, what: &str, key: &str| {
        let fix = format!("write `{key}:` under `residency:` in the settings");
        refuse("region-unsaid", place, format!("nobody said where {what}"), fix)
    };
    let mut kept = Vec::new();
    match &residency.storage {
        None => findings.push(unsaid("residency.storage", "this home keeps vault and packages", "storage")),
        Some(region) => kept.push(("residency.storage", "kept in vault and packages", region)),
    }
    match &residency.store {
        Server::None => {}
        Server::Somewhere => {
            findings.push(unsaid("residency.store", "the server of the control store is", "store"));
        }
        Server::In(region) => kept.push(("residency.store", "known, sealed, to the control store", region)),
    }
    if residency.workers.is_empty() {
        findings.push(unsaid("residency.workers", "work is carried out", "workers"));
    }
    let mut all = Vec::new();
    for (name, residence) in sources {
        let Some(known) = known(residence, residency) else {
            findings.push(refuse(
                "region-unsaid",
                name.as_str(),
                String::from("nobody said where its data is"),
                String::from("write `region:` beside `source:` in the map, such as `region: eu-de`"),
            ));
            continue;
        };
        if !residency.allowed.hold(known.region) {
            findings.push(refuse(
                "region-outside",
                name.as_str(),
                format!(
                    "it is in `{}`, and identifiers would be looked up there; the organization allows {}",
                    known.region, residency.allowed
                ),
                format!(
                    "add `{}` to `region:` in the settings, if the organization's data may be there, and `stays_in:` to sources \
                     whose data may not",
                    known.region
                ),
            ));
            continue;
        }
        for (place, what, region) in kept.iter().filter(|(.., region)| !known.may_be_in(region)) {
            findings.push(refuse(
                "data-leaves",
                name.as_str(),
                format!(
                    "its rows (in `{}`) would be {what} in `{region}` (`{place}`): {}",
                    known.region,
                    known.bounds()
                ),
                format!("have the home and its store inside, or allow `{region}`"),
            ));
        }
        all.push((name, known));
    }
    if !residency.workers.is_empty()
        && let Some((name, known)) = nowhere(&all, &residency.workers)
    {
        findings.push(refuse(
            "data-leaves",
            name.as_str(),
            format!(
                "its rows (in `{}`) would be handled by workers in {}: {}",
                known.region,
                residency.workers,
                known.bounds()
            ),
            String::from(
                "run a worker inside (`residency: workers:`, and EXEUNT_REGION where there are several)",
            ),
        ));
    }
    findings
}

/// A source that no worker may touch which may touch all the others.
fn nowhere<'a, 'k>(all: &'a [(&'k Name, Known<'k>)], workers: &Regions) -> Option<&'a (&'k Name, Known<'k>)> {
    let mut left: Vec<&Region> = workers.iter().collect();
    for one in all {
        left.retain(|region| one.1.may_be_in(region));
        if left.is_empty() {
            return Some(one);
        }
    }
    None
}

/// Relations by which keys of one source are looked up in another one.
fn crossing(map: &DataMap, sources: &BTreeMap<Name, Residence>, residency: &Residency) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, model) in map.models() {
        for relation in model.relations.iter().filter(|relation| relation.to.source != at.source) {
            let (from, to) = match relation.kind {
                RelationKind::Owns | RelationKind::Accesses => (&at.source, &relation.to.source),
                RelationKind::OwnedBy | RelationKind::AccessedBy | RelationKind::RefersTo => {
                    (&relation.to.source, &at.source)
                }
            };
            let (Some(sent), Some(target)) = (
                sources.get(from).and_then(|residence| known(residence, residency)),
                sources.get(to).and_then(|residence| residence.region.as_ref()),
            ) else {
                continue;
            };
            // one that no source may be in was told before
            if residency.allowed.hold(target) && !sent.may_be_in(target) {
                findings.push(refuse(
                    "data-leaves",
                    from.as_str(),
                    format!(
                        "its keys (in `{}`) would be looked up in source `{to}`, which is in `{target}`, for `{at}`: {}",
                        sent.region,
                        sent.bounds()
                    ),
                    String::from("take the relation out and give the other source identifiers of its own, or widen `stays_in:`"),
                ));
            }
        }
    }
    findings.dedup();
    findings
}
