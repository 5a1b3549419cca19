//! Which relations are asked about, and what is said of the answers.

use std::collections::BTreeMap;

use exeunt_base::Cell;
use exeunt_datamap::parse;
use exeunt_plan::map::joins::{Question, Rate, judge, questions, unasked};
use exeunt_source::{Catalog, Test};
use expect_test::expect;

use crate::live::{catalog, name};

fn asked(catalog: Catalog, relations: &str) -> Vec<Question> {
    let text = format!(
        "source: s\nmodels:\n  people:\n    table: people\n    key: [id]\n    subject: {{ email: email }}\n    \
         fields: {{ email: user.contact.email, note_id: user.content }}\n    on_erase: delete\n  notes:\n    table: notes\n    key: [id]\n    \
         fields: {{ kind: user.content, email: user.contact.email }}\n    relations:\n{relations}    on_erase: delete\n"
    );
    let map = parse(&[(String::from("map.yaml"), text)]).unwrap_or_else(|problems| panic!("{problems}"));
    questions(&map, &BTreeMap::from([(name("s"), catalog)])).remove(&name("s")).unwrap_or_default()
}

fn notes(reference: &str) -> Catalog {
    catalog(&format!(
        "create table people (id integer primary key, email text not null, note_id int);
         create table notes (id integer primary key, person_id int {reference}, kind text, email text);"
    ))
}

#[test]
fn a_foreign_key_answers_for_itself() {
    let owned = "      - { to: people, by: person_id, as: owned_by }\n";
    assert!(asked(notes("references people"), owned).is_empty());
    let one = asked(notes(""), owned);
    assert_eq!(one.len(), 1);
    assert_eq!((one[0].sample.table.name.as_str(), one[0].sample.to.name.as_str()), ("notes", "people"));
    let mut unchecked = notes("references people");
    unchecked
        .tables
        .iter_mut()
        .flat_map(|table| &mut table.foreign_keys)
        .for_each(|key| key.enforced = false);
    assert_eq!(asked(unchecked, owned).len(), 1, "one that nobody enforces answers for nothing");
}

#[test]
fn what_a_row_must_hold_counts_and_what_is_no_key_is_not_asked_about() {
    let when = "      - { to: people, by: person_id, as: owned_by, when: { kind: 7 } }\n";
    let one = asked(notes(""), when);
    assert_eq!(one[0].sample.filters[0].test, Test::Equals(Cell::text("7")), "as the column has it");
    let by_address = "      - { to: people, by: email, as: owned_by, by_identity: email }\n";
    assert!(asked(notes(""), by_address).is_empty());
    let loose = "      - { to: people, by: email, on: email, as: owned_by }\n";
    assert!(asked(notes(""), loose).is_empty(), "many may have one address");
    // written from the side of the key, it is the other rows that refer
    let turned = "      - { to: people, by: person_id, as: owned_by }\n      - { to: people, by: id, on: note_id, as: refers_to, on_erase: refuse }\n";
    let both = asked(notes(""), turned);
    let refer = |question: &Question| format!("{}.{}", question.sample.table.name, question.sample.by[0]);
    assert_eq!(both.iter().map(refer).collect::<Vec<_>>(), ["notes.person_id", "people.note_id"]);
}

#[test]
fn few_hits_are_a_warning_and_none_says_what_it_means() {
    let question = asked(notes(""), "      - { to: people, by: person_id, as: owned_by }\n").remove(0);
    let told = |followed, found| {
        judge(&question, Rate { followed, found }).map(|finding| finding.to_string()).unwrap_or_default()
    };
    assert_eq!(told(0, 0), "");
    assert_eq!(told(100, 95), "");
    expect!["map.yaml:14:9: warning [join-misses] s.notes.person_id: 94 of 100 references that were sampled (94 %) find their row along the relation to `s.people`; rows whose reference finds nothing belong to nobody who can be looked up; see what the others refer to: a `when:` that is missing, another table, or rows that are gone"].assert_eq(&told(100, 94));
    expect!["map.yaml:14:9: warning [join-finds-nothing] s.notes.person_id: not one of 3 references that were sampled finds its row along the relation to `s.people`: the relation is likely wrong, and rows of people would be missed; correct `by:`, `on:` or `to:`; where the rows referred to are truly gone, take the relation out"].assert_eq(&told(3, 0));
    expect!["map.yaml:14:9: info [join-unsampled] s.notes.person_id: whether the relation to `s.people` finds its rows was not looked at: it took too long"].assert_eq(&unasked(&question, "it took too long").to_string());
}
