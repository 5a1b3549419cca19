//! Links without a foreign key: a class name beside an id, or nothing but the same e-mail address.

use std::collections::BTreeMap;

use exeunt_base::{Name, TableRef};
use exeunt_datamap::model::{IdentityKind, RelationKind, Scalar};
use exeunt_source::catalog::Table;

use crate::map::discover::categories::{is_email, is_text};
use crate::map::discover::links::{Link, Linker};
use crate::map::discover::words::{polymorphic, singular, words};
use crate::map::live::{comparable, is_required};

impl Linker<'_> {
    /// Rails: `record_type` and `record_id` that name people by their class.
    pub(super) fn polymorphic(&self, person: &TableRef) -> Vec<(TableRef, Link)> {
        let rails =
            self.live.catalog.tables.iter().any(|table| table.name.name.as_str() == "ar_internal_metadata");
        let (true, Some(target)) = (rails && self.is_subject(person), self.live.table(person)) else {
            return Vec::new();
        };
        let [key] = target.primary_key.as_slice() else { return Vec::new() };
        let class: String =
            words(person.name.as_str()).iter().map(|word| capitalized(&singular(word))).collect();
        let mut found = Vec::new();
        for table in self.live.catalog.tables.iter().filter(|table| Self::usable(table)) {
            for (sort, id) in polymorphic(table) {
                let fits = table.column(&sort).is_some_and(|column| is_text(&column.kind));
                let joins = table
                    .column(&id)
                    .zip(target.column(key))
                    .is_some_and(|(a, b)| comparable(&a.kind, &b.kind));
                if !fits || !joins {
                    continue;
                }
                found.push((
                    table.name.clone(),
                    Link {
                        to: person.clone(),
                        by: vec![id.clone()],
                        on: vec![key.clone()],
                        kind: RelationKind::OwnedBy,
                        when: BTreeMap::from([(sort.clone(), Scalar::Text(class.clone()))]),
                        by_identity: None,
                        shared: None,
                        on_erase: None,
                        because: format!("{id} points at a {class} where {sort} says so (Rails' way)"),
                    },
                ));
            }
        }
        found
    }

    /// Tables with nothing but the same e-mail address, and rows of guests in tables that usually name a user.
    pub(super) fn by_identity(&mut self) {
        let known = self.people.subjects.iter();
        let best =
            known.filter_map(|(table, person)| Some((person.score, table, person.identities.get("email")?)));
        let Some((_, person, email)) =
            best.max_by_key(|(score, table, _)| (*score, std::cmp::Reverse(*table)))
        else {
            return;
        };
        let (person, email) = (person.clone(), email.clone());
        let Some(kind) = IdentityKind::new("email") else { return };
        for table in &self.live.catalog.tables {
            let Some(column) = table.columns.iter().find(|column| is_email(column)) else { continue };
            let Some(because) = self.why_by_identity(table) else {
                self.remark_on_others(table, &column.name);
                continue;
            };
            for key in table.foreign_keys.iter().filter(|key| key.to == table.name) {
                if let Some(link) = self.decide(table, key) {
                    self.put(&table.name, link);
                }
            }
            let (to, on) = self.whose_address(table).unwrap_or_else(|| (person.clone(), email.clone()));
            let link = Link {
                to,
                by: vec![column.name.clone()],
                on: vec![on],
                kind: RelationKind::OwnedBy,
                when: BTreeMap::new(),
                by_identity: Some(kind.clone()),
                shared: None,
                on_erase: None,
                because: format!("{because}, but {} holds e-mail addresses", column.name),
            };
            self.put(&table.name, link);
        }
    }

    /// The people a row usually names, where their addresses are known: a guest is one of them, not of another kind.
    fn whose_address(&self, table: &Table) -> Option<(TableRef, Name)> {
        let links = &self.linked.tables.get(&table.name)?.relations;
        links.iter().filter(|link| link.kind == RelationKind::OwnedBy).find_map(|link| {
            let person = self.people.subjects.get(&link.to)?;
            Some((link.to.clone(), person.identities.get("email")?.clone()))
        })
    }

    /// Part of somebody's row, with an e-mail address of its own: whoever a list was shared with, a second contact.
    fn remark_on_others(&mut self, table: &Table, column: &Name) {
        let people = self.people;
        let Some(links) = self.linked.tables.get_mut(&table.name) else { return };
        let mut owning = links.relations.iter().filter(|link| link.kind == RelationKind::OwnedBy).peekable();
        let part = owning.peek().is_some() && owning.all(|link| !people.subjects.contains_key(&link.to));
        if part {
            links.remarks.push(format!(
                "{column} may be somebody else's address: if so, add a relation `by: {column}` with `by_identity: email`"
            ));
        }
    }

    fn why_by_identity(&self, table: &Table) -> Option<&'static str> {
        let own = [
            "template",
            "setting",
            "config",
            "site",
            "server",
            "domain",
            "store",
            "company",
            "organization",
            "department",
            "supplier",
            "vendor",
            "invitation",
            "invite",
            "partner",
        ];
        let about_us =
            words(table.name.name.as_str()).iter().any(|word| own.contains(&singular(word).as_str()));
        let apart = self.is_subject(&table.name) || self.owned_upwards.contains(&table.name);
        if about_us || apart || !Self::usable(table) {
            return None;
        }
        let links = self.linked.tables.get(&table.name).map_or(&[][..], |links| &links.relations);
        // What the row itself owns (an order its addresses) does not say whose the row is.
        let above = |link: &&Link| matches!(link.kind, RelationKind::OwnedBy | RelationKind::AccessedBy);
        let owning: Vec<&Link> = links.iter().filter(above).collect();
        if owning.is_empty() {
            // Its own rows may be referred to: then deciding takes more than a guess.
            let quiet = self.live.incoming(&table.name).iter().all(|(other, _)| other.name == table.name);
            return quiet.then_some("no key leads to a person");
        }
        let maybe_nobodys = owning.iter().all(|link| {
            let guess = link
                .by
                .first()
                .is_some_and(|column| self.inferred.contains(&(table.name.clone(), column.clone())));
            link.kind == RelationKind::OwnedBy && (guess || !is_required(table, &link.by))
        });
        maybe_nobodys.then_some("a row may name no user")
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
