//! What would leave the regions it may be in.

use exeunt_datamap::region::Regions;
use exeunt_plan::residency::{Residency, Server, not_here, of_document, of_map};
use expect_test::{Expect, expect};

use crate::Case;

fn regions(words: &str) -> Regions {
    words.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn residency(allowed: &str, storage: &str, workers: &str) -> Residency {
    Residency {
        allowed: regions(allowed),
        storage: regions(storage).iter().next().cloned(),
        store: Server::None,
        workers: regions(workers),
        here: regions(workers).iter().next().cloned(),
    }
}

fn shop(first: &str, second: &str) -> Case {
    Case::new(
        "people(id int key, email text! unique)
         source: crm
         cards(id int key, person_id int)",
        &format!(
            "source: shop
{first}models:
  people: {{ table: people, key: [id], subject: {{ email: email }}, fields: {{ email: user.contact.email }}, on_erase: delete }}
---
source: crm
{second}models:
  cards:
    table: cards
    key: [id]
    relations: [ {{ to: shop.people, by: person_id, as: owned_by }} ]
    on_erase: delete
"
        ),
    )
}

fn found(case: &Case, residency: &Residency, expect: Expect) {
    let lines: Vec<String> = of_map(&case.map, residency).iter().map(ToString::to_string).collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn where_nobody_said_anything_all_works_and_one_line_says_so() {
    let case = shop("", "");
    let residency = Residency { allowed: regions("eu"), ..Residency::default() };
    found(
        &case,
        &residency,
        expect![
            "info [regions-unsaid] residency: nobody said where the sources and this installation are; whether data stays in `eu` is not looked at; write `region:` beside each `source:`, and `residency:` in the settings"
        ],
    );
    let plan = case.linted();
    assert!(of_document(plan.document(), &residency).is_empty());
    assert_eq!(not_here(plan.document(), &residency), None);
}

#[test]
fn once_something_is_said_what_is_unknown_may_be_anywhere() {
    let residency = Residency { allowed: regions("eu"), store: Server::Somewhere, ..Residency::default() };
    found(
        &shop("region: eu-de\n", ""),
        &residency,
        expect![[r#"
            error [region-unsaid] residency.storage: nobody said where this home keeps vault and packages; write `storage:` under `residency:` in the settings
            error [region-unsaid] residency.store: nobody said where the server of the control store is; write `store:` under `residency:` in the settings
            error [region-unsaid] residency.workers: nobody said where work is carried out; write `workers:` under `residency:` in the settings
            shop.yaml:6:1: error [region-unsaid] crm: nobody said where its data is; write `region:` beside `source:` in the map, such as `region: eu-de`"#]],
    );
}

#[test]
fn data_that_stays_inside_finds_nothing() {
    let case = shop("region: eu-de\n", "region: eu-fr\nstays_in: eu\n");
    let inside = residency("eu", "eu-de", "eu-fr");
    found(&case, &inside, expect![""]);
    let plan = case.linted();
    assert!(of_document(plan.document(), &inside).is_empty());
    assert_eq!(not_here(plan.document(), &inside), None);
}

#[test]
fn what_would_leave_is_told_with_what_from_where_and_to_where() {
    found(
        &shop("region: eu-de\n", "region: us\n"),
        &residency("eu", "us", "us uk"),
        expect![[r#"
            shop.yaml:6:1: error [region-outside] crm: it is in `us`, and identifiers would be looked up there; the organization allows `eu`; add `us` to `region:` in the settings, if the organization's data may be there, and `stays_in:` to sources whose data may not
            shop.yaml:1:1: error [data-leaves] shop: its rows (in `eu-de`) would be kept in vault and packages in `us` (`residency.storage`): the organization allows `eu`; have the home and its store inside, or allow `us`
            shop.yaml:1:1: error [data-leaves] shop: its rows (in `eu-de`) would be handled by workers in `uk`, `us`: the organization allows `eu`; run a worker inside (`residency: workers:`, and EXEUNT_REGION where there are several)"#]],
    );
}

#[test]
fn keys_that_stay_are_not_looked_up_in_a_source_outside() {
    found(
        &shop("region: eu-de\nstays_in: eu\n", "region: us\n"),
        &residency("eu us", "eu-de", "eu-de"),
        expect![
            "shop.yaml:1:1: error [data-leaves] shop: its keys (in `eu-de`) would be looked up in source `crm`, which is in `us`, for `crm.cards`: its data stays in `eu`, and the organization allows `eu`, `us`; take the relation out and give the other source identifiers of its own, or widen `stays_in:`"
        ],
    );
}

#[test]
fn a_plan_says_where_its_sources_are_and_a_process_elsewhere_leaves_it_alone() {
    let case = shop("region: eu-de\nstays_in: eu\n", "region: eu-fr\n");
    let plan = case.linted();
    let said: Vec<String> =
        plan.document().regions.iter().map(|one| format!("{} {}", one.source, one.region)).collect();
    assert_eq!(said, ["crm eu-fr", "shop eu-de"]);
    let mut two = residency("eu us", "eu-de", "eu-de us");
    two.here = regions("us").iter().next().cloned();
    assert!(of_document(plan.document(), &two).is_empty(), "there is a worker for it");
    let why = not_here(plan.document(), &two).unwrap();
    assert!(why.contains("runs in `us`") && why.contains("`shop` (in `eu-de`)"), "{why}");
    two.here = None;
    assert!(not_here(plan.document(), &two).unwrap().contains("EXEUNT_REGION"));
    assert_ne!(plan.digest(), shop("", "").linted().digest(), "what was approved was approved there");
}
