//! Which tables hold people, and by what they are known.

use std::collections::BTreeMap;

use exeunt_base::{Name, TableRef};
use exeunt_source::catalog::{Table, TableSort};

use crate::map::discover::categories::{guess, is_email, is_ours, is_phone};
use crate::map::discover::words::{noun, polymorphic, words};
use crate::map::live::{Live, is_required};

/// The tables that hold people.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) subjects: BTreeMap<TableRef, Person>,
}

/// A table that holds people.
#[derive(Debug)]
pub(super) struct Person {
    /// Kind of identifier and its column.
    pub(super) identities: BTreeMap<String, Name>,
    pub(super) because: String,
    pub(super) score: i32,
}

const NOUNS: [&str; 43] = [
    "user",
    "customer",
    "person",
    "member",
    "account",
    "contact",
    "client",
    "patient",
    "student",
    "employee",
    "subscriber",
    "guest",
    "visitor",
    "participant",
    "applicant",
    "candidate",
    "author",
    "lead",
    "donor",
    "staff",
    "buyer",
    "seller",
    "driver",
    "rider",
    "player",
    "teacher",
    "volunteer",
    "citizen",
    "resident",
    "tenant",
    "admin",
    "passenger",
    "shopper",
    "attendee",
    "parent",
    "artist",
    "speaker",
    "owner",
    "individual",
    "party",
    "actor",
    "partner",
    "profile",
];

/// Tables that score enough; failing all, the best one that holds e-mail addresses.
pub(super) fn find(live: &Live<'_>) -> People {
    let mut scored: Vec<(&Table, i32, Vec<String>)> = live
        .catalog
        .tables
        .iter()
        .filter(|table| !matches!(table.sort, TableSort::PartitionOf(_) | TableSort::Remote(_)))
        .map(|table| {
            let (score, why) = score(live, table);
            (table, score, why)
        })
        .filter(|(table, score, _)| *score >= 3 && is_human(table))
        .collect();
    scored.sort_by_key(|(table, score, _)| (-*score, &table.name));
    let enough = scored.iter().filter(|(_, score, _)| *score >= 5).count();
    let chosen: Vec<_> = scored.iter().take(enough.max(usize::from(!scored.is_empty()))).collect();
    let mut people = People::default();
    for (table, score, why) in &chosen {
        // A table that cannot exist without another person's row is that person's data, not a person.
        let depends = table.foreign_keys.iter().any(|key| {
            let above = chosen.iter().any(|(other, theirs, _)| other.name == key.to && theirs >= score);
            key.to != table.name && above && is_required(table, &key.columns)
        });
        // A profile or account beside a table of users belongs to the user whenever it points there at all.
        let aside =
            matches!(noun(table.name.name.as_str()).as_str(), "profile" | "account" | "owner" | "party");
        let points = table
            .foreign_keys
            .iter()
            .any(|key| key.to != table.name && chosen.iter().any(|(other, ..)| other.name == key.to));
        if depends || aside && points && people.subjects.keys().any(|known| *known != table.name) {
            continue;
        }
        let person = Person {
            identities: identities(table),
            because: format!("looks like a table of people: {}", why.join(", ")),
            score: *score,
        };
        if !person.identities.is_empty() {
            people.subjects.insert(table.name.clone(), person);
        }
    }
    people
}

/// Whether any column is one that only people have: a shop's partners have a name as well.
fn is_human(table: &Table) -> bool {
    let human = [
        "user.contact.email",
        "user.contact.phone_number",
        "user.account.username",
        "user.authorization.password",
        "user.name",
        "user.demographic.date_of_birth",
    ];
    table.columns.iter().any(|column| {
        let guess = guess(table, column, false);
        !guess.generic && human.iter().any(|prefix| guess.category.starts_with(prefix))
    })
}

fn score(live: &Live<'_>, table: &Table) -> (i32, Vec<String>) {
    let mut score = 0;
    let mut why = Vec::new();
    let mut add = |points: i32, reason: String| {
        score += points;
        why.push(reason);
    };
    let name = table.name.name.as_str();
    if NOUNS.contains(&noun(name).as_str()) {
        add(3, String::from("its name"));
    }
    if let Some(column) = table.columns.iter().find(|column| is_email(column) && !is_ours(column)) {
        add(3, format!("e-mail addresses in {}", column.name));
    }
    let category = |wanted: &str| {
        table.columns.iter().find(|column| {
            let guess = guess(table, column, true);
            !guess.generic && guess.category.starts_with(wanted)
        })
    };
    if let Some(column) = category("user.name") {
        add(1, format!("names in {}", column.name));
    }
    if let Some(column) = category("user.account.username") {
        add(1, format!("user names in {}", column.name));
    }
    if category("user.authorization.password").is_some() {
        add(1, String::from("passwords"));
    }
    let incoming = live.incoming(&table.name).iter().filter(|(other, _)| other.name != table.name).count();
    if incoming >= 3 {
        add(if incoming >= 8 { 2 } else { 1 }, format!("{incoming} references from other tables"));
    }
    if score == 0 {
        return (0, why);
    }
    // Rows about something else that merely carry an address: orders, log lines, templates, memberships.
    let odd = [
        "template",
        "log",
        "queue",
        "setting",
        "config",
        "session",
        "token",
        "invoice",
        "order",
        "message",
        "notification",
        "invitation",
        "subscription",
        "attempt",
        "history",
        "group",
        "type",
        "role",
        "status",
        "permission",
    ];
    if words(name).iter().any(|word| odd.contains(&crate::map::discover::words::singular(word).as_str())) {
        score -= 4;
    }
    if !polymorphic(table).is_empty() || table.primary_key.len() > 1 {
        score -= 2;
    }
    (score, why)
}

fn identities(table: &Table) -> BTreeMap<String, Name> {
    let mut identities = BTreeMap::new();
    let rank = |name: &Name| {
        let extra = [
            "unconfirmed",
            "new",
            "old",
            "backup",
            "alternative",
            "recovery",
            "secondary",
            "paypal",
            "public",
        ];
        (words(name.as_str()).iter().any(|word| extra.contains(&word.as_str())), words(name.as_str()).len())
    };
    let emails = table.columns.iter().filter(|column| is_email(column) && !is_ours(column));
    if let Some(column) = emails.min_by_key(|column| rank(&column.name)) {
        identities.insert(String::from("email"), column.name.clone());
    }
    if let Some(column) =
        table.columns.iter().filter(|column| is_phone(column)).min_by_key(|column| rank(&column.name))
    {
        identities.insert(String::from("phone"), column.name.clone());
    }
    let username =
        table.columns.iter().find(|column| guess(table, column, true).category == "user.account.username");
    if let Some(column) = username {
        identities.insert(String::from("username"), column.name.clone());
    }
    if let [key] = table.primary_key.as_slice() {
        let noun: String =
            noun(table.name.name.as_str()).chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let starts = noun.starts_with(|c: char| c.is_ascii_lowercase());
        identities.insert(if starts { format!("{noun}_id") } else { String::from("person_id") }, key.clone());
    }
    identities
}
