//! Which models a request reaches, and through what: identifiers, ownership, and references that cascade.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::Name;
use exeunt_datamap::model::{
    Action, EdgeAction, IdentityKind, KeepFrom, Method, Reference, Relation, RelationKind, Then,
};

use crate::build::graph;
use crate::build::schema::{ModelId, Schema};
use crate::problem::Problem;

/// What becomes of a row that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate<'a> {
    /// It is read.
    Read,
    /// It goes.
    Delete,
    /// It stays, masked.
    Anonymize(&'a BTreeMap<Name, Method>),
    /// It stays as it is.
    Keep,
    /// It stays, its link to the person is cleared or pointed to a ghost.
    Detach(Reference),
    /// It stops the deletion of what it refers to.
    Refuse,
}

impl Fate<'_> {
    /// Whether what hangs below such a row is the person's too.
    pub(crate) fn flows(self) -> bool {
        !matches!(self, Self::Detach(_) | Self::Refuse)
    }
}

/// One way by which rows of a model are reached.
#[derive(Debug, Clone)]
pub(crate) struct Way<'a> {
    pub(crate) to: ModelId,
    pub(crate) through: Through<'a>,
    pub(crate) fate: Fate<'a>,
    /// The row goes only with its last owner.
    pub(crate) shared: bool,
}

/// What a way leads through.
#[derive(Debug, Clone)]
pub(crate) enum Through<'a> {
    /// Identifiers of these kinds, each with the subject models whose rows may add to those given.
    Identity(Vec<(&'a IdentityKind, &'a Name, Vec<ModelId>)>),
    /// `relation`, held by the model reached: its rows belong to rows of `from`.
    Down { relation: &'a Relation, from: ModelId },
    /// `relation`, held by `from`: its rows own the rows reached.
    Up { relation: &'a Relation, from: ModelId },
    /// `relation`, held by the model reached: its rows go with rows of `from` that go.
    Cascade { relation: &'a Relation, from: ModelId },
}

impl<'a> Way<'a> {
    /// The model it comes from.
    pub(crate) fn from(&self) -> Option<ModelId> {
        match &self.through {
            Through::Identity(_) => None,
            Through::Down { from, .. } | Through::Up { from, .. } | Through::Cascade { from, .. } => {
                Some(*from)
            }
        }
    }

    /// The relation it goes by.
    pub(crate) fn relation(&self) -> Option<&'a Relation> {
        match &self.through {
            Through::Identity(_) => None,
            Through::Down { relation, .. }
            | Through::Up { relation, .. }
            | Through::Cascade { relation, .. } => Some(relation),
        }
    }
}

/// Everything a request reaches.
pub(crate) struct Reach<'a> {
    /// Ways, grouped by the model reached.
    pub(crate) ways: Vec<Vec<Way<'a>>>,
    /// Subject models whose rows tell identifiers of that kind.
    pub(crate) tellers: BTreeMap<&'a IdentityKind, Vec<ModelId>>,
    /// Models from which others are reached, in an order where each comes after those it hangs by.
    pub(crate) order: Vec<ModelId>,
    /// Models that hang by themselves, alone or in a ring.
    pub(crate) cyclic: Vec<bool>,
    /// Models that others hang by.
    pub(crate) leads: Vec<bool>,
}

impl Reach<'_> {
    /// Whether rows of a model are reached at all.
    pub(crate) fn reaches(&self, model: ModelId) -> bool {
        !self.ways[model].is_empty()
    }
}

/// Follows everything that leads anywhere.
pub(crate) fn follow<'a>(schema: &Schema<'a>, problems: &mut Vec<Problem>) -> Reach<'a> {
    let erasure = schema.inputs.right.changes_rows();
    let count = schema.models.len();
    let mut inbound: Vec<Vec<(ModelId, &'a Relation)>> = vec![Vec::new(); count];
    let mut outbound: Vec<Vec<(ModelId, &'a Relation)>> = vec![Vec::new(); count];
    for (holder, _, other, relation) in schema.relations() {
        inbound[other].push((holder, relation));
        outbound[holder].push((other, relation));
    }
    let mut ways: Vec<Vec<Way<'a>>> = vec![Vec::new(); count];
    let (layers, mut waiting) = subjects(schema, problems);
    for &model in &waiting {
        let fate = if erasure { own_fate(schema, model) } else { Fate::Read };
        ways[model].push(Way { to: model, through: Through::Identity(Vec::new()), fate, shared: false });
    }
    let (mut flowed, mut cascaded) = (vec![false; count], vec![false; count]);
    while let Some(from) = waiting.pop() {
        let mut found: Vec<Way<'a>> = Vec::new();
        if !flowed[from] && ways[from].iter().any(|way| way.fate.flows()) {
            flowed[from] = true;
            for &(holder, relation) in &inbound[from] {
                if relation.kind == RelationKind::OwnedBy {
                    found.push(Way {
                        to: holder,
                        through: Through::Down { relation, from },
                        fate: if erasure { edge_fate(schema, holder, relation) } else { Fate::Read },
                        shared: erasure && relation.shared.is_some(),
                    });
                }
            }
            for &(other, relation) in &outbound[from] {
                if relation.kind != RelationKind::Owns {
                    continue;
                }
                if relation.by_identity.is_some() {
                    problems.push(Problem {
                        code: "owns_by_identity",
                        span: relation.span.clone(),
                        at: format!("{} -> {}", schema.models[from].at, relation.to),
                        text: "`owns` cannot be followed by an identity alone".into(),
                        fix: "turn it round: write `owned_by` with `by_identity` on the other model".into(),
                    });
                    continue;
                }
                found.push(Way {
                    to: other,
                    through: Through::Up { relation, from },
                    fate: if erasure { own_fate(schema, other) } else { Fate::Read },
                    shared: erasure && relation.shared.is_some(),
                });
            }
        }
        if erasure && !cascaded[from] && ways[from].iter().any(|way| may_delete(schema, way)) {
            cascaded[from] = true;
            for &(holder, relation) in &inbound[from] {
                let other = !matches!(relation.kind, RelationKind::OwnedBy);
                if other && relation.on_erase == Some(EdgeAction::Cascade) {
                    found.push(Way {
                        to: holder,
                        through: Through::Cascade { relation, from },
                        fate: Fate::Delete,
                        shared: false,
                    });
                }
            }
        }
        for way in found {
            waiting.push(way.to);
            ways[way.to].push(way);
        }
    }
    finish(schema, ways, &layers)
}

/// What the model itself does to its rows.
fn own_fate<'a>(schema: &Schema<'a>, model: ModelId) -> Fate<'a> {
    named(&schema.models[model].model.on_erase, Reference::Null)
}

/// What becomes of a row of `holder` reached by its own relation.
fn edge_fate<'a>(schema: &Schema<'a>, holder: ModelId, relation: &'a Relation) -> Fate<'a> {
    let cut = match relation.on_erase {
        Some(EdgeAction::Cut(Reference::Refuse)) => return Fate::Refuse,
        Some(EdgeAction::Cut(cut)) => cut,
        _ => Reference::Null,
    };
    named(schema.models[holder].model.fate(relation), cut)
}

fn named(action: &Action, cut: Reference) -> Fate<'_> {
    match action {
        Action::Delete => Fate::Delete,
        Action::Anonymize(methods) => Fate::Anonymize(methods),
        Action::Keep => Fate::Keep,
        Action::Detach => Fate::Detach(cut),
    }
}

/// Whether some rows on this way may go, law permitting.
fn may_delete(schema: &Schema<'_>, way: &Way<'_>) -> bool {
    let keep = schema.models[way.to].model.keep.as_ref();
    let runs_out = keep.is_some_and(|keep| keep.from != KeepFrom::Request || !keep.when.is_empty());
    match (way.fate, keep) {
        (Fate::Delete, None) => true,
        (Fate::Delete, Some(_)) => runs_out,
        (Fate::Anonymize(_) | Fate::Keep, Some(keep)) => runs_out && keep.then == Then::Delete,
        _ => false,
    }
}

/// Subject models that can be looked up, and how far each is from the identifiers given.
///
/// A model of layer 0 holds a kind that was given. Others hold a kind that models of earlier layers tell.
fn subjects<'a>(schema: &Schema<'a>, problems: &mut Vec<Problem>) -> (BTreeMap<ModelId, u32>, Vec<ModelId>) {
    let mut known: BTreeSet<&IdentityKind> = schema.inputs.kinds.iter().collect();
    let mut layers = BTreeMap::new();
    for layer in 0.. {
        let next: Vec<ModelId> = (0..schema.models.len())
            .filter(|id| !layers.contains_key(id))
            .filter(|id| {
                let subject = schema.models[*id].model.subject.as_ref();
                subject.is_some_and(|kinds| kinds.keys().any(|kind| known.contains(kind)))
            })
            .collect();
        if next.is_empty() {
            break;
        }
        for id in next {
            known.extend(schema.models[id].model.subject.iter().flat_map(|kinds| kinds.keys()));
            layers.insert(id, layer);
        }
    }
    if layers.is_empty() {
        let given: Vec<&str> = schema.inputs.kinds.iter().map(IdentityKind::as_str).collect();
        problems.push(Problem {
            code: "nobody_to_find",
            span: Default::default(),
            at: "request".into(),
            text: format!("no subject model is looked up by `{}`", given.join("`, `")),
            fix: "give an identifier of a kind that some model lists under `subject:`".into(),
        });
    }
    let order = layers.keys().copied().collect();
    (layers, order)
}

/// Fills in who learns identifiers from whom, and orders the models.
fn finish<'a>(
    schema: &Schema<'a>,
    mut ways: Vec<Vec<Way<'a>>>,
    layers: &BTreeMap<ModelId, u32>,
) -> Reach<'a> {
    let count = schema.models.len();
    let mut tellers: BTreeMap<&'a IdentityKind, Vec<ModelId>> = BTreeMap::new();
    for (id, node) in schema.models.iter().enumerate() {
        if ways[id].iter().any(|way| way.fate.flows()) {
            for kind in node.model.subject.iter().flat_map(|kinds| kinds.keys()) {
                tellers.entry(kind).or_default().push(id);
            }
        }
    }
    let mut leads: Vec<BTreeSet<ModelId>> = vec![BTreeSet::new(); count];
    for way in ways.iter().flatten() {
        match (way.relation(), way.from()) {
            (Some(relation), Some(_)) if relation.by_identity.is_some() => {
                let kind = relation.by_identity.as_ref();
                for teller in kind.and_then(|kind| tellers.get(kind)).into_iter().flatten() {
                    leads[*teller].insert(way.to);
                }
            }
            (_, Some(from)) => {
                leads[from].insert(way.to);
            }
            _ => {}
        }
    }
    // nearest first: an identifier once learned never leads back to where it came from
    let mut lookups: Vec<ModelId> = layers.keys().copied().collect();
    lookups.sort_by_key(|id| (layers[id], *id));
    let mut told = vec![BTreeSet::new(); count];
    for &learner in &lookups {
        let Some(kinds) = &schema.models[learner].model.subject else { continue };
        let mut list = Vec::new();
        for (kind, column) in kinds {
            let mut from = Vec::new();
            for &teller in tellers.get(kind).into_iter().flatten() {
                let nearer = layers.get(&teller).copied().unwrap_or(u32::MAX) < layers[&learner];
                let telling = schema.models[teller].model.subject.as_ref().and_then(|kinds| kinds.get(kind));
                // two people may share a telephone; nobody shares the key of somebody else's row
                let exact = telling.is_some_and(|column| {
                    schema.table_of(teller).table.is_unique(std::slice::from_ref(column))
                });
                let allowed = teller != learner && (nearer || exact && layers.contains_key(&teller));
                // owning the teller's rows is no reason: such a ring is followed until nothing new comes
                if allowed && !graph::leads_to(&told, learner, teller) {
                    told[teller].insert(learner);
                    leads[teller].insert(learner);
                    from.push(teller);
                }
            }
            if schema.inputs.kinds.contains(kind) || !from.is_empty() {
                list.push((kind, column, from));
            }
        }
        for way in &mut ways[learner] {
            if let Through::Identity(kinds) = &mut way.through {
                kinds.append(&mut list);
            }
        }
    }
    for model in &mut ways {
        model.retain(|way| !matches!(&way.through, Through::Identity(kinds) if kinds.is_empty()));
    }
    let components = graph::components(&leads);
    let mut cyclic = vec![false; count];
    for component in &components {
        for &model in component {
            cyclic[model] = component.len() > 1 || leads[model].contains(&model);
        }
    }
    let leads = leads.iter().map(|to| !to.is_empty()).collect();
    Reach { ways, tellers, order: components.concat(), cyclic, leads }
}
