//! How long it takes to plan a schema of 1,000 tables and 3,000 foreign keys.
//!
//! `cargo run --release -p exeunt-plan --example plan_speed`

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "an example measures and prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Instant;

use exeunt_base::{Kind, Name, TableRef};
use exeunt_datamap::model::IdentityKind;
use exeunt_plan::document::Right;
use exeunt_plan::{Inputs, Policy, build};
use exeunt_source::abilities::Abilities;
use exeunt_source::catalog::{Catalog, Column, ForeignKey, Generated, Rule, Table, TableSort};
use time::macros::date;

const TABLES: usize = 1_000;
const KEYS_EACH: usize = 3;

fn main() {
    let (catalog, map) = schema();
    let map = exeunt_datamap::parse(&[("speed.yaml".to_owned(), map)]).expect("the map is well made");
    let keys: usize = catalog.tables.iter().map(|table| table.foreign_keys.len()).sum();
    let source = name("big");
    let abilities = Abilities {
        kind: "sqlite",
        whole_row_identity: true,
        remembers_transactions: false,
        rolls_back: true,
        quiet_triggers: false,
        images_are_final: false,
        deletes_along_ways: false,
        snapshots: true,
        rows_per_strike: 1_000,
    };
    let catalogs = BTreeMap::from([(source.clone(), catalog)]);
    let abilities = BTreeMap::from([(source, abilities)]);
    let kinds = BTreeSet::from([IdentityKind::new("email").expect("a word")]);
    for right in [Right::Erasure, Right::Access] {
        let inputs = Inputs {
            right,
            map: &map,
            map_digest: "",
            catalogs: &catalogs,
            abilities: &abilities,
            kinds: &kinds,
            today: date!(2026 - 11 - 21),
            zone: None,
            policy: Policy::default(),
        };
        let mut times = Vec::new();
        let mut steps = 0;
        for _ in 0..7 {
            let start = Instant::now();
            let plan = build(inputs).unwrap_or_else(|wrong| panic!("{}", wrong[0])).lint(inputs);
            times.push(start.elapsed());
            steps = plan.document().steps.len() + plan.document().reads.len();
        }
        times.sort();
        println!(
            "{right:?}: {TABLES} tables, {keys} foreign keys, {steps} steps or models: median {:?}",
            times[3]
        );
    }
}

/// Each table hangs by one owner and points at two others, some in rings.
fn schema() -> (Catalog, String) {
    let mut map = String::from("source: big\nmodels:\n");
    let mut tables = Vec::new();
    for at in 0..TABLES {
        let mut columns = vec![column("id", true), text("email"), text("note"), text("name"), text("city")];
        let mut foreign_keys = Vec::new();
        let mut relations = String::new();
        for place in 0..KEYS_EACH {
            let to = match place {
                0 if at == 0 => 1,
                0 => (at - 1) / 3,
                _ => (at * 7 + place * 131) % TABLES,
            };
            let by = format!("r{place}");
            columns.push(column(&by, false));
            foreign_keys.push(ForeignKey {
                name: format!("fk_{at}_{place}"),
                columns: vec![name(&by)],
                to: table(to),
                to_columns: vec![name("id")],
                on_delete: Rule::Refuse,
                deferrable: false,
                enforced: true,
            });
            let kind = if place == 0 && at > 0 { "owned_by" } else { "refers_to, on_erase: null" };
            let _ = writeln!(relations, "      - {{ to: t{to}, by: {by}, as: {kind} }}");
        }
        let subject = if at == 0 { "    subject: { email: email }\n" } else { "" };
        let fate = if at % 5 == 4 { "{ anonymize: { note: null, name: hash } }" } else { "delete" };
        let _ = writeln!(
            map,
            "  t{at}:\n    table: t{at}\n    key: [id]\n{subject}    fields: {{ email: user.contact.email, note: user.content, name: user.name, city: user.contact }}\n    relations:\n{relations}    on_erase: {fate}"
        );
        tables.push(Table {
            name: table(at),
            sort: TableSort::Ordinary,
            columns,
            primary_key: vec![name("id")],
            uniques: Vec::new(),
            foreign_keys,
            checks: Vec::new(),
            triggers: Vec::new(),
            hazards: Vec::new(),
            estimated_rows: Some(1_000),
        });
    }
    let catalog =
        Catalog { product: "made up".into(), default_schema: Some(name("main")), tables, views: Vec::new() };
    (catalog, map)
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn table(at: usize) -> TableRef {
    TableRef { schema: name("main"), name: name(&format!("t{at}")) }
}

fn column(column: &str, not_null: bool) -> Column {
    Column {
        name: name(column),
        type_name: "integer".into(),
        kind: Kind::Integer { min: i64::MIN, max: i64::MAX },
        not_null,
        default: None,
        generated: Generated::No,
    }
}

fn text(column_name: &str) -> Column {
    Column { type_name: "text".into(), kind: Kind::Text { max: None }, ..column(column_name, false) }
}
