//! Any order of erasing, writing and restoring: in the end the database is as if nobody had ever been erased, but for
//! those who were purged. `EXEUNT_TEST_SEED` repeats a sequence, `EXEUNT_SEQUENCES` asks for more of them.

use std::collections::BTreeMap;

use exeunt_base::RequestId;
use exeunt_engine::states;
use exeunt_testkit::dice::Dice;
use exeunt_testkit::shop;

use crate::database::Database;
use crate::house::House;
use crate::wave::{restore, whatever_waits};

const PEOPLE: u32 = 12;

/// Somebody with no row in common with those who are erased and restored.
const PURGED: u32 = 1;

/// People who are erased and restored, neighbors among them.
const RESTORED: [u32; 4] = [5, 6, 7, 8];

fn shop_of(sqlite: bool) -> Database {
    let database = if sqlite { Database::sqlite() } else { Database::postgres() };
    match &database {
        Database::Sqlite { file, .. } => shop::install_sqlite(file, PEOPLE).unwrap(),
        Database::Postgres(database) => shop::install_postgres(database, PEOPLE).unwrap(),
    }
    // so that both databases point to the same ghost
    database.run(
        "INSERT INTO customers (id, email, full_name, created_at) VALUES
         (-7, 'ghost@erased.invalid', 'Deleted customer', '2000-01-01 00:00:00+00')",
    );
    database
}

async fn erase(house: &House, people: &[u32]) -> Vec<RequestId> {
    let mut requests = Vec::new();
    for person in people {
        requests.push(house.submit("erasure", &[("customer_id", &person.to_string())]).await);
    }
    let job = house.queue(&requests, &["customer_id"]).await;
    let end = house.run(job).await.unwrap();
    assert_eq!(end, states::SETTLED, "{:#?}", house.engine.store.reviews(job).await.unwrap());
    requests
}

/// One of the things an application does meanwhile, to rows nobody has erased.
fn write(dice: &mut Dice, number: u64) -> String {
    let id = 5_000 + number;
    match dice.below(5) {
        0 => format!("INSERT INTO products VALUES ({id}, 1, 'Thing', 1.50)"),
        1 => format!("UPDATE customers SET phone = '+49 30 {id}' WHERE id = {}", 10 + dice.below(2)),
        2 => {
            format!("INSERT INTO messages VALUES ({id}, 10, 11, 'a letter', NULL, '2026-01-01 00:00:00+00')")
        }
        3 => format!("INSERT INTO access_log VALUES (11, NULL, '/{id}', '2026-01-01 00:00:00+00')"),
        _ => format!("UPDATE orders SET status = 'returned {id}' WHERE id = {}", 19 + dice.below(4)),
    }
}

async fn sequence(sqlite: bool, mut dice: Dice) {
    let seed = dice.seed();
    let (database, twin) = (shop_of(sqlite), shop_of(sqlite));
    let mut house = House::new(shop::MAP, vec![("shop", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(2 + dice.below(40)).filter(|_| dice.below(2) == 0);
    let mut hidden: BTreeMap<u32, RequestId> = BTreeMap::new();
    let mut purged = false;
    let mut told = vec![format!("seed {seed}, batches of {:?}", house.engine.settings.batch_rows)];
    for step in 0..12 {
        match dice.below(4) {
            0 => {
                let people: Vec<u32> = RESTORED
                    .into_iter()
                    .filter(|person| !hidden.contains_key(person) && dice.below(2) == 0)
                    .collect();
                if !people.is_empty() {
                    told.push(format!("erase {people:?}"));
                    hidden.extend(people.iter().copied().zip(erase(&house, &people).await));
                }
            }
            1 => {
                let script = write(&mut dice, step);
                told.push(script.clone());
                database.run(&script);
                twin.run(&script);
            }
            2 if !hidden.is_empty() => {
                let people: Vec<u32> = hidden.keys().copied().collect();
                let person = *dice.pick(&people);
                let restored = restore(&house, hidden[&person]).await;
                told.push(format!("restore {person}: {restored:?}"));
                if restored.whole {
                    hidden.remove(&person);
                }
            }
            3 if !purged => {
                told.push(String::from("purge"));
                let request = erase(&house, &[PURGED]).await[0];
                house.engine.purge(request, &whatever_waits(), "test", None).await.unwrap();
                purged = true;
            }
            _ => {}
        }
    }
    // whoever waits for another comes back after them: at most one more becomes whole each round
    for _ in 0..RESTORED.len() {
        for person in hidden.keys().copied().collect::<Vec<_>>() {
            let restored = restore(&house, hidden[&person]).await;
            told.push(format!("restore {person}: {restored:?}"));
            if restored.whole {
                hidden.remove(&person);
            }
        }
    }
    let told = told.join("\n  ");
    assert!(hidden.is_empty(), "{:?} did not come back whole:\n  {told}", hidden.keys());
    if purged {
        let other = House::new(shop::MAP, vec![("shop", twin.source().await)]).await;
        erase(&other, &[PURGED]).await;
    }
    let changes = twin.look().changes(&database.look());
    assert!(changes.is_empty(), "{changes:#?}\n  {told}");
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps something for nobody:\n  {told}");
}

fn sequences(usual: u64) -> impl Iterator<Item = Dice> {
    let mut seeds = Dice::from_env();
    let count = std::env::var("EXEUNT_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    (0..count).map(move |number| if number == 0 { Dice::new(seeds.seed()) } else { Dice::new(seeds.roll()) })
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_erasing_writing_and_restoring_comes_to_the_same_on_sqlite() {
    for dice in sequences(24) {
        sequence(true, dice).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_erasing_writing_and_restoring_comes_to_the_same_on_postgres() {
    for dice in sequences(6) {
        sequence(false, dice).await;
    }
}
