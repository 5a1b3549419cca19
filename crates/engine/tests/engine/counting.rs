//! Rows are counted once, under what finally becomes of them: by the plan, by its dry run, and by a restore.

use exeunt_plan::document::{Document, Right};
use exeunt_plan::table::lines;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;
use crate::wave::{erased, restore, whole};

on_both! {
    a_row_that_is_cleared_before_it_goes_is_deleted_and_not_detached;
    a_restore_counts_as_many_rows_as_the_plan_had;
    a_row_that_could_not_come_back_is_told_once;
}

async fn counts(house: &House, document: &Document, people: &[&str]) -> Vec<(String, [u64; 4])> {
    let mut requests = Vec::new();
    for person in people {
        requests.push(house.submit("erasure", &[("person_id", person)]).await);
    }
    let claimants = house.engine.people(&requests).await.unwrap();
    let seen = house.engine.preview(document, claimants, Default::default()).await.unwrap();
    let claimants = house.engine.people(&requests).await.unwrap();
    let done = house.engine.dry_run(document, claimants, Default::default()).await.unwrap();
    assert_eq!(seen.once, done.once, "counted and executed are the same");
    lines(document, Some(&seen.once))
        .into_iter()
        .map(|line| {
            let counts = [line.delete, line.anonymize, line.keep, line.detach];
            (line.model.to_string(), counts.map(Option::unwrap_or_default))
        })
        .collect()
}

async fn a_row_that_is_cleared_before_it_goes_is_deleted_and_not_detached(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let people = |counts: Vec<(String, [u64; 4])>| counts.into_iter().find(|line| line.0 == "club.people");
    let ada = people(counts(&house, &document, &["1"]).await).unwrap().1;
    assert_eq!(ada, [1, 0, 0, 1], "Ben stays and was invited by her");
    let both = people(counts(&house, &document, &["1", "2"]).await).unwrap().1;
    assert_eq!(both, [2, 0, 0, 0], "Ben goes too");
}

async fn a_restore_counts_as_many_rows_as_the_plan_had(database: Database) {
    let database = database.club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    // in one transaction, and in many with the person veiled first
    for batch in [None, Some(2)] {
        house.engine.settings.batch_rows = batch;
        let planned = counts(&house, &document, &["1"]).await;
        let planned: u64 = planned.iter().flat_map(|(_, counts)| counts).sum();
        let ada = erased(&house, &["1"]).await[0];
        assert_eq!(whole(&house, ada).await.back, planned);
    }
}

async fn a_row_that_could_not_come_back_is_told_once(database: Database) {
    let database = database.club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(2);
    let ada = erased(&house, &["1"]).await[0];
    database.run("INSERT INTO people (email, name) VALUES ('ada@example.test', 'Another Ada')");
    let restored = restore(&house, ada).await;
    let people: Vec<(u64, &str)> = restored
        .refused
        .iter()
        .filter(|refusal| refusal.model == "club.people")
        .map(|refusal| (refusal.rows, refusal.words.as_str()))
        .collect();
    assert_eq!(people.len(), 1, "{restored:?}");
    assert!(people[0].0 == 1 && people[0].1.contains("unique"), "{restored:?}");
}
