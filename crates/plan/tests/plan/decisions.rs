//! Every combination of a reference's column, its rule in the database, its relation, its decision and the fate of the
//! rows that hold it, each with the steps that follow or the reason why none do.

use std::fmt::Write;

use expect_test::expect_file;

use crate::Case;

#[test]
fn every_combination_is_decided_or_refused() {
    let mut out = String::new();
    for column in ["int", "int!"] {
        for rule in ["", "cascade", "set_null", "loose"] {
            for (relation, decisions) in [
                (
                    "owned_by",
                    &["", "null", "repoint", "refuse", "delete", "detach", "{ anonymize: { note: null } }"][..],
                ),
                ("refers_to", &["null", "cascade", "repoint", "refuse"][..]),
                ("accessed_by", &["", "null", "cascade", "repoint", "refuse"][..]),
            ] {
                for decision in decisions {
                    for fate in ["delete", "{ anonymize: { note: null } }"] {
                        let said = if decision.is_empty() {
                            String::new()
                        } else {
                            format!(", on_erase: {decision}")
                        };
                        let _ = writeln!(out, "## {column} {rule}, {relation} {decision}, {fate}");
                        let _ = writeln!(out, "{}", one(column, rule, relation, &said, fate));
                    }
                }
            }
        }
    }
    expect_file!["decisions.txt"].assert_eq(&out);
}

fn one(column: &str, rule: &str, relation: &str, said: &str, fate: &str) -> String {
    let map = format!(
        "source: shop
models:
  people: {{ table: people, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, ghost: {{ row: {{ email: ghost }} }}, on_erase: delete }}
  notes:
    table: notes
    key: [id]
    fields: {{ note: user.content }}
    relations: [ {{ to: people, by: person, as: {relation}{said} }} ]
    on_erase: {fate}
"
    );
    let unlinked = map.replace("    fields", "    unlinked: a test\n    fields");
    let schema = format!(
        "people(id int key, email text!)\nnotes(id int key, person {column} -> people {rule}, note text)"
    );
    let parsed = |text: &str| exeunt_datamap::parse(&[("m.yaml".to_owned(), text.to_owned())]);
    match parsed(&map).or_else(|_| parsed(&unlinked)) {
        Ok(map) => Case { map, ..Case::empty(&schema) }.steps(),
        Err(wrong) => format!(
            "no map: {}\n",
            wrong.0.iter().map(|problem| problem.what.clone()).collect::<Vec<_>>().join("; ")
        ),
    }
}
