//! A map against the live schema of its sources: everything that would make an erasure incomplete or a plan wrong.

mod columns;
pub(in crate::map) mod references;
mod tables;
mod trial;
mod triggers;

use std::collections::{BTreeMap, HashMap};

use exeunt_base::{ModelRef, Name, TableRef};
use exeunt_datamap::model::{Action, DataMap, EdgeAction, Model, SourceMap, Span, Then};
use exeunt_datamap::reach;
use exeunt_source::catalog::{Catalog, Table};

use crate::map::finding::{Finding, Severity};
use crate::map::live::Live;

pub use crate::map::check::trial::trial;

/// Everything found by comparing, errors first, then by place. Whether plans can be made is asked of [`trial`].
pub fn check(map: &DataMap, catalogs: &BTreeMap<Name, Catalog>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lives: BTreeMap<&Name, Live<'_>> =
        catalogs.iter().map(|(name, catalog)| (name, Live::new(catalog))).collect();
    let tables = bound_tables(map, &lives);
    let erased = reach::erased(map);
    let reached = reach::reached(map);
    for source in map.sources.values() {
        let Some(live) = lives.get(&source.name) else {
            findings.push(Finding {
                severity: Severity::Error,
                code: "source-missing",
                span: Some(source.span.clone()),
                place: source.name.to_string(),
                what: String::from("no source of this name is connected"),
                fix: String::from("connect it in the settings, or correct `source:`"),
            });
            continue;
        };
        let models = source.models.iter();
        let mapped =
            models.filter_map(|(name, model)| Some((live.resolve(&model.table)?, (name, model)))).collect();
        let mut check = Check {
            map,
            source,
            live,
            mapped,
            tables: &tables,
            erased: &erased,
            reached: &reached,
            findings: &mut findings,
        };
        check.tables();
        check.columns();
        check.references();
        check.triggers();
    }
    findings.sort_by(|a, b| {
        (a.severity, &a.place, a.code, &a.what).cmp(&(b.severity, &b.place, b.code, &b.what))
    });
    findings
}

/// Whether any finding stops a plan.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn bound_tables<'a>(map: &DataMap, lives: &BTreeMap<&Name, Live<'a>>) -> HashMap<ModelRef, &'a Table> {
    let bound = |(at, model): (ModelRef, &Model)| {
        let live = lives.get(&at.source)?;
        let table = live.table(&live.resolve(&model.table)?)?;
        Some((at, table))
    };
    map.models().filter_map(bound).collect()
}

/// One source being checked.
struct Check<'a> {
    map: &'a DataMap,
    source: &'a SourceMap,
    live: &'a Live<'a>,
    /// Models by the table they mean.
    mapped: HashMap<TableRef, (&'a Name, &'a Model)>,
    /// Tables by model, over all sources.
    tables: &'a HashMap<ModelRef, &'a Table>,
    /// Models whose rows erasure reaches.
    erased: &'a BTreeMap<ModelRef, u32>,
    /// Models whose rows erasure or access reaches.
    reached: &'a BTreeMap<ModelRef, u32>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Check<'a> {
    fn put(
        &mut self,
        (severity, code): (Severity, &'static str),
        span: Option<&Span>,
        place: &str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let place = if place.is_empty() {
            self.source.name.to_string()
        } else {
            format!("{}.{place}", self.source.name)
        };
        self.findings.push(Finding {
            severity,
            code,
            span: span.cloned(),
            place,
            what: what.into(),
            fix: fix.into(),
        });
    }

    fn at(&self, model: &Name) -> ModelRef {
        ModelRef { source: self.source.name.clone(), model: model.clone() }
    }

    /// The models whose tables exist, with their tables.
    fn bound(&self) -> Vec<(&'a Name, &'a Model, &'a Table)> {
        let models = self.source.models.iter();
        let bound = models.filter_map(|(name, model)| Some((name, model, *self.tables.get(&self.at(name))?)));
        bound.collect()
    }

    /// Whether erasure may delete rows of this model, now or when a period ends.
    fn may_delete(&self, at: &ModelRef, model: &Model) -> bool {
        self.deletes_at_once(at, model) || self.erased.contains_key(at) && deletes_later(model)
    }

    /// Whether erasure may delete rows of this model when it is carried out.
    fn deletes_at_once(&self, at: &ModelRef, model: &Model) -> bool {
        let by_edge = model.relations.iter().any(|relation| {
            matches!(relation.on_erase, Some(EdgeAction::Cascade | EdgeAction::Row(Action::Delete)))
        });
        self.erased.contains_key(at) && (model.on_erase == Action::Delete || by_edge)
    }
}

/// Whether kept rows of this model go when their period ends.
fn deletes_later(model: &Model) -> bool {
    model.keep.as_ref().is_some_and(|keep| keep.then == Then::Delete)
}
