//! The sets of a plan while it is being made: an arena with loose ends, numbered and grouped at the end.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{Name, TableRef};
use exeunt_source::selection::{Branch, Compare, Filter, Join, KeyBy, Selection, Unless};

use crate::build::graph;
use crate::build::schema::{ModelId, Schema};
use crate::document::{AnchorFrom, Claims, RowSet};

/// A set's place in the arena; not yet its number.
pub(crate) type SetId = usize;

/// A way to rows whose anchor is not yet a place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) filters: Vec<Filter>,
    pub(crate) joins: Vec<Join>,
    pub(crate) columns: Vec<Name>,
    pub(crate) anchor: AnchorFrom,
    pub(crate) compare: Compare,
}

/// Another owner that keeps a row.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) table: TableRef,
    pub(crate) on: Vec<(Name, Name)>,
    pub(crate) row_filters: Vec<Filter>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) reached: Vec<Path>,
}

/// A set being made.
#[derive(Debug, Clone)]
pub(crate) struct SetDraft {
    pub(crate) model: ModelId,
    pub(crate) paths: Vec<Path>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) unless: Vec<Owner>,
    pub(crate) carried: BTreeSet<Name>,
    /// Looked up by identifiers.
    pub(crate) subject: bool,
    pub(crate) claims: Claims,
    pub(crate) yields_to: Vec<SetId>,
    pub(crate) why: String,
}

impl SetDraft {
    pub(crate) fn new(model: ModelId) -> Self {
        Self {
            model,
            paths: Vec::new(),
            filters: Vec::new(),
            unless: Vec::new(),
            carried: BTreeSet::new(),
            subject: false,
            claims: Claims::All,
            yields_to: Vec::new(),
            why: String::new(),
        }
    }
}

/// All sets being made.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    pub(crate) drafts: Vec<SetDraft>,
}

impl Sets {
    pub(crate) fn add(&mut self, draft: SetDraft) -> SetId {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    /// A path from `columns` of a row to the same values in `of` columns of a set's rows.
    pub(crate) fn path_to(
        &mut self,
        schema: &Schema<'_>,
        set: SetId,
        columns: &[Name],
        of: &[Name],
        filters: Vec<Filter>,
    ) -> Path {
        self.carry(schema, set, of);
        Path {
            filters,
            joins: Vec::new(),
            columns: columns.to_vec(),
            anchor: AnchorFrom::Set { set, columns: of.to_vec() },
            compare: Compare::Exact,
        }
    }

    /// Sees to it that these columns are found along with a set's keys.
    pub(crate) fn carry(&mut self, schema: &Schema<'_>, set: SetId, columns: &[Name]) {
        let model = self.drafts[set].model;
        for column in columns {
            let in_key = matches!(&schema.models[model].key, KeyBy::Columns(key) if key.contains(column));
            if !in_key {
                self.drafts[set].carried.insert(column.clone());
            }
        }
    }

    /// Numbers the sets so that each uses only sets before it or of its own group. Sets that nothing uses and that
    /// `wanted` does not name are left out. Answers with the number of each.
    pub(crate) fn number(
        mut self,
        schema: &Schema<'_>,
        wanted: &BTreeSet<SetId>,
    ) -> (Vec<RowSet>, BTreeMap<SetId, usize>) {
        let mut live: BTreeSet<SetId> = BTreeSet::new();
        let mut waiting: Vec<SetId> = wanted.iter().copied().collect();
        while let Some(set) = waiting.pop() {
            if live.insert(set) {
                waiting.extend(self.uses(set));
            }
        }
        for set in &live {
            for path in self.drafts[*set].paths.clone() {
                if let AnchorFrom::Identity { learned_from, .. } = path.anchor {
                    learned_from.into_iter().for_each(|teller| self.drafts[teller].subject = true);
                }
            }
        }
        for set in &live {
            let (subject, model) = (self.drafts[*set].subject, self.drafts[*set].model);
            if subject {
                let told: Vec<Name> = schema.models[model]
                    .model
                    .subject
                    .iter()
                    .flat_map(|kinds| kinds.values().cloned())
                    .collect();
                self.carry(schema, *set, &told);
            }
        }
        let mut leads = vec![BTreeSet::new(); self.drafts.len()];
        for set in &live {
            for used in self.uses(*set) {
                leads[used].insert(*set);
            }
        }
        let mut numbers = BTreeMap::new();
        let mut groups = BTreeMap::new();
        let components = graph::components(&leads);
        for component in components.iter().filter(|members| live.contains(&members[0])) {
            let group = groups.len();
            groups.insert(component[0], group);
            for member in component {
                numbers.insert(*member, (numbers.len(), group));
            }
        }
        let places: BTreeMap<SetId, usize> =
            numbers.iter().map(|(set, (number, _))| (*set, *number)).collect();
        let mut sets: Vec<RowSet> = numbers
            .iter()
            .map(|(id, (number, group))| render(schema, &self.drafts[*id], *number, *group, &places))
            .collect();
        sets.sort_by_key(|set| set.number);
        (sets, places)
    }

    fn uses(&self, set: SetId) -> Vec<SetId> {
        let draft = &self.drafts[set];
        let reached = draft.unless.iter().flat_map(|owner| &owner.reached);
        let anchors = draft.paths.iter().chain(reached).flat_map(|path| match &path.anchor {
            AnchorFrom::Identity { learned_from, .. } => learned_from.clone(),
            AnchorFrom::Set { set, .. } => vec![*set],
        });
        anchors.chain(draft.yields_to.iter().copied()).collect()
    }
}

fn render(
    schema: &Schema<'_>,
    draft: &SetDraft,
    number: usize,
    group: usize,
    places: &BTreeMap<SetId, usize>,
) -> RowSet {
    let node = &schema.models[draft.model];
    // one anchor is normalized for one comparison
    let mut anchors: Vec<(AnchorFrom, Compare)> = Vec::new();
    let mut branch = |path: &Path| {
        let anchor = match &path.anchor {
            AnchorFrom::Identity { kind, learned_from } => AnchorFrom::Identity {
                kind: kind.clone(),
                learned_from: learned_from.iter().map(|set| places[set]).collect(),
            },
            AnchorFrom::Set { set, columns } => {
                AnchorFrom::Set { set: places[set], columns: columns.clone() }
            }
        };
        let anchor = (anchor, path.compare);
        let place = anchors.iter().position(|known| *known == anchor).unwrap_or_else(|| {
            anchors.push(anchor);
            anchors.len() - 1
        });
        Branch {
            filters: path.filters.clone(),
            joins: path.joins.clone(),
            columns: path.columns.clone(),
            anchor: place,
            compare: path.compare,
        }
    };
    let branches: Vec<Branch> = draft.paths.iter().map(&mut branch).collect();
    let unless = draft
        .unless
        .iter()
        .map(|owner| Unless {
            table: owner.table.clone(),
            on: owner.on.clone(),
            row_filters: owner.row_filters.clone(),
            filters: owner.filters.clone(),
            reached: owner.reached.iter().map(&mut branch).collect(),
        })
        .collect();
    let identities = match (&node.model.subject, draft.subject) {
        (Some(kinds), true) => {
            kinds.iter().map(|(kind, column)| (kind.as_str().to_owned(), column.clone())).collect()
        }
        _ => Vec::new(),
    };
    let mut yields_to: Vec<usize> = draft.yields_to.iter().map(|set| places[set]).collect();
    yields_to.sort_unstable();
    yields_to.dedup();
    RowSet {
        number,
        group,
        model: node.at.clone(),
        selection: Selection {
            table: schema.tables[node.table].table.name.clone(),
            key: node.key.clone(),
            branches,
            filters: draft.filters.clone(),
            unless,
        },
        anchors: anchors.into_iter().map(|(anchor, _)| anchor).collect(),
        carried: draft.carried.iter().cloned().collect(),
        identities,
        subject: draft.subject,
        claims: draft.claims,
        yields_to,
        why: draft.why.clone(),
    }
}
