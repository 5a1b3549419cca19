//! `map check`, finding by finding.

use std::collections::BTreeMap;

use exeunt_datamap::parse;
use exeunt_plan::map::Severity;
use exeunt_plan::map::check::{check, has_errors};
use exeunt_source::catalog::{Catalog, Events, Hazard, TableSort, Trigger, TriggerWrite, Verb, View, Writes};
use expect_test::{Expect, expect};

use crate::live::{catalog, main, name, tried};

const PEOPLE: &str = "create table people (id integer primary key, email text not null);";

fn found(catalog: Catalog, models: &str, expected: Expect) {
    let text = format!(
        "source: s\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: {{ email: email }}\n    \
         fields: {{ email: user.contact.email }}\n    on_erase: delete\n{models}"
    );
    found_in(catalog, &text, expected);
}

fn found_in(catalog: Catalog, text: &str, expected: Expect) {
    let map =
        parse(&[(String::from("map.yaml"), text.to_owned())]).unwrap_or_else(|problems| panic!("{problems}"));
    let catalogs = BTreeMap::from([(name("s"), catalog)]);
    let mut findings = check(&map, &catalogs);
    if !has_errors(&findings) {
        findings.extend(tried(&map, &catalogs));
    }
    let lines: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    expected.assert_eq(&lines);
}

fn schema(more: &str) -> Catalog {
    catalog(&format!("{PEOPLE}{more}"))
}

#[test]
fn a_map_that_fits_finds_nothing() {
    found(schema(""), "", expect![[""]]);
}

#[test]
fn a_source_nobody_connected() {
    let text = "source: t\nmodels:\n  people: { table: people, subject: { email: email }, fields: { email: user.contact.email }, on_erase: delete }\n";
    found_in(
        schema(""),
        text,
        expect![[r#"
        map.yaml:1:1: error [source-missing] t: no source of this name is connected; connect it in the settings, or correct `source:`
    "#]],
    );
}

#[test]
fn tables_and_columns_must_be_there_and_mapped() {
    found(
        schema(
            "create table orders (id integer primary key, person_id integer references people, total int, note text);
             create table lines (id integer primary key, order_id integer references orders);
             create table parcels (id integer primary key, line_id integer references lines);
             create table colors (id integer primary key);
             create view totals as select total from orders;",
        ),
        "  order:\n    table: orders\n    key: id\n    fields: { total: user, nots: user.content }\n    on_erase: delete\n    relations: [{ to: people, by: person_id, as: owned_by }]\n  \
           totals: { table: totals, unlinked: x }\n  ordrs: { table: ordrs, unlinked: x }\nignore: { other: gone }\n",
        expect![[r#"
            error [table-unmapped] s.main.lines: the table hangs below people (it refers to `main.orders`) but is not in the map; add it under `models:`, or under `ignore:` with the reason
            error [foreign-key-from-unmapped] s.main.lines.order_id: rows of this table, which is not in the map, refer to `order`; map this table, with a relation that decides the reference
            error [table-unmapped] s.main.parcels: the table hangs below people (it refers to `main.lines`) but is not in the map; add it under `models:`, or under `ignore:` with the reason
            map.yaml:10:5: error [column-unmapped] s.order.note: the column (TEXT) is not in the map; add it under `fields:` with its category
            map.yaml:12:34: error [column-missing] s.order.nots: the table `main.orders` has no column `nots`; did you mean `note`?
            map.yaml:16:10: error [table-missing] s.ordrs: there is no table `ordrs`; did you mean `orders`?
            map.yaml:15:11: error [view-mapped] s.totals: `totals` is a view; map the tables it reads
            warning [table-unmapped] s.main.colors: the table is not in the map; add it under `models:`, or under `ignore:` with the reason
            map.yaml:17:18: warning [ignored-missing] s.other: the table left out does not exist; take it out of `ignore:`
            info [view] s.main.totals: personal data of order is visible through this view
        "#]],
    );
}

#[test]
fn keys_must_tell_rows_apart() {
    found(
        schema(
            "create table a (id integer primary key, p integer, c text);
             create table b (p integer, c text);
             create table d (id integer primary key, p integer);",
        ),
        "  a: { table: a, key: c, relations: [{ to: people, by: p, as: owned_by }], fields: { id: user }, on_erase: delete }\n  \
           b: { table: b, relations: [{ to: people, by: p, as: owned_by }], fields: { c: user }, on_erase: delete }\n  \
           d: { table: d, relations: [{ to: people, by: p, as: owned_by }], fields: { id: user }, on_erase: delete }\n",
        expect![[r#"
            map.yaml:9:6: error [key-not-unique] s.a: nothing in the source makes (c) unique; use `key: [id]`
            map.yaml:11:6: warning [key-left-out] s.d: the table has a primary key the map does not name; add `key: [id]`
            map.yaml:10:6: info [no-key] s.b: the table has no key: a row is known by all its values, equal rows go together
        "#]],
    );
}

#[test]
fn references_must_fit_and_be_decided() {
    found(
        schema(
            "create table a (id integer primary key, p integer not null references people, q integer references people, r integer references people, t text, n integer);",
        ),
        "  a:\n    table: a\n    key: id\n    fields: { q: user }\n    on_erase: { anonymize: { n: null } }\n    relations:\n      \
           - { to: people, by: p, as: owned_by }\n      - { to: people, by: r, as: refers_to, on_erase: null }\n      - { to: people, by: t, as: refers_to, on_erase: null }\n      \
           - { to: people, by: n, by_identity: email, as: owned_by }\n",
        expect![[r#"
            map.yaml:18:9: error [identity-not-text] s.a.n: `by_identity: email` needs a text column, and this is INTEGER; join by a key instead
            map.yaml:15:9: error [reference-undecided] s.a.p: the row stays when the row in `people` goes, and its reference cannot be cleared; add a `ghost:` to `people` (and `on_erase: repoint` here), or choose cascade or refuse
            map.yaml:10:5: error [foreign-key-undecided] s.a.q: nothing decides what becomes of this reference when the row in `people` goes; add a relation such as `{ to: people, by: q, as: owned_by }` or `{ to: people, by: q, as: refers_to, on_erase: null }`
            map.yaml:17:9: error [reference-type-mismatch] s.a.t: TEXT here is compared with INTEGER in `s.people.id`; correct `by:` or `on:`; columns of different types never match
        "#]],
    );
}

#[test]
fn what_refuses_null_cannot_be_cleared() {
    found(
        schema(
            "create table a (id integer primary key, p integer not null references people, c text not null, u text unique, g text generated always as (c || 'x'));",
        ),
        "  a:\n    table: a\n    key: id\n    fields: { c: user, u: user, g: user }\n    on_erase: { anonymize: { c: null, u: { fixed: x }, g: redact } }\n    relations:\n      \
           - { to: people, by: p, as: owned_by, on_erase: null }\n",
        expect![[r#"
            map.yaml:10:5: error [null-refused] s.a.c: the column refuses NULL; use `redact` or another method
            map.yaml:10:5: error [generated-masked] s.a.g: the source fills this column itself; `redact` cannot change it; anonymize the columns it is computed from, and take this one out
            map.yaml:15:9: error [null-refused] s.a.p: `on_erase: null` cannot clear a column that refuses NULL; use repoint with a `ghost:`, cascade or refuse
            map.yaml:10:5: error [unique-fixed] s.a.u: every row would get one value, and the column is unique; use `pseudonym`, `hash` or `fake`
        "#]],
    );
}

#[test]
fn a_period_is_counted_from_a_date() {
    let keep = |from: &str| {
        format!(
            "  a:\n    table: a\n    key: [id]\n    fields: {{ n: user, t: user, d: user }}\n    relations: [{{ to: people, by: p, as: owned_by }}]\n    \
             on_erase: keep\n    keep: {{ for: 5y, from: {from}, because: tax, then: delete }}\n"
        )
    };
    let table = "create table a (id integer primary key, p integer references people, n integer, t text, d datetime);";
    found(
        schema(table),
        &keep("n"),
        expect![[r#"
            map.yaml:10:5: error [keep-from-no-date] s.a.n: the period is counted from a column of type INTEGER; count from a date
        "#]],
    );
    found(schema(table), &keep("t"), expect![[""]]);
    found(schema(table), &keep("d"), expect![[""]]);
}

#[test]
fn a_ghost_needs_what_its_table_needs() {
    let text = "source: s\nmodels:\n  people:\n    table: people\n    key: id\n    subject: { email: email }\n    fields: { email: user.contact.email, name: user.name, born: user }\n    \
                on_erase: delete\n    ghost: { row: { name: null } }\n";
    let schema = catalog(
        "create table people (id integer primary key, email text not null, name text not null, born date default 1);",
    );
    found_in(
        schema,
        text,
        expect![[r#"
        map.yaml:4:5: error [ghost-incomplete] s.people.email: the ghost needs a value here: the column refuses NULL and has no default; give it a value under `ghost:`
        map.yaml:4:5: error [ghost-incomplete] s.people.name: the ghost's value is null, which the column refuses; give it a value under `ghost:`
    "#]],
    );
}

#[test]
fn cascades_out_of_the_map_are_found() {
    found(
        schema(
            "create table a (id integer primary key, p integer references people on delete cascade);
             create table b (id integer primary key, a integer references a on delete cascade);
             create table c (id integer primary key, p integer references people on delete set null);
             create table d (id integer primary key, p integer references people);",
        ),
        "ignore: { a: none, c: none, d: none }\n",
        expect![[r#"
            error [cascade-outside] s.main.a.p: ON DELETE CASCADE reaches from `people` into this table, and on to `main.b`, which is not in the map; map this table, with a relation that decides the reference
            error [table-unmapped] s.main.b: the table hangs below people (it refers to `main.a`) but is not in the map; add it under `models:`, or under `ignore:` with the reason
            error [cascade-outside] s.main.c.p: ON DELETE SET NULL reaches from `people` into this table, which is not in the map; map this table, with a relation that decides the reference
            error [foreign-key-from-unmapped] s.main.d.p: rows of this table, which is not in the map, refer to `people`; map this table, with a relation that decides the reference
        "#]],
    );
}

#[test]
fn triggers_must_be_seen_or_decided() {
    let mut catalog = schema("create table log (id integer primary key); create table counts (n integer);");
    let trigger = |trigger: &str, writes| Trigger {
        name: name(trigger),
        on: Events { delete: true, ..Events::default() },
        before: false,
        enabled: true,
        writes,
        digest: String::new(),
    };
    let write = |table: &str, verb| Writes::Known(vec![TriggerWrite { table: main(table), verb }]);
    let people = catalog.tables.iter_mut().find(|table| table.name == main("people")).expect("there");
    people.triggers = vec![
        trigger("counts", write("counts", Verb::Count)),
        trigger("decided", write("log", Verb::Insert)),
        trigger("logs", write("log", Verb::Insert)),
        trigger("looks", Writes::Known(Vec::new())),
        trigger("own", write("people", Verb::Update)),
        trigger("unread", Writes::Unknown(String::from("it calls a function in C"))),
    ];
    let text = "source: s\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: { email: email }\n    fields: { email: user.contact.email }\n    on_erase: delete\n    \
                triggers:\n      decided: { effect: log, because: read }\n      lgs: { effect: none, because: read }\nignore: { log: x, counts: x }\n";
    found_in(
        catalog,
        text,
        expect![[r#"
        map.yaml:4:5: error [trigger-undecided] s.people.logs: the trigger inserts into `main.log`, which is not in the map, behind the plan's back; read the trigger and add `triggers: { logs: { effect: counter | local | log | none, because: "…" } }`
        map.yaml:4:5: error [trigger-unknown] s.people.unread: what the trigger writes could not be told (it calls a function in C); read the trigger and add `triggers: { unread: { effect: counter | local | log | none, because: "…" } }`
        map.yaml:10:16: warning [trigger-log] s.people.decided: the trigger writes a log that may keep copies of personal data; map the log table, or see that it is pruned
        map.yaml:11:12: warning [trigger-missing] s.people.lgs: the table `main.people` has no trigger `lgs`; did you mean `logs`?
        map.yaml:4:5: info [trigger-counter] s.people.counts: the trigger keeps a count in `main.counts`, which is not in the map
    "#]],
    );
}

#[test]
fn views_partitions_rules_and_row_security_are_told() {
    let mut catalog =
        schema("create table part (id integer primary key); create view v as select * from people;");
    catalog.views.push(View { name: main("kept"), materialized: true, reads: vec![main("people")] });
    for table in &mut catalog.tables {
        if table.name == main("part") {
            table.sort = TableSort::PartitionOf(main("people"));
        } else {
            table.hazards = vec![Hazard::RowSecurity, Hazard::Rule(String::from("r"))];
        }
    }
    found(
        catalog,
        "  part: { table: part, key: id, unlinked: x }\n",
        expect![[r#"
        map.yaml:9:9: error [partition-mapped] s.part: the table is a partition; map `main.people`; statements on it reach every partition
        map.yaml:4:5: error [rewrite-rule] s.people: the rewrite rule `r` could make a statement touch other rows; drop the rule, or keep the table out of the map
        warning [view-keeps-copies] s.main.kept: the materialized view keeps copies of people; refresh it after each purge
        map.yaml:4:5: warning [row-security] s.people: row security applies to us: rows may be hidden from the erasure; connect as a role that sees all rows (`BYPASSRLS`)
        info [view] s.main.v: personal data of people is visible through this view
    "#]],
    );
}

#[test]
fn the_demo_shop_and_its_map_agree() {
    let text = include_str!("../../../testkit/src/shop/map.yaml");
    let map =
        parse(&[(String::from("map.yaml"), text.to_owned())]).unwrap_or_else(|problems| panic!("{problems}"));
    let source = map.sources.keys().next().expect("a source").clone();
    let catalog = catalog(include_str!("../../../testkit/src/shop/sqlite.sql"));
    let findings = check(&map, &BTreeMap::from([(source, catalog)]));
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    expect![""].assert_eq(&errors.map(|finding| format!("{finding}\n")).collect::<String>());
}

#[test]
fn a_part_masked_with_its_owner_may_go_when_the_owner_goes() {
    let lines = "create table orders (id integer primary key, person_id integer references people, paid_on date);
                 create table lines (id integer primary key, order_id integer not null references orders, note text);";
    let map = |more: &str| {
        format!(
            "  orders:
    table: orders
    key: id
    fields: {{ paid_on: user.behavior }}
    relations: [ {{ to: people, by: person_id, as: owned_by, on_erase: null }} ]
    on_erase: keep
    keep: {{ for: 10y, from: paid_on, because: tax }}
  lines:
    table: lines
    key: id
    fields: {{ note: user.content }}
    relations:
      - {{ to: orders, by: order_id, as: owned_by }}
{more}    on_erase: {{ anonymize: {{ note: null }} }}
"
        )
    };
    found(
        schema(lines),
        &map(""),
        expect![[r#"
            map.yaml:21:9: warning [outlives-its-owner] s.lines.order_id: the row is still here when the period ends for which the row in `orders` is kept; add the same `keep:` to this model, or a second relation by the same columns with `as: refers_to, on_erase: cascade`
            map.yaml:21:9: error [reference_undecided] s.lines.order_id -> s.orders.id: its rows are anonymized and stay, but what they refer to is deleted and `order_id` cannot be cleared; write `on_erase: repoint` on this relation and a `ghost:` on s.orders, or anonymize s.orders instead of deleting it
        "#]],
    );
    found(
        schema(lines),
        &map("      - { to: orders, by: order_id, as: refers_to, on_erase: cascade }\n"),
        expect![[""]],
    );
}

/// What only the planner sees is told to the engineer, not first to the officer.
#[test]
fn what_the_planner_would_refuse_is_found() {
    let notes = |people: &str, notes: &str| {
        format!(
            "source: s\nmodels:\n  people: {{ table: people, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, \
             on_erase: {people} }}\n  notes:\n    table: notes\n    key: [code]\n    fields: {{ code: user.content, person: user.unique_id }}\n{notes}"
        )
    };
    let table = "create table notes (code text primary key, person integer not null references people);";
    let masks_a_key = "    relations: [{ to: people, by: person, as: owned_by }]\n    on_erase: { anonymize: { code: pseudonym } }\n";
    found_in(
        schema(table),
        &notes("{ anonymize: { email: redact } }", masks_a_key),
        expect![[r#"
        map.yaml:7:21: error [mask_on_key] s.notes.code: the column is part of the model's key, by which rows are found again; leave the key as it is, or delete the row
    "#]],
    );
    let typo =
        notes("delete", "    relations: [{ to: people, by: persn, as: owned_by }]\n    on_erase: delete\n");
    found_in(
        schema(table),
        &typo,
        expect![[r#"
        map.yaml:5:5: error [column-missing] s.notes.persn: the table `main.notes` has no column `persn`; did you mean `person`?
        map.yaml:5:5: error [foreign-key-undecided] s.notes.person: nothing decides what becomes of this reference when the row in `people` goes; add a relation such as `{ to: people, by: person, as: owned_by }` or `{ to: people, by: person, as: refers_to, on_erase: refuse }`
    "#]],
    );
}
