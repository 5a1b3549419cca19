//! The order of steps: what refers goes before what it refers to; rings are cut where a reference can be cleared.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_datamap::model::{EdgeAction, Reference};
use exeunt_source::catalog::Rule;
use exeunt_source::selection::KeyBy;

use crate::build::edges::Edges;
use crate::build::graph;
use crate::build::owned::{Owned, joined};
use crate::build::schema::{Schema, TableId};
use crate::build::sets::{SetDraft, SetId};
use crate::build::steps::{StepDraft, Steps, clearable, nulls};
use crate::document::{Note, Purpose, Severity};
use crate::problem::Problem;

/// Cuts rings between tables, so that what is left of the edges has an order. Answers with the edges left.
pub(crate) fn cut_rings<'a>(
    schema: &Schema<'a>,
    edges: &Edges<'a>,
    owned: &mut Owned<'a>,
    steps: &mut Steps,
    mut bound: Vec<usize>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Vec<usize> {
    loop {
        let leads = leads_of(schema, edges, &bound);
        let components = graph::components(&leads);
        let mut home = vec![usize::MAX; leads.len()];
        for (place, component) in components.iter().enumerate().filter(|(_, members)| members.len() > 1) {
            component.iter().for_each(|table| home[*table] = place);
        }
        let inside = |edge: &usize| {
            let edge = &edges.all[*edge];
            home[edge.from] != usize::MAX && home[edge.from] == home[edge.to]
        };
        let ring: Vec<usize> = bound.iter().copied().filter(inside).collect();
        if ring.is_empty() {
            return bound;
        }
        // nobody checks a soft reference: within a ring its order does not matter
        if ring.iter().any(|edge| !edges.all[*edge].checked()) {
            bound.retain(|edge| !inside(edge) || edges.all[*edge].checked());
            continue;
        }
        let hard: Vec<usize> = ring
            .iter()
            .copied()
            .filter(|edge| {
                clearable(schema, edges, edges.all[*edge].from, &edges.all[*edge].columns).is_none()
            })
            .collect();
        let hard_leads = leads_of(schema, edges, &hard);
        let stuck: BTreeSet<TableId> = graph::components(&hard_leads)
            .into_iter()
            .filter(|members| members.len() > 1)
            .flatten()
            .collect();
        if stuck.is_empty() {
            let cuts = weakest(edges, &ring, &hard);
            for edge in &cuts {
                cut(schema, edges, owned, steps, *edge);
            }
            bound.retain(|edge| !cuts.contains(edge));
            continue;
        }
        let ring: Vec<usize> = hard
            .into_iter()
            .filter(|edge| stuck.contains(&edges.all[*edge].from) && stuck.contains(&edges.all[*edge].to))
            .collect();
        let tables: BTreeSet<TableId> = ring.iter().map(|edge| edges.all[*edge].from).collect();
        let deferrable: Vec<usize> = ring
            .iter()
            .copied()
            .filter(|edge| {
                edges.all[*edge].key.is_some_and(|key| key.deferrable && key.on_delete == Rule::Refuse)
            })
            .collect();
        let names: Vec<String> = tables.iter().map(|table| schema.spot(*table, &[])).collect();
        if deferrable.is_empty() {
            let Some(first) = ring.first() else { return bound };
            let edge = &edges.all[*first];
            let model = schema.tables[edge.from].model;
            problems.push(Problem {
                code: "ring_cannot_be_cut",
                span: model.map(|model| schema.models[model].model.span.clone()).unwrap_or_default(),
                at: schema.spot(edge.from, &edge.columns),
                text: format!("{} refer to each other in a ring of NOT NULL references", names.join(", ")),
                fix: "make one of the references nullable or deferrable, or anonymize one of the tables"
                    .into(),
            });
            bound.retain(|other| other != first);
            continue;
        }
        for &table in &tables {
            steps.each_deletion(schema, table, |step| {
                step.together = true;
                step.because
                    .push(format!("{} refer to each other: they go in one transaction", names.join(", ")));
            });
        }
        notes.push(Note {
            severity: Severity::Warning,
            code: "ring_in_one_transaction".into(),
            at: names.join(", "),
            text: "the tables refer to each other in a ring that is only checked at commit: their rows go in one transaction".into(),
        });
        bound.retain(|edge| !deferrable.contains(edge));
    }
}

/// Edges to cut so that a ring has an order: tables are lined up behind what must come before them, next always the one
/// with the fewest clearable references still to come, and what then points backward is cut.
fn weakest(edges: &Edges<'_>, ring: &[usize], hard: &[usize]) -> BTreeSet<usize> {
    let mut before: BTreeMap<TableId, (usize, usize)> = BTreeMap::new();
    let (mut out, mut into): (BTreeMap<TableId, Vec<usize>>, BTreeMap<TableId, Vec<usize>>) =
        Default::default();
    let hard: BTreeSet<usize> = hard.iter().copied().collect();
    for place in ring {
        let edge = &edges.all[*place];
        before.entry(edge.from).or_default();
        let waits = before.entry(edge.to).or_default();
        if hard.contains(place) {
            waits.0 += 1
        } else {
            waits.1 += 1
        }
        out.entry(edge.from).or_default().push(*place);
        into.entry(edge.to).or_default().push(*place);
    }
    let mut queue: BTreeSet<(usize, usize, TableId)> =
        before.iter().map(|(table, (hard, soft))| (*hard, *soft, *table)).collect();
    let (mut done, mut cuts) = (BTreeSet::new(), BTreeSet::new());
    while let Some((_, _, table)) = queue.pop_first() {
        done.insert(table);
        cuts.extend(
            into.get(&table).into_iter().flatten().filter(|place| !done.contains(&edges.all[**place].from)),
        );
        for place in out.get(&table).into_iter().flatten() {
            let to = edges.all[*place].to;
            if let Some(waits) = before.get_mut(&to).filter(|_| !done.contains(&to)) {
                queue.remove(&(waits.0, waits.1, to));
                if hard.contains(place) {
                    waits.0 -= 1
                } else {
                    waits.1 -= 1
                }
                queue.insert((waits.0, waits.1, to));
            }
        }
    }
    cuts
}

/// Clears an edge of every row that goes, so that its two ends can go in any order.
fn cut<'a>(schema: &Schema<'a>, edges: &Edges<'a>, owned: &mut Owned<'a>, steps: &mut Steps, place: usize) {
    let edge = &edges.all[place];
    let (Some(from), Some(to)) = (schema.tables[edge.from].model, schema.tables[edge.to].model) else {
        return;
    };
    let assign = nulls(clearable(schema, edges, edge.from, &edge.columns).unwrap_or_default());
    let parts: Vec<SetId> = owned.parts_of(from).map(|part| part.set).collect();
    let cutting = |purpose| {
        steps.of(from).iter().map(|place| &steps.steps[*place]).find(|step| {
            let same = step.purpose == Some(purpose) && step.before.contains(&edge.to);
            same && !parts.contains(&step.set)
                && step.assign.iter().any(|one| edge.columns.contains(&one.column))
        })
    };
    let repoints = cutting(Purpose::Repoint).map(|step| step.set);
    if let Some(set) =
        repoints.filter(|set| owned.sets.drafts[*set].paths.iter().all(|path| path.filters.is_empty()))
    {
        owned.sets.drafts[set].yields_to.clear();
        return;
    }
    // rows of others that still refer here stop the deletion, as the map asks: they are not cleared on the way
    let refuses = edge
        .relations
        .iter()
        .any(|(_, relation)| relation.on_erase == Some(EdgeAction::Cut(Reference::Refuse)));
    let set = match (cutting(Purpose::Clear).map(|step| step.set), repoints) {
        (Some(set), None) if !refuses => set,
        _ => {
            let mut draft = SetDraft::new(from);
            draft.why = format!(
                "{} that refer by {} to rows of {} that go",
                schema.models[from].at,
                joined(&edge.columns),
                schema.models[to].at
            );
            let set = owned.sets.add(draft);
            steps.add(StepDraft {
                set,
                model: from,
                purpose: Some(Purpose::Clear),
                assign,
                guards: Vec::new(),
                together: false,
                because: vec!["the tables refer to each other in a ring, cut here".into()],
                before: vec![edge.to],
            });
            set
        }
    };
    if let (true, KeyBy::Columns(key)) = (refuses || repoints.is_some(), &schema.models[from].key) {
        // rows that stay are pointed to a ghost and remain so: only those that go are cleared
        let key = key.clone();
        for going in owned.deleted(from) {
            let path = owned.sets.path_to(schema, going, &key, &key, Vec::new());
            owned.sets.drafts[set].paths.push(path);
        }
        return;
    }
    owned.sets.drafts[set].yields_to.clear();
    for going in owned.deleted(to) {
        let path = owned.sets.path_to(schema, going, &edge.columns, &edge.to_columns, Vec::new());
        let paths = &mut owned.sets.drafts[set].paths;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

/// Puts the steps in order: the person's own rows as early as they can be, then by what waits for what.
pub(crate) fn sort<'a>(
    schema: &Schema<'a>,
    edges: &Edges<'a>,
    owned: &Owned<'a>,
    steps: Vec<StepDraft>,
    bound: &[usize],
) -> Vec<StepDraft> {
    let mut deletes: BTreeMap<TableId, Vec<usize>> = BTreeMap::new();
    let mut updates: BTreeMap<TableId, Vec<usize>> = BTreeMap::new();
    for (place, step) in steps.iter().enumerate() {
        let table = schema.models[step.model].table;
        if step.deletes() { &mut deletes } else { &mut updates }.entry(table).or_default().push(place);
    }
    let nowhere = Vec::new();
    let of =
        |map: &BTreeMap<TableId, Vec<usize>>, table: TableId| map.get(&table).unwrap_or(&nowhere).clone();
    let mut after: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); steps.len()];
    for (place, step) in steps.iter().enumerate() {
        let table = schema.models[step.model].table;
        if step.deletes() {
            of(&updates, table).into_iter().for_each(|update| {
                after[update].insert(place);
            });
        }
        for table in &step.before {
            after[place].extend(of(&deletes, *table).into_iter().filter(|other| *other != place));
        }
    }
    for edge in bound {
        let edge = &edges.all[*edge];
        for first in of(&deletes, edge.from) {
            after[first].extend(of(&deletes, edge.to));
        }
    }
    let mut waits = vec![0_usize; steps.len()];
    after.iter().flatten().for_each(|place| waits[*place] += 1);
    let rank = |place: usize| {
        let step = &steps[place];
        let set = &owned.sets.drafts[step.set];
        let person =
            set.subject || owned.base[step.model].is_some_and(|base| owned.sets.drafts[base].subject);
        let purpose = match step.purpose {
            Some(Purpose::Anonymize) if person => 0,
            None if person => 1,
            Some(Purpose::Clear) => 2,
            Some(Purpose::Repoint) => 3,
            Some(Purpose::Anonymize) => 4,
            Some(Purpose::Detach) => 5,
            None => 6,
        };
        // steps of one transaction stay side by side
        (!step.deletes() || !step.together, purpose, place)
    };
    let mut ready: BTreeSet<_> = (0..steps.len()).filter(|place| waits[*place] == 0).map(rank).collect();
    let mut sorted = Vec::with_capacity(steps.len());
    let mut running = false;
    while !ready.is_empty() {
        // a run of steps that go together, once begun, goes on; it begins when nothing else is ready
        let next = if running { ready.first() } else { ready.iter().find(|rank| rank.0).or(ready.first()) };
        let Some(&rank_of) = next else { break };
        ready.remove(&rank_of);
        running = !rank_of.0;
        sorted.push(rank_of.2);
        for &place in &after[rank_of.2] {
            waits[place] -= 1;
            if waits[place] == 0 {
                ready.insert(rank(place));
            }
        }
    }
    let mut steps: Vec<Option<StepDraft>> = steps.into_iter().map(Some).collect();
    sorted.into_iter().filter_map(|place| steps[place].take()).collect()
}

fn leads_of(schema: &Schema<'_>, edges: &Edges<'_>, bound: &[usize]) -> Vec<BTreeSet<usize>> {
    let mut leads = vec![BTreeSet::new(); schema.tables.len()];
    for edge in bound {
        leads[edges.all[*edge].from].insert(edges.all[*edge].to);
    }
    leads
}
