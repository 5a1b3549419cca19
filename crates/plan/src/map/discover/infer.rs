//! References nobody declared: `user_id` beside a table `users`. WordPress, many MySQL and SQLite schemas live by them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use exeunt_base::{Kind, Name, TableRef};
use exeunt_source::catalog::{Catalog, Column, ForeignKey, Rule, Table, TableSort};

use crate::map::discover::words::{noun, pointed, polymorphic, singular, words};
use crate::map::live::comparable;

/// A catalog with its guesses among the foreign keys, none of them enforced.
pub(super) struct Guessed {
    pub(super) catalog: Catalog,
    /// Table and column of each guess.
    pub(super) inferred: BTreeSet<(TableRef, Name)>,
}

pub(super) fn with_inferred_keys(catalog: &Catalog) -> Guessed {
    let mut nouns: HashMap<String, Vec<&Table>> = HashMap::new();
    for table in &catalog.tables {
        let real = !matches!(table.sort, TableSort::PartitionOf(_) | TableSort::Remote(_));
        if real && table.primary_key.len() == 1 {
            let whole = whole_noun(table.name.name.as_str());
            let last = noun(table.name.name.as_str());
            if whole != last {
                nouns.entry(whole).or_default().push(table);
            }
            nouns.entry(last).or_default().push(table);
        }
    }
    let mut guesses: BTreeMap<TableRef, Vec<ForeignKey>> = BTreeMap::new();
    for table in &catalog.tables {
        if matches!(table.sort, TableSort::PartitionOf(_) | TableSort::Remote(_)) {
            continue;
        }
        let loose = polymorphic(table);
        for column in &table.columns {
            let declared = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
            let anything = loose.iter().any(|(_, id)| *id == column.name);
            let own_key = table.primary_key == [column.name.clone()];
            if declared || anything || own_key {
                continue;
            }
            if let Some((to, on)) = target(table, column, &nouns) {
                guesses.entry(table.name.clone()).or_default().push(ForeignKey {
                    name: format!("{} (by its name)", column.name),
                    columns: vec![column.name.clone()],
                    to: to.name.clone(),
                    to_columns: vec![on],
                    on_delete: Rule::Refuse,
                    deferrable: false,
                    enforced: false,
                });
            }
        }
    }
    let mut inferred = BTreeSet::new();
    let mut catalog = catalog.clone();
    for table in &mut catalog.tables {
        for key in guesses.remove(&table.name).unwrap_or_default() {
            inferred.insert((table.name.clone(), key.columns[0].clone()));
            table.foreign_keys.push(key);
        }
    }
    Guessed { catalog, inferred }
}

/// `order_items` is `order item`: what `order_item_id` says.
fn whole_noun(table: &str) -> String {
    let mut words = words(table);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    words.join(" ")
}

/// The table a column points at, and its column.
fn target<'a>(
    table: &Table,
    column: &Column,
    nouns: &HashMap<String, Vec<&'a Table>>,
) -> Option<(&'a Table, Name)> {
    let all = words(column.name.as_str());
    let said = pointed(column.name.as_str());
    let is_reference = said.len() < all.len();
    // WordPress writes `post_author` for a user; elsewhere a bare word is a value, not a reference.
    let author = all.len() == 2 && all[1] == "author";
    if !is_reference && !author {
        return None;
    }
    let mut wanted = vec![said.join(" ")];
    wanted.extend(said.last().cloned());
    if author
        || said
            .last()
            .is_some_and(|word| matches!(word.as_str(), "author" | "owner" | "sender" | "recipient"))
    {
        wanted.push(String::from("user"));
    }
    // `member_uuid` is no `id`: where the key is none of these, another column that is unique may be
    let on = |other: &Table| {
        let plain = other.primary_key.first().filter(|key| {
            let by_uuid = all.last().is_some_and(|word| word == "uuid");
            let of_uuids = other.column(key).is_some_and(|key| key.kind == Kind::Uuid);
            !by_uuid || of_uuids || words(key.as_str()).last().is_some_and(|word| word == "uuid")
        });
        let unique = |column: &&Column| {
            words(column.name.as_str()) == ["uuid"] && other.is_unique(std::slice::from_ref(&column.name))
        };
        plain.or_else(|| other.columns.iter().find(unique).map(|column| &column.name)).cloned()
    };
    let fits = |other: &&&'a Table| {
        let key = on(other).and_then(|on| other.column(&on));
        let same_schema = other.name.schema == table.name.schema;
        same_schema && other.name != table.name && key.is_some_and(|key| comparable(&key.kind, &column.kind))
    };
    wanted.iter().find_map(|word| {
        let fitting: Vec<&&'a Table> = nouns.get(word)?.iter().filter(fits).collect();
        // The plainest name of several; two equally plain ones are no evidence.
        let plainest = fitting.iter().map(|other| words(other.name.name.as_str()).len()).min()?;
        let mut plain = fitting.into_iter().filter(|other| words(other.name.name.as_str()).len() == plainest);
        let first = plain.next()?;
        if plain.next().is_some() {
            return None;
        }
        on(first).map(|on| (*first, on))
    })
}
