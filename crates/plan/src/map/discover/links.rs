//! How tables hang on people: which references own, which merely point, and what becomes of each.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use exeunt_base::{Name, TableRef};
use exeunt_datamap::model::{EdgeAction, IdentityKind, Reference, RelationKind, Scalar, Shared};
use exeunt_source::catalog::{ForeignKey, Rule, Table, TableSort};

use crate::map::discover::ghost;
use crate::map::discover::people::People;
use crate::map::discover::roles::{Role, role};
use crate::map::discover::words::{noun, pointed, polymorphic, singular, words};
use crate::map::live::{Live, is_required};

/// The tables of the map and their relations.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) tables: BTreeMap<TableRef, Links>,
}

/// The relations of one table.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) relations: Vec<Link>,
    /// Why no relation leads to a person.
    pub(super) unlinked: Option<String>,
    pub(super) remarks: Vec<String>,
}

impl Links {
    /// Columns that relations use.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Name> {
        self.relations.iter().flat_map(|link| link.by.iter().chain(link.when.keys()))
    }
}

/// One relation.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) to: TableRef,
    pub(super) by: Vec<Name>,
    pub(super) on: Vec<Name>,
    pub(super) kind: RelationKind,
    pub(super) when: BTreeMap<Name, Scalar>,
    pub(super) by_identity: Option<IdentityKind>,
    pub(super) shared: Option<Shared>,
    pub(super) on_erase: Option<EdgeAction>,
    pub(super) because: String,
}

pub(super) fn link(live: &Live<'_>, people: &People, inferred: &BTreeSet<(TableRef, Name)>) -> Linked {
    let mut linker = Linker {
        live,
        people,
        inferred,
        distance: HashMap::new(),
        last_resorts: BTreeSet::new(),
        owned_upwards: BTreeSet::new(),
        linked: Linked::default(),
    };
    linker.measure();
    linker.find_upwards();
    linker.follow();
    linker.by_identity();
    linker.name_the_unlinked();
    linker.linked
}

pub(super) struct Linker<'a> {
    pub(super) live: &'a Live<'a>,
    pub(super) people: &'a People,
    pub(super) inferred: &'a BTreeSet<(TableRef, Name)>,
    /// Tables that ownership can reach, and in how many steps.
    pub(super) distance: HashMap<TableRef, u32>,
    /// References that tell who made a row, and own it because nothing else does.
    pub(super) last_resorts: BTreeSet<(TableRef, Vec<Name>)>,
    /// Tables that people's rows point at and own: addresses, profiles.
    pub(super) owned_upwards: BTreeSet<TableRef>,
    pub(super) linked: Linked,
}

/// What people's rows point at and own.
const UPWARDS: [&str; 5] = ["address", "profile", "contact", "avatar", "phone"];
/// The same, where it is a person's own row that points.
const OWN_UPWARDS: [&str; 3] = ["preference", "setting", "email"];

impl<'a> Linker<'a> {
    pub(super) fn is_subject(&self, table: &TableRef) -> bool {
        self.people.subjects.contains_key(table)
    }

    fn is_guess(&self, table: &Table, key: &ForeignKey) -> bool {
        key.columns
            .first()
            .is_some_and(|column| self.inferred.contains(&(table.name.clone(), column.clone())))
    }

    pub(super) fn usable(table: &Table) -> bool {
        !matches!(table.sort, TableSort::PartitionOf(_) | TableSort::Remote(_))
    }

    pub(super) fn role(&self, table: &Table, key: &ForeignKey) -> (Role, String) {
        let plain = |key: &ForeignKey| role(self.live, table, key, |target| self.is_subject(&target.name));
        let (found, why) = plain(key);
        let required = |key: &ForeignKey| is_required(table, &key.columns);
        let beside = |wanted: &dyn Fn(&ForeignKey) -> bool| {
            let others = table
                .foreign_keys
                .iter()
                .filter(|other| other.columns != key.columns && other.to != table.name);
            others.filter(|other| self.is_subject(&other.to)).any(wanted)
        };
        let owner = |other: &ForeignKey| plain(other).0 == Role::Owner && (required(other) || !required(key));
        match found {
            Role::Recipient if !beside(&owner) => {
                (Role::Owner, format!("{why}, and nobody else owns the row"))
            }
            // A notification without a sender is still the recipient's.
            Role::Owner
                if !required(key)
                    && beside(&|other| plain(other).0 == Role::Recipient && required(other)) =>
            {
                (Role::Touched, format!("{why}; but it may be empty, and the recipient may not"))
            }
            // `created_by` that cannot be empty is all that says whose row it is, where nothing else does.
            Role::Touched if self.last_resorts.contains(&(table.name.clone(), key.columns.clone())) => {
                (Role::Owner, format!("{why}; but nothing else links the row to a person"))
            }
            _ => (found, why),
        }
    }

    pub(super) fn has_direct_owner(&self, table: &Table) -> bool {
        self.is_subject(&table.name)
            || table.foreign_keys.iter().any(|key| {
                self.is_subject(&key.to) && key.to != table.name && self.role(table, key).0 != Role::Touched
            })
    }

    /// Whether the row could belong to people through this reference.
    pub(super) fn may_own(&self, table: &Table, key: &ForeignKey) -> bool {
        if key.to == table.name
            || !Self::usable(table)
            || self.is_subject(&table.name) && !self.is_subject(&key.to)
        {
            return false;
        }
        if self.is_subject(&key.to) {
            return self.role(table, key).0 != Role::Touched;
        }
        // A page is not part of its latest revision: a reference that may be empty owns only under its plain name.
        // A guess owns only so, too: `last_post_id` that refuses NULL may be a counter.
        let declared = !self.is_guess(table, key);
        let firm = declared && (is_required(table, &key.columns) || key.on_delete == Rule::Cascade);
        (firm || names_plainly(table, key)) && !self.has_direct_owner(table) && !is_handled(key)
    }

    /// Rows people's rows point at that are nobody else's: an address is owned by the customer that names it.
    fn find_upwards(&mut self) {
        let mut waiting: Vec<TableRef> = self.distance.keys().cloned().collect();
        waiting.sort();
        while let Some(at) = waiting.pop() {
            let Some(table) = self.live.table(&at) else { continue };
            for key in &table.foreign_keys {
                if self.is_guess(table, key) {
                    continue;
                }
                let free = !self.distance.contains_key(&key.to) && !self.owned_upwards.contains(&key.to);
                let theirs = noun(key.to.name.as_str());
                let own: &[&str] = if self.is_subject(&at) { &OWN_UPWARDS } else { &[] };
                let upwards = UPWARDS.iter().chain(own).any(|word| theirs.ends_with(word));
                if free && upwards && self.live.table(&key.to).is_some_and(Self::usable) {
                    self.owned_upwards.insert(key.to.clone());
                    waiting.push(key.to.clone());
                }
            }
        }
    }

    /// Makes the relations: every table ownership reaches, and every table that refers to one of those.
    fn follow(&mut self) {
        let mut waiting: VecDeque<TableRef> =
            self.distance.keys().chain(&self.owned_upwards).cloned().collect();
        waiting.make_contiguous().sort();
        let mut followed: BTreeSet<TableRef> = waiting.iter().cloned().collect();
        for table in &waiting {
            self.linked.tables.entry(table.clone()).or_default();
        }
        while let Some(above) = waiting.pop_front() {
            for (table, key) in self.live.incoming(&above).to_vec() {
                if !Self::usable(table) {
                    continue;
                }
                let Some(link) = self.decide(table, key) else { continue };
                let reaches = link.on_erase == Some(EdgeAction::Cascade);
                self.put(&table.name, link);
                if reaches && followed.insert(table.name.clone()) {
                    waiting.push_back(table.name.clone());
                }
            }
            for (table, link) in self.polymorphic(&above) {
                self.put(&table, link);
                if followed.insert(table.clone()) {
                    waiting.push_back(table);
                }
            }
        }
    }

    pub(super) fn put(&mut self, table: &TableRef, link: Link) {
        let relations = &mut self.linked.tables.entry(table.clone()).or_default().relations;
        let same = |other: &Link| {
            other.to == link.to && other.by == link.by && other.on == link.on && other.when == link.when
        };
        if !relations.iter().any(same) {
            relations.push(link);
        }
    }

    pub(super) fn decide(&self, table: &Table, key: &ForeignKey) -> Option<Link> {
        let target = self.live.table(&key.to)?;
        let on = self.live.target(key).to_vec();
        if on.len() != key.columns.len() || on.is_empty() {
            return None;
        }
        let guess = self.is_guess(table, key);
        let how = if guess { "inferred from its name: " } else { "" };
        let written = key.columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let make = |kind, on_erase, because: String| {
            let by = key.columns.clone();
            Link {
                to: key.to.clone(),
                by,
                on: on.clone(),
                kind,
                when: BTreeMap::new(),
                by_identity: None,
                shared: None,
                on_erase,
                because: format!("{how}{because}"),
            }
        };
        let cut = |why: String| make(RelationKind::RefersTo, Some(self.cut(table, key, target)), why);
        if self.owned_upwards.contains(&key.to) && key.to != table.name {
            let why = format!("{written} points at a row that belongs to whoever names it");
            return Some(Link { shared: Some(Shared::LastOwner), ..make(RelationKind::Owns, None, why) });
        }
        if self.is_subject(&key.to) {
            let (role, why) = self.role(table, key);
            return Some(match role {
                Role::Owner => make(RelationKind::OwnedBy, None, why),
                Role::Recipient if self.is_unique(table, key) => make(
                    RelationKind::OwnedBy,
                    None,
                    format!("{why}; the row joins two people and outlives neither"),
                ),
                Role::Recipient => make(RelationKind::AccessedBy, Some(self.cut(table, key, target)), why),
                Role::Touched => cut(why),
            });
        }
        if key.to == table.name {
            return Some(cut(format!("{written} points at another row of the same table")));
        }
        if self.parent(table).is_some_and(|parent| std::ptr::eq(parent, key)) {
            return Some(make(
                RelationKind::OwnedBy,
                None,
                format!("the row is part of its {}", noun(key.to.name.as_str())),
            ));
        }
        let lasting = is_required(table, &key.columns) && !names_plainly(table, key);
        if guess && (lasting || !self.distance.contains_key(&table.name)) {
            return None; // nothing enforces it: not worth a model, and no reason to delete the row
        }
        Some(cut(format!("{written} points at a row that may be somebody else's")))
    }

    /// What becomes of a reference that does not own: cleared where it can be, else the least that deletes.
    fn cut(&self, table: &Table, key: &ForeignKey, target: &Table) -> EdgeAction {
        if !is_required(table, &key.columns) {
            return EdgeAction::Cut(Reference::Null);
        }
        if self.is_subject(&key.to)
            && key.to != table.name
            && ghost::row(target).is_some()
            && !self.is_unique(table, key)
        {
            return EdgeAction::Cut(Reference::Repoint);
        }
        let contained = names(key) || key.on_delete == Rule::Cascade || key.to == table.name;
        if contained && !self.is_subject(&key.to) {
            EdgeAction::Cascade
        } else {
            EdgeAction::Cut(Reference::Refuse)
        }
    }

    /// One row at most may hold a value here, so that not all can point at one ghost.
    fn is_unique(&self, table: &Table, key: &ForeignKey) -> bool {
        let uniques = table.uniques.iter().map(|unique| &unique.columns).chain([&table.primary_key]);
        uniques.into_iter().any(|columns| columns.iter().any(|column| key.columns.contains(column)))
    }

    /// The one reference through which a table without an owner of its own belongs to people.
    fn parent(&self, table: &Table) -> Option<&'a ForeignKey> {
        let table = self.live.table(&table.name)?;
        let own = *self.distance.get(&table.name)?;
        let mine = words(table.name.name.as_str());
        let candidates = table.foreign_keys.iter().filter(|key| {
            !self.is_subject(&key.to)
                && self.distance.get(&key.to).is_some_and(|distance| *distance < own)
                && self.may_own(table, key)
        });
        candidates.max_by_key(|key| {
            let theirs = singular(words(key.to.name.as_str()).last().map_or("", String::as_str));
            let prefix = mine.iter().any(|word| singular(word) == theirs);
            (
                key.on_delete == Rule::Cascade,
                prefix,
                is_required(table, &key.columns),
                names(key),
                std::cmp::Reverse(&key.columns),
            )
        })
    }

    /// Tables that are here only because they refer to people's rows.
    fn name_the_unlinked(&mut self) {
        let reached = self.reached();
        for (table, links) in &mut self.linked.tables {
            if !reached.contains(table) {
                let by: Vec<_> = links.relations.iter().flat_map(|link| &link.by).map(Name::as_str).collect();
                links.unlinked =
                    Some(format!("not a person's own: it only refers to people's rows by {}", by.join(", ")));
            }
            if let Some(table) = self.live.table(table) {
                let loose = polymorphic(table)
                    .into_iter()
                    .filter(|(sort, _)| !links.relations.iter().any(|link| link.when.contains_key(sort)));
                links.remarks.extend(loose.map(|(sort, id)| {
                    format!("{sort} and {id} point at rows of any table: add relations with `when:` where those are people's")
                }));
            }
        }
    }
}

/// Whether the reference carries the target's own name: `post_id` to `posts`.
fn names(key: &ForeignKey) -> bool {
    let said: Vec<String> = key.columns.iter().flat_map(|column| pointed(column.as_str())).collect();
    let theirs = noun(key.to.name.as_str());
    // Django runs words together: `review_id` points at `reviews_productreview`.
    said.last().is_some_and(|word| *word == theirs || word.len() > 3 && theirs.ends_with(word.as_str()))
}

/// The same with nothing beside it but the row's own name: `comment_post_id` of a comment, not `latest_post_id`.
fn names_plainly(table: &Table, key: &ForeignKey) -> bool {
    let own = noun(table.name.name.as_str());
    let plain = |column: &Name| pointed(column.as_str()).iter().filter(|word| **word != own).count() == 1;
    matches!(key.columns.as_slice(), [column] if plain(column)) && names(key)
}

/// Whether the reference tells who handled the row.
fn is_handled(key: &ForeignKey) -> bool {
    key.columns.iter().any(|column| pointed(column.as_str()).last().is_some_and(|word| word == "by"))
}
