//! The rows a request reaches, as sets: one for each fate of a model, and one of all its rows where others start there.

pub(crate) mod paths;

use std::collections::BTreeSet;

use exeunt_base::Name;
use exeunt_source::selection::{Filter, Join, KeyBy};

use crate::build::parts::{self, Act};
use crate::build::reach::{Fate, Reach, Through, Way};
use crate::build::schema::{ModelId, Schema};
use crate::build::sets::{Path, SetDraft, SetId, Sets};
use crate::document::{Claims, Note, Severity};
use crate::problem::Problem;

/// More ways than this to one model's rows are not joined through any more, but found first.
const MOST_PATHS: usize = 3;
/// Longer roads than this are not joined any further.
const MOST_JOINS: usize = 2;

/// A set and what becomes of its rows.
#[derive(Debug, Clone)]
pub(crate) struct PartSet<'a> {
    pub(crate) set: SetId,
    pub(crate) model: ModelId,
    pub(crate) act: Act<'a>,
    /// Its ways, by their place among the model's.
    pub(crate) ways: Vec<usize>,
    /// What tells its rows from those of other parts of the same ways.
    pub(crate) filters: Vec<Filter>,
    /// Whether it is all rows of its ways.
    pub(crate) whole: bool,
    /// Whether some of the rows stay for another owner's sake.
    pub(crate) shared: bool,
}

/// The reached rows as sets.
pub(crate) struct Owned<'a> {
    pub(crate) sets: Sets,
    pub(crate) parts: Vec<PartSet<'a>>,
    /// Parts of each model.
    pub(crate) of_model: Vec<Vec<usize>>,
    /// For each model, the set of all its rows below which others are, where there is one.
    pub(crate) base: Vec<Option<SetId>>,
    /// For each model, the ways to those rows.
    roads: Vec<Vec<Path>>,
    /// Sets that are found as another one is, whose paths may not be known yet.
    copies: Vec<(SetId, SetId)>,
}

impl<'a> Owned<'a> {
    /// Sets of a model's rows that go.
    pub(crate) fn deleted(&self, model: ModelId) -> Vec<SetId> {
        self.of_model[model]
            .iter()
            .map(|part| &self.parts[*part])
            .filter(|part| part.act == Act::Delete)
            .map(|part| part.set)
            .collect()
    }

    /// A model's parts.
    pub(crate) fn parts_of(&self, model: ModelId) -> impl Iterator<Item = &PartSet<'a>> {
        self.of_model[model].iter().map(|part| &self.parts[*part])
    }

    /// Paths from `columns` of some row to `of` columns of a model's reached rows.
    pub(crate) fn hop(
        &mut self,
        schema: &Schema<'a>,
        columns: &[Name],
        model: ModelId,
        of: &[Name],
        filters: Vec<Filter>,
    ) -> Vec<Path> {
        if let Some(base) = self.base[model] {
            return vec![self.sets.path_to(schema, base, columns, of, filters)];
        }
        let table = &schema.table_of(model).table.name;
        let on: Vec<(Name, Name)> = columns.iter().cloned().zip(of.iter().cloned()).collect();
        self.roads[model]
            .iter()
            .map(|road| {
                let first = Join { table: table.clone(), on: on.clone(), filters: road.filters.clone() };
                let joins = std::iter::once(first).chain(road.joins.iter().cloned()).collect();
                Path { filters: filters.clone(), joins, ..road.clone() }
            })
            .collect()
    }

    /// Those rows of a set that also pass these tests.
    pub(crate) fn filtered(&mut self, schema: &Schema<'a>, of: SetId, tests: Vec<Filter>) -> SetId {
        let mut draft = SetDraft::new(self.sets.drafts[of].model);
        draft.why = format!("{}, some of them", self.sets.drafts[of].why);
        draft.filters = tests;
        match &schema.models[draft.model].key {
            KeyBy::Columns(key) => {
                draft.paths = vec![self.sets.path_to(schema, of, key, key, Vec::new())];
                self.sets.add(draft)
            }
            KeyBy::WholeRow => {
                let set = self.sets.add(draft);
                self.copies.push((set, of));
                set
            }
        }
    }

    /// Gives copies the paths their originals have by now.
    pub(crate) fn settle(&mut self) {
        for (set, of) in self.copies.clone() {
            let original = self.sets.drafts[of].clone();
            let copy = &mut self.sets.drafts[set];
            copy.paths = original.paths;
            copy.unless = original.unless;
            for filter in original.filters {
                if !copy.filters.contains(&filter) {
                    copy.filters.push(filter);
                }
            }
        }
    }

    /// Paths by which a row of the model is itself one of those reached.
    fn reached(&mut self, schema: &Schema<'a>, model: ModelId) -> Vec<Path> {
        match (self.base[model], &schema.models[model].key) {
            (Some(base), KeyBy::Columns(key)) => {
                vec![self.sets.path_to(schema, base, key, key, Vec::new())]
            }
            _ => self.roads[model].clone(),
        }
    }
}

/// Lays out and fills the sets.
pub(crate) fn lay_out<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Owned<'a> {
    let count = schema.models.len();
    let mut owned = Owned {
        sets: Sets::default(),
        parts: Vec::new(),
        of_model: vec![Vec::new(); count],
        base: vec![None; count],
        roads: vec![Vec::new(); count],
        copies: Vec::new(),
    };
    let mut abroad = vec![false; count];
    for way in reach.ways.iter().flatten() {
        if let Some(from) = way.from() {
            abroad[from] |= schema.models[from].at.source != schema.models[way.to].at.source;
        }
    }
    if !schema.inputs.right.changes_rows() {
        // what is shown besides the person's own rows is reached from either end
        for (holder, _, other, _) in schema.relations() {
            let apart = schema.models[holder].at.source != schema.models[other].at.source;
            abroad[holder] |= apart;
            abroad[other] |= apart;
        }
    }
    for &model in &reach.order {
        if reach.reaches(model) {
            allocate(schema, reach, &mut owned, model, abroad[model], notes, problems);
        }
    }
    for &model in &reach.order {
        if reach.reaches(model) {
            fill(schema, reach, &mut owned, model, problems);
        }
    }
    owned.settle();
    owned
}

/// Sets without their paths: paths of a ring need all of its sets to be there.
fn allocate<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    owned: &mut Owned<'a>,
    model: ModelId,
    abroad: bool,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) {
    let node = &schema.models[model];
    let ways = &reach.ways[model];
    let mut groups: Vec<(Fate<'a>, bool, Vec<usize>)> = Vec::new();
    for (place, way) in ways.iter().enumerate() {
        let group = groups
            .iter_mut()
            .find(|(fate, shared, _)| way.fate.flows() && *fate == way.fate && *shared == way.shared);
        match group {
            Some((_, _, places)) => places.push(place),
            None => groups.push((way.fate, way.shared, vec![place])),
        }
    }
    // a row that goes with one owner whoever else owns it comes back with that one only: it is struck as such
    groups.sort_by_key(|(_, shared, _)| *shared);
    let flowing = groups.iter().filter(|(fate, _, _)| fate.flows()).count();
    for (fate, shared, places) in groups {
        if let Fate::Detach(_) = fate {
            match ways[places[0]].through {
                Through::Identity(_) => {
                    problems.push(Problem {
                        code: "subject_detached",
                        span: node.model.span.clone(),
                        at: node.at.to_string(),
                        text: "a subject model cannot be detached: its rows are the person".into(),
                        fix: "write `on_erase: delete` or `on_erase: { anonymize: … }`".into(),
                    });
                    continue;
                }
                Through::Up { relation, .. } => {
                    notes.push(Note {
                        severity: Severity::Info,
                        code: "left_as_it_is".into(),
                        at: node.at.to_string(),
                        text: format!(
                            "rows stay as they are: the link to the person is `{}` of the row that owns them",
                            joined(&relation.by)
                        ),
                    });
                    continue;
                }
                _ => {}
            }
        }
        let split = parts::of(schema, model, fate, notes, problems);
        for part in split {
            let mut draft = SetDraft::new(model);
            draft.claims = if shared { Claims::Any } else { Claims::All };
            draft.filters.clone_from(&part.filters);
            draft.unless.extend(part.unless.clone());
            draft.why = why(schema, ways, &places, &part.act);
            let whole = part.is_whole();
            let set = owned.sets.add(draft);
            owned.of_model[model].push(owned.parts.len());
            owned.parts.push(PartSet {
                set,
                model,
                act: part.act,
                ways: places.clone(),
                filters: part.filters,
                whole,
                shared,
            });
        }
    }
    let subject = node.model.subject.is_some();
    let shared = ways.iter().any(|way| way.shared);
    if flowing > 0 && (subject || shared || abroad || reach.cyclic[model]) {
        designate(schema, owned, model, &reach.ways[model]);
    }
}

/// Names or adds the set of all rows below which others are.
fn designate<'a>(schema: &Schema<'a>, owned: &mut Owned<'a>, model: ModelId, ways: &[Way<'a>]) {
    let flowing: Vec<&PartSet<'a>> =
        owned.parts_of(model).filter(|part| ways[part.ways[0]].fate.flows()).collect();
    let set = match flowing[..] {
        [only] if only.whole => only.set,
        _ => {
            let places: Vec<usize> = (0..ways.len()).filter(|place| ways[*place].fate.flows()).collect();
            let mut draft = SetDraft::new(model);
            draft.why = why(schema, ways, &places, &Act::Read);
            owned.sets.add(draft)
        }
    };
    owned.base[model] = Some(set);
}

fn fill<'a>(
    schema: &Schema<'a>,
    reach: &Reach<'a>,
    owned: &mut Owned<'a>,
    model: ModelId,
    problems: &mut Vec<Problem>,
) {
    let ways = &reach.ways[model];
    let paths: Vec<Vec<Path>> = ways.iter().map(|way| paths::paths_of(schema, reach, owned, way)).collect();
    let all = |places: &[usize]| -> Vec<Path> {
        let mut found: Vec<Path> = Vec::new();
        for path in places.iter().flat_map(|place| &paths[*place]) {
            if !found.contains(path) {
                found.push(path.clone());
            }
        }
        found
    };
    let flowing: Vec<usize> = (0..ways.len()).filter(|place| ways[*place].fate.flows()).collect();
    let roads = all(&flowing);
    let long = roads.len() > MOST_PATHS || roads.iter().any(|road| road.joins.len() > MOST_JOINS);
    let needed = long && owned.base[model].is_none() && reach.leads[model];
    if needed && !flowing.is_empty() {
        designate(schema, owned, model, ways);
    }
    // a way that is only cut spares rows for itself; that says nothing about the others
    let spares = flowing.iter().any(|place| ways[*place].shared);
    let owners = if ways.iter().any(|way| way.shared) {
        paths::owners(schema, reach, owned, model, problems)
    } else {
        Vec::new()
    };
    let identified =
        |places: &[usize]| places.iter().any(|place| matches!(ways[*place].through, Through::Identity(_)));
    let places = owned.of_model[model].clone();
    let own_base = owned.base[model].filter(|base| places.iter().all(|part| owned.parts[*part].set != *base));
    let groups: BTreeSet<&Vec<usize>> = places
        .iter()
        .map(|part| &owned.parts[*part].ways)
        .filter(|part| ways[part[0]].fate.flows())
        .collect();
    let one_group = groups.len() == 1;
    let key = match &schema.models[model].key {
        KeyBy::Columns(key) => Some(key.clone()),
        KeyBy::WholeRow => None,
    };
    if let Some(base) = own_base {
        let by_parts = key.as_ref().filter(|_| spares && !one_group);
        owned.sets.drafts[base].paths = match by_parts {
            // some of the ways spare shared rows: only the parts know which
            Some(key) => places
                .iter()
                .filter(|part| ways[owned.parts[**part].ways[0]].fate.flows())
                .map(|part| owned.parts[*part].set)
                .collect::<Vec<_>>()
                .into_iter()
                .map(|set| owned.sets.path_to(schema, set, key, key, Vec::new()))
                .collect(),
            None => roads.clone(),
        };
        let draft = &mut owned.sets.drafts[base];
        draft.subject = by_parts.is_none() && identified(&flowing);
        if one_group && spares {
            draft.unless.extend(owners.iter().cloned());
            draft.claims = Claims::Any;
        }
    }
    for part in places {
        let PartSet { set, ways: places, shared, .. } = owned.parts[part].clone();
        let derived = own_base.zip(key.as_ref()).filter(|_| one_group && ways[places[0]].fate.flows());
        match derived {
            Some((base, key)) => {
                owned.sets.drafts[set].paths = vec![owned.sets.path_to(schema, base, key, key, Vec::new())];
            }
            None => {
                let told = own_base.is_some_and(|base| owned.sets.drafts[base].subject);
                let draft = &mut owned.sets.drafts[set];
                draft.paths = all(&places);
                if shared {
                    draft.unless.extend(owners.iter().cloned());
                }
                draft.subject = identified(&places) && !told;
            }
        }
    }
    owned.roads[model] = roads;
}

/// Names side by side.
pub(crate) fn joined(names: &[Name]) -> String {
    names.iter().map(Name::to_string).collect::<Vec<_>>().join(", ")
}

fn why(schema: &Schema<'_>, ways: &[Way<'_>], places: &[usize], act: &Act<'_>) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for place in places {
        let way = &ways[*place];
        let from = way.from().map(|from| schema.models[from].at.to_string()).unwrap_or_default();
        reasons.push(match &way.through {
            Through::Identity(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(|(kind, _, _)| kind.as_str()).collect();
                if kinds.is_empty() {
                    "found by what other models tell".into()
                } else {
                    format!("found by {}", kinds.join(" or "))
                }
            }
            Through::Down { relation, .. } if relation.by_identity.is_some() => {
                format!(
                    "owned by {from}, by the same {} in {}",
                    relation.by_identity.as_ref().map_or("", |kind| kind.as_str()),
                    joined(&relation.by)
                )
            }
            Through::Down { relation, .. } => format!("owned by {from}, by {}", joined(&relation.by)),
            Through::Up { relation, .. } => format!("owned through {from}, by its {}", joined(&relation.by)),
            Through::Cascade { relation, .. } => {
                format!("goes with {from} it refers to by {}", joined(&relation.by))
            }
        });
    }
    let model = &schema.models[ways[places[0]].to].at;
    let part = match act {
        Act::Keep(Some(_)) | Act::Minimize(..) => ", within their time",
        _ => "",
    };
    format!("{model}{part}: {}", reasons.join("; "))
}
