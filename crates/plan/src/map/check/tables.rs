//! Tables: mapped ones must exist and be erasable, existing ones must be mapped or left out with a reason.

use std::collections::{HashMap, HashSet, VecDeque};

use exeunt_base::TableRef;
use exeunt_datamap::model::TableName;
use exeunt_datamap::suggest::did_you_mean;
use exeunt_source::catalog::{Hazard, Table, TableSort};

use crate::map::check::Check;
use crate::map::finding::Severity;

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;
const INFO: Severity = Severity::Info;

impl Check<'_> {
    pub(super) fn tables(&mut self) {
        self.mapped_tables();
        self.unmapped_tables();
        self.ignored_tables();
        self.views();
    }

    fn mapped_tables(&mut self) {
        for (name, model) in &self.source.models {
            let place = name.as_str();
            let Some(table) = self.tables.get(&self.at(name)).copied() else {
                self.missing(place, &model.table, &model.span);
                continue;
            };
            match &table.sort {
                TableSort::PartitionOf(parent) => {
                    let fix = format!("map `{parent}`; statements on it reach every partition");
                    self.put(
                        (ERROR, "partition-mapped"),
                        Some(&model.span),
                        place,
                        "the table is a partition",
                        fix,
                    );
                }
                TableSort::Remote(what) if self.erased.contains_key(&self.at(name)) => {
                    let what =
                        format!("rows of a virtual or foreign table ({what}) cannot be erased from here");
                    let fix = "map the table it stands for in its own source";
                    self.put((ERROR, "remote-table"), Some(&model.span), place, what, fix);
                }
                _ => {}
            }
            for hazard in &table.hazards {
                match hazard {
                    Hazard::Rule(rule) => {
                        let what =
                            format!("the rewrite rule `{rule}` could make a statement touch other rows");
                        let fix = "drop the rule, or keep the table out of the map";
                        self.put((ERROR, "rewrite-rule"), Some(&model.span), place, what, fix);
                    }
                    Hazard::RowSecurity => {
                        let what = "row security applies to us: rows may be hidden from the erasure";
                        let fix = "connect as a role that sees all rows (`BYPASSRLS`)";
                        self.put((WARNING, "row-security"), Some(&model.span), place, what, fix);
                    }
                }
            }
        }
    }

    fn missing(&mut self, place: &str, table: &TableName, span: &exeunt_datamap::model::Span) {
        let live = self.live;
        let is_view = live
            .resolve(table)
            .is_some_and(|wanted| live.catalog.views.iter().any(|view| view.name == wanted));
        if is_view {
            let fix = "map the tables it reads";
            self.put((ERROR, "view-mapped"), Some(span), place, format!("`{table}` is a view"), fix);
            return;
        }
        let written = |table: &Table| match &live.catalog.default_schema {
            Some(schema) if *schema == table.name.schema => table.name.name.to_string(),
            _ => table.name.to_string(),
        };
        let known: Vec<String> = live.catalog.tables.iter().map(written).collect();
        let asked = table.to_string();
        let bare = table.schema.as_ref().map_or(asked.clone(), |_| table.name.to_string());
        let fix = did_you_mean(&asked, known.iter().map(String::as_str))
            .or_else(|| did_you_mean(&bare, known.iter().map(String::as_str)))
            .unwrap_or_else(|| String::from("correct `table:`, or take the model out of the map"));
        self.put((ERROR, "table-missing"), Some(span), place, format!("there is no table `{table}`"), fix);
    }

    fn unmapped_tables(&mut self) {
        let ignored: HashSet<TableRef> =
            self.source.ignore.keys().filter_map(|table| self.live.resolve(table)).collect();
        let below = self.below_people();
        for table in &self.live.catalog.tables {
            let covered_by_parent = match &table.sort {
                TableSort::PartitionOf(_) => true,
                TableSort::InheritsFrom(parent) => self.mapped.contains_key(parent),
                _ => false,
            };
            if self.mapped.contains_key(&table.name) || ignored.contains(&table.name) || covered_by_parent {
                continue;
            }
            let place = table.name.to_string();
            let fix = "add it under `models:`, or under `ignore:` with the reason";
            match below.get(&table.name) {
                Some(above) => {
                    let what = format!(
                        "the table hangs below people (it refers to `{above}`) but is not in the map"
                    );
                    self.put((ERROR, "table-unmapped"), None, &place, what, fix);
                }
                None => {
                    self.put((WARNING, "table-unmapped"), None, &place, "the table is not in the map", fix)
                }
            }
        }
    }

    /// Unmapped tables from which foreign keys lead to rows of people, each with the table it refers to.
    fn below_people(&self) -> HashMap<TableRef, TableRef> {
        let mut below: HashMap<TableRef, TableRef> = HashMap::new();
        let reached = |name| self.reached.contains_key(&self.at(name));
        let mapped = self.mapped.iter().filter(|(_, (name, _))| reached(name));
        let mut waiting: VecDeque<TableRef> = mapped.map(|(table, _)| table.clone()).collect();
        while let Some(above) = waiting.pop_front() {
            for (table, _) in self.live.incoming(&above) {
                if !self.mapped.contains_key(&table.name) && !below.contains_key(&table.name) {
                    below.insert(table.name.clone(), above.clone());
                    waiting.push_back(table.name.clone());
                }
            }
        }
        below
    }

    fn ignored_tables(&mut self) {
        for (table, ignored) in &self.source.ignore {
            let exists = self.live.resolve(table).is_some_and(|wanted| {
                self.live.table(&wanted).is_some()
                    || self.live.catalog.views.iter().any(|view| view.name == wanted)
            });
            if !exists {
                let what = "the table left out does not exist";
                self.put(
                    (WARNING, "ignored-missing"),
                    Some(&ignored.span),
                    &table.to_string(),
                    what,
                    "take it out of `ignore:`",
                );
            }
        }
    }

    fn views(&mut self) {
        for view in &self.live.catalog.views {
            let read: Vec<String> = view
                .reads
                .iter()
                .filter_map(|table| self.mapped.get(table))
                .filter(|(name, _)| self.reached.contains_key(&self.at(name)))
                .map(|(name, _)| name.to_string())
                .collect();
            if read.is_empty() {
                continue;
            }
            let (place, read) = (view.name.to_string(), read.join(", "));
            if view.materialized {
                let what = format!("the materialized view keeps copies of {read}");
                self.put((WARNING, "view-keeps-copies"), None, &place, what, "refresh it after each purge");
            } else {
                let what = format!("personal data of {read} is visible through this view");
                self.put((INFO, "view"), None, &place, what, "");
            }
        }
    }
}
