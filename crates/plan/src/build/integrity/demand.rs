//! What the map demands of one edge: each of its relations, and what none of them says.

use exeunt_datamap::model::{EdgeAction, Reference, Relation, RelationKind};
use exeunt_source::selection::Filter;

use crate::build::integrity::Look;
use crate::build::parts::{self, Act};
use crate::build::reach::{Fate, Through};
use crate::build::schema::ModelId;

/// What is to be done with references that are not gone by themselves.
pub(super) enum Demand<'a> {
    /// Decided in the map: cut it.
    Cut(Reference, Vec<Filter>, Option<&'a Relation>),
    /// Rows the person owned, which stay: part and relation.
    Stays(usize, usize, &'a Relation),
    /// Nobody decided.
    Open(Option<&'a Relation>, Vec<Filter>),
}

impl<'a> Look<'_, 'a> {
    /// What the map says about each relation over this edge, and whether all rows go with what they refer to.
    pub(super) fn demands(&self, from: ModelId) -> (Vec<Demand<'a>>, bool) {
        let mut demands = Vec::new();
        let (mut said, mut covered, mut decided) = (false, false, false);
        for (_, relation) in &self.edge.relations {
            let whole = relation.when.is_empty();
            said |= whole || self.edge.key.is_none();
            let filters = || parts::when_filters(&self.schema.tables[self.edge.from], &relation.when);
            let way = self.reach.ways[from].iter().position(|way| {
                way.relation().is_some_and(|other| std::ptr::eq(other, *relation))
                    && matches!(way.through, Through::Down { .. } | Through::Cascade { .. })
            });
            match (way, &relation.on_erase) {
                (Some(way), _) if self.reach.ways[from][way].fate == Fate::Refuse => {
                    demands.push(Demand::Cut(Reference::Refuse, filters(), Some(*relation)));
                }
                (Some(way), _) => {
                    let mut stays = false;
                    for &place in &self.owned.of_model[from] {
                        let part = &self.owned.parts[place];
                        let here = part.ways.contains(&way);
                        // a shared row may be spared for another owner's sake
                        let gone = matches!(part.act, Act::Delete | Act::Detach(_)) && !part.shared;
                        if here && !gone {
                            stays = true;
                            demands.push(Demand::Stays(place, way, relation));
                        }
                    }
                    covered |= whole && !stays;
                }
                (None, Some(EdgeAction::Cut(cut))) => {
                    demands.push(Demand::Cut(*cut, filters(), Some(*relation)))
                }
                (None, _) if relation.kind == RelationKind::Owns && self.only_owners_refer(from) => {
                    covered = true
                }
                (None, _) => demands.push(Demand::Open(Some(*relation), filters())),
            }
            decided |= whole && relation.on_erase.is_some();
        }
        if !said {
            demands.push(Demand::Open(None, Vec::new()));
        }
        if covered || decided {
            demands.retain(|demand| !matches!(demand, Demand::Open(..)));
        }
        if covered {
            // another relation over the same edge takes these rows along: those that stay refer to rows that stay
            let cuts = |relation: &Relation| matches!(relation.on_erase, Some(EdgeAction::Cut(_)));
            demands.retain(|demand| !matches!(demand, Demand::Stays(_, _, relation) if !cuts(relation)));
        }
        (demands, covered)
    }

    /// Whether rows of the target go only with the last row that refers to them, and all of those go.
    fn only_owners_refer(&self, from: ModelId) -> bool {
        let shared = self.reach.ways[self.to].iter().all(|way| way.shared || !way.fate.flows());
        shared && self.owned.parts_of(from).all(|part| part.act == Act::Delete && !part.shared)
    }
}
