//! Packages made by the engine: what a person gets, also while their rows wait to be destroyed.

use std::collections::BTreeSet;

use exeunt_base::Personal;
use exeunt_engine::export::{Order, To};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::progress::Nobody;
use exeunt_engine::states;
use exeunt_package::{About, Format, Key, Opening, open};
use exeunt_plan::document::Right;
use exeunt_testkit::shop;

use crate::database::Database;
use crate::house::{House, sqlite};

fn order() -> Order {
    let said = || vec![String::from("said")];
    Order {
        formats: BTreeSet::from([Format::Json]),
        to: To::House,
        answer: String::from("Here it is."),
        about: About {
            confirmation: said(),
            controller: said(),
            purposes: said(),
            categories: said(),
            recipients: said(),
            retention: said(),
            rights: said(),
            complaint: said(),
            source: said(),
            automated_decisions: said(),
            transfers: said(),
        },
        subject: Personal::new(String::from("you")),
        confirmed: Confirmed::default(),
        version: String::from("test"),
    }
}

/// Rows by model in the answer to an access request.
async fn answer(house: &House, identifiers: &[(&str, &str)]) -> Vec<(String, u64)> {
    let request = house.submit("access", identifiers).await;
    let kinds: Vec<&str> = identifiers.iter().map(|(kind, _)| *kind).collect();
    let document = house.draft(Right::Access, &kinds).await;
    let made = house.engine.export(request, &document, order(), &Nobody, None).await.unwrap();
    assert!(made.complete);
    let stored = house.engine.store.package(made.package).await.unwrap();
    let key = Key::Identity(house.engine.package_identity(&stored).unwrap());
    let to = tempfile::tempdir().unwrap();
    let opening = Opening { limits: Default::default(), manifest: None };
    let opened =
        open(std::fs::File::open(&made.file).unwrap(), &key, &opening, &to.path().join("open")).unwrap();
    assert_eq!(opened.manifest.rows(), made.rows.iter().map(|(_, rows)| rows).sum::<u64>());
    made.rows.into_iter().filter(|(_, rows)| *rows > 0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_still_gets_what_waits_in_the_vault() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    shop::install_sqlite(&file, 40).unwrap();
    let house = House::new(shop::MAP, vec![("shop", sqlite(&file))]).await;
    let before = answer(&house, &[("customer_id", "7")]).await;
    let customers = |rows: &[(String, u64)]| {
        rows.iter().filter(|(model, _)| model == "shop.customers").map(|(_, rows)| rows).sum::<u64>()
    };
    assert_eq!(customers(&before), 1);

    let request = house.submit("erasure", &[("customer_id", "7")]).await;
    let job = house.queue(&[request], &["customer_id"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let waiting = answer(&house, &[("customer_id", "7")]).await;
    assert_eq!(customers(&waiting), 1, "{waiting:?}");

    house.world.skip_days(30);
    house.engine.purge(request, &Default::default(), "test", None).await.unwrap();
    assert_eq!(answer(&house, &[("customer_id", "7")]).await, []);
}

const LETTERS: &str = "
source: club
models:
  people:
    table: people
    key: [id]
    subject: { person_id: id }
    fields: { name: user.name }
    on_erase: delete
  letters:
    table: letters
    key: [id]
    fields: { body: user.content.private }
    relations:
      - { to: people, by: sender, as: owned_by }
      - { to: people, by: recipient, as: accessed_by, redact: [body], on_erase: null }
    on_erase: delete
  calls:
    table: calls
    fields: { caller: user.behavior, callee: user.behavior }
    relations:
      - { to: people, by: caller, as: owned_by }
      - { to: people, by: callee, as: accessed_by }
    on_erase: delete
";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ones_own_is_not_shown_a_second_time_as_somebody_elses() {
    for database in [Database::sqlite(), Database::postgres()] {
        database.run(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE letters (id INTEGER PRIMARY KEY, sender INTEGER, recipient INTEGER, body TEXT);
             CREATE TABLE calls (caller INTEGER, callee INTEGER);
             INSERT INTO people VALUES (1, 'Ada'), (2, 'Ben');
             INSERT INTO letters VALUES (1, 1, 2, 'to Ben'), (2, 2, 1, 'to Ada'), (3, 1, 1, 'to myself');
             INSERT INTO calls VALUES (1, 2), (2, 1), (1, 1);",
        );
        let house = House::new(LETTERS, vec![("club", database.source().await)]).await;
        let shown = answer(&house, &[("person_id", "1")]).await;
        let rows = |model: &str| -> Vec<u64> {
            shown.iter().filter(|(name, _)| name == model).map(|(_, rows)| *rows).collect()
        };
        assert_eq!(rows("club.people"), [1]);
        assert_eq!(rows("club.letters"), [2, 1], "two of her own, one of Ben's");
        assert_eq!(rows("club.calls"), [2, 1]);
    }
}
