//! Building a plan: what is reached, what becomes of it, what points at it, and in which order.

mod access;
mod edges;
mod graph;
mod integrity;
mod masks;
mod nobody;
mod order;
mod owned;
mod parts;
mod places;
mod reach;
mod retention;
mod schema;
mod sets;
mod steps;
mod veil;

use std::collections::BTreeSet;

use exeunt_base::Name;
use exeunt_source::selection::KeyBy;

use crate::build::owned::{Owned, joined};
use crate::build::parts::Act;
use crate::build::schema::Schema;
use crate::build::steps::{StepDraft, Steps};
use crate::digest;
use crate::document::{Action, Document, Kept, Note, ReadModel, Residence, Severity, Step};
use crate::inputs::Inputs;
use crate::plan::{Draft, Plan};
use crate::problem::Problem;

pub use crate::build::masks::convert;
pub(crate) use crate::build::parts::constant_of;

/// Makes a plan, or says everything that stands in the way of one.
pub fn build(inputs: Inputs<'_>) -> Result<Plan<Draft>, Vec<Problem>> {
    let map = inputs.map_in_force();
    let inputs = Inputs { map: &map, ..inputs };
    let (mut notes, mut problems) = (Vec::new(), Vec::new());
    let schema = Schema::bind(inputs, &mut problems);
    if !problems.is_empty() {
        return Err(problems); // nothing further can be trusted
    }
    let reach = reach::follow(&schema, &mut problems);
    let mut owned = owned::lay_out(&schema, &reach, &mut notes, &mut problems);
    let (mut steps, mut reads) = (Steps::default(), Vec::new());
    nobody::check(&schema, &reach, &mut problems);
    let edges = edges::collect(&schema);
    let mut sorted = Vec::new();
    if inputs.right.changes_rows() {
        yield_to_stronger(&mut owned);
        steps = steps::from_parts(&schema, &edges, &reach, &owned, &mut notes, &mut problems);
        let bound =
            integrity::pass(&schema, &edges, &reach, &mut owned, &mut steps, &mut notes, &mut problems);
        let bound =
            order::cut_rings(&schema, &edges, &mut owned, &mut steps, bound, &mut notes, &mut problems);
        drop_own_guards(&schema, &mut steps);
        sorted = order::sort(&schema, &edges, &owned, std::mem::take(&mut steps.steps), &bound);
        keyless_stay_as_they_are(&schema, &sorted, &mut problems);
    } else {
        reads = access::reads(&schema, &reach, &mut owned);
    }
    problems.append(&mut steps.bad_ghosts);
    if !problems.is_empty() {
        problems.sort_by(|a, b| {
            (&a.span.file, a.span.line, &a.at, a.code).cmp(&(&b.span.file, b.span.line, &b.at, b.code))
        });
        problems.dedup();
        return Err(problems);
    }
    let veils: Vec<_> = sorted
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let person = schema.models[step.model].model.subject.is_some();
            let first = sorted[..place]
                .iter()
                .all(|step| step.deletes() && schema.models[step.model].model.subject.is_some());
            let keyed = schema.models[step.model].key != KeyBy::WholeRow;
            if person && keyed && step.deletes() && !first {
                veil::of(&schema, &edges, step.model)
            } else {
                Vec::new()
            }
        })
        .collect();
    let mut wanted: BTreeSet<usize> = sorted.iter().map(|step| step.set).collect();
    wanted.extend(steps.kept.iter().map(|kept| kept.set));
    wanted.extend(reads.iter().map(|read| read.set));
    wanted.extend(owned.sets.drafts.iter().enumerate().filter(|(_, set)| set.subject).map(|(id, _)| id));
    let (sets, number) = owned.sets.number(&schema, &wanted);
    let struck: BTreeSet<&Name> = sets.iter().map(|set| &set.model.source).collect();
    let document = Document {
        v: 1,
        right: inputs.right,
        today: retention::day_text(inputs.today),
        map: inputs.map_digest.to_owned(),
        catalogs: inputs
            .catalogs
            .iter()
            .filter(|(source, _)| sets.iter().any(|set| set.model.source == **source))
            .map(|(source, catalog)| (source.clone(), digest::catalog(catalog)))
            .collect(),
        triggers: inputs
            .catalogs
            .iter()
            .filter(|(source, _)| inputs.right.changes_rows() && struck.contains(*source))
            .filter_map(|(source, catalog)| digest::triggers(source, catalog))
            .collect(),
        regions: Vec::new(),
        window_days: inputs.policy.window_days,
        row_cap: inputs.policy.row_cap,
        sets,
        steps: sorted
            .into_iter()
            .zip(veils)
            .enumerate()
            .map(|(place, (step, veil))| Step {
                number: place + 1,
                set: number[&step.set],
                action: match step.purpose {
                    None => {
                        Action::Delete { guards: step.guards.into_iter().map(|guard| guard.by).collect() }
                    }
                    Some(purpose) => Action::Update { purpose, assign: step.assign },
                },
                together: step.together,
                veil,
                because: step.because,
            })
            .collect(),
        kept: steps
            .kept
            .into_iter()
            .map(|kept| Kept {
                set: number[&kept.set],
                because: kept.because,
                until: kept.until,
                then: kept.then,
                minimized: kept.minimized,
            })
            .collect(),
        reads: reads.into_iter().map(|read| ReadModel { set: number[&read.set], ..read }).collect(),
        ghosts: steps.ghosts,
        places: if inputs.right.changes_rows() { places::all(&schema) } else { Vec::new() },
        notes: Vec::new(),
    };
    let regions = residences(inputs, &document);
    Ok(Plan::draft(Document { notes: tidy(notes), regions, ..document }))
}

/// What the map says of where the sources are that the plan touches.
fn residences(inputs: Inputs<'_>, document: &Document) -> Vec<Residence> {
    let said = document.sources().into_iter().filter_map(|name| {
        let residence = &inputs.map.sources.get(name)?.residence;
        Some(Residence {
            source: name.clone(),
            region: residence.region.as_ref()?.to_string(),
            stays_in: residence.stays_in.iter().map(ToString::to_string).collect(),
        })
    });
    said.collect()
}

/// A row known by all its values is another row once it has changed: a later step would not find it, nor a restore.
fn keyless_stay_as_they_are(schema: &Schema<'_>, steps: &[StepDraft], problems: &mut Vec<Problem>) {
    for step in steps.iter().filter(|step| !step.deletes()) {
        let node = &schema.models[step.model];
        if node.key != KeyBy::WholeRow {
            continue;
        }
        let columns: Vec<_> = step.assign.iter().map(|assign| assign.column.clone()).collect();
        problems.push(Problem {
            code: "keyless_changed",
            span: node.model.span.clone(),
            at: node.at.to_string(),
            text: format!(
                "`{}` of its rows would change ({}), but the model has no key: a row known by all its values could not be found again",
                joined(&columns),
                step.because.join("; ")
            ),
            fix: "give the model a `key:`, or delete its rows with what they refer to".into(),
        });
    }
}

/// A row that two fates fall on meets the stronger one: delete, then anonymize and detach together, then keep.
fn yield_to_stronger(owned: &mut Owned<'_>) {
    let strength = |act: &Act<'_>| match act {
        Act::Delete => 3,
        Act::Anonymize(_) | Act::Minimize(..) | Act::Detach(_) => 2,
        Act::Keep(_) => 1,
        Act::Read => 0,
    };
    for parts in &owned.of_model {
        for (place, one) in parts.iter().enumerate() {
            for (other_place, other) in parts.iter().enumerate() {
                let (one, other) = (&owned.parts[*one], &owned.parts[*other]);
                let apart = one.ways == other.ways; // parts of one fate never share a row
                let (weak, strong) = (strength(&one.act), strength(&other.act));
                let gives_way = weak < strong || weak == strong && weak == 3 && other_place < place;
                if !apart && gives_way && !owned.base.contains(&Some(one.set)) {
                    owned.sets.drafts[one.set].yields_to.push(other.set);
                }
            }
        }
    }
}

/// Rows that go together may refer to each other, unless they were cut before.
fn drop_own_guards(schema: &Schema<'_>, steps: &mut Steps) {
    for step in steps.steps.iter_mut().filter(|step| step.together) {
        let own = &schema.table_of(step.model).table.name;
        step.guards.retain(|guard| guard.by.table != *own || guard.cut);
    }
}

/// Gravest first, each once.
fn tidy(mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_by(|a, b| {
        (std::cmp::Reverse(a.severity), &a.at, &a.code, &a.text).cmp(&(
            std::cmp::Reverse(b.severity),
            &b.at,
            &b.code,
            &b.text,
        ))
    });
    notes.dedup();
    notes
}

impl Note {
    /// Whether a plan with it cannot be approved.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error
    }
}
