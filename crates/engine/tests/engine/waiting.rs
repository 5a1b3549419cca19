//! What waits: a restore says for whom and where that one stands, nothing that was asked back is destroyed unasked, and
//! what could not come may be asked for again.

use exeunt_base::RequestId;
use exeunt_engine::restore::Choice;
use exeunt_engine::{Error, states};

use crate::database::{CLUB, Database, on_both};
use crate::house::House;
use crate::wave::{at_once, erased, restore, whatever_waits, whole};

on_both! {
    a_restore_names_the_request_it_waits_for_and_that_ones_purge_asks;
    a_row_whose_company_could_not_come_waits_for_a_request_that_is_restored_in_part;
    a_row_that_waits_no_longer_and_cannot_come_is_told_and_may_be_asked_for_again;
    what_could_not_come_by_the_end_of_the_window_is_destroyed_and_told;
    a_request_restored_in_part_is_purged_only_when_the_rest_is_given_up;
    chosen_rows_that_could_not_come_are_destroyed_only_when_given_up;
}

const TABLES: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE topics (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), title TEXT UNIQUE);
    CREATE TABLE remarks (
        id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), topic INTEGER NOT NULL REFERENCES topics (id));
    INSERT INTO people VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');
    INSERT INTO topics VALUES (1, 1, 'of Ada'), (3, 3, 'of Cleo');
    INSERT INTO remarks VALUES (1, 2, 1), (2, 2, 3), (3, 3, 3);";

const MAP: &str = "
source: club
models:
  people:
    table: people
    key: [id]
    subject: { person_id: id }
    fields: { name: user.name }
    on_erase: delete
  topics:
    table: topics
    key: [id]
    fields: { title: user.content }
    relations: [ { to: people, by: person, as: owned_by } ]
    on_erase: delete
  remarks:
    table: remarks
    key: [id]
    relations:
      - { to: people, by: person, as: owned_by }
      - { to: topics, by: topic, as: refers_to, on_erase: cascade }
    on_erase: delete
";

/// Ben's remark is about Ada's topic; he is erased first, then she.
async fn both(database: &Database) -> (House, RequestId, RequestId) {
    database.run(TABLES);
    let house = House::new(MAP, vec![("club", database.source().await)]).await;
    let ben = erased(&house, &["2"]).await[0];
    let ada = erased(&house, &["1"]).await[0];
    (house, ada, ben)
}

async fn state(house: &House, request: RequestId) -> String {
    house.engine.store.request(request).await.unwrap().state
}

/// The purge is refused, and says why.
async fn refused(house: &House, request: RequestId) -> String {
    match house.engine.purge(request, &at_once(), "test", None).await {
        Err(error @ Error::AskedBack { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

async fn a_restore_names_the_request_it_waits_for_and_that_ones_purge_asks(database: Database) {
    let (house, ada, ben) = both(&database).await;
    let restored = whole(&house, ben).await;
    let [wait] = restored.waits.as_slice() else { panic!("{restored:?}") };
    assert_eq!((wait.awaited, wait.awaited_state.as_str()), (ada, states::HIDDEN));
    assert_eq!((wait.model.as_str(), wait.rows, restored.waiting), ("club.remarks", 1, 1));
    let words = refused(&house, ada).await;
    assert!(words.contains(&ben.to_string()) && words.contains("1 row of club.remarks"), "{words}");
    assert_eq!(state(&house, ada).await, states::HIDDEN);
    let purged = house.engine.purge(ada, &whatever_waits(), "test", None).await.unwrap();
    assert_eq!((purged.owed.len(), purged.owed[0].request, purged.owed[0].back), (1, ben, 0), "{purged:?}");
    assert_eq!(purged.owed[0].refused.iter().map(|refused| refused.rows).sum::<u64>(), 1);
}

async fn a_row_whose_company_could_not_come_waits_for_a_request_that_is_restored_in_part(database: Database) {
    database.run(TABLES);
    let house = House::new(MAP, vec![("club", database.source().await)]).await;
    let before = database.look();
    let ben = erased(&house, &["2"]).await[0];
    let ada = erased(&house, &["1"]).await[0];
    database.run("INSERT INTO topics VALUES (9, 3, 'of Ada')");
    let first = restore(&house, ada).await;
    assert!(!first.whole && first.refused.len() == 1, "her topic's title is taken: {first:?}");
    assert_eq!(state(&house, ada).await, states::PARTLY_RESTORED);
    let second = restore(&house, ben).await;
    assert_eq!(second.waits.len(), 1, "{second:?}");
    assert_eq!(second.waits[0].awaited_state, states::PARTLY_RESTORED, "it waits for what could not come");
    let words = refused(&house, ada).await;
    assert!(words.contains("1 row of club.topics") && words.contains(&ben.to_string()), "{words}");
    database.run("DELETE FROM topics WHERE id = 9");
    let third = whole(&house, ada).await;
    assert_eq!((third.owed.len(), third.owed[0].request, third.owed[0].back), (1, ben, 1), "{third:?}");
    assert_eq!(house.engine.store.waits_of(ben).await.unwrap(), []);
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

async fn a_row_that_waits_no_longer_and_cannot_come_is_told_and_may_be_asked_for_again(database: Database) {
    database.run(TABLES);
    let house = House::new(MAP, vec![("club", database.source().await)]).await;
    let before = database.look();
    let ben = erased(&house, &["2"]).await[0];
    let ada = erased(&house, &["1"]).await[0];
    whole(&house, ben).await;
    database.run("INSERT INTO remarks VALUES (1, 3, 3)");
    let restored = whole(&house, ada).await;
    let [owed] = restored.owed.as_slice() else { panic!("{restored:?}") };
    assert_eq!((owed.request, owed.back, owed.destroyed), (ben, 0, 0));
    assert!(owed.refused[0].words.contains("same key"), "{owed:?}");
    database.run("DELETE FROM remarks WHERE id = 1");
    let again = whole(&house, ben).await;
    assert_eq!(again.back, 1, "{again:?}");
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

async fn what_could_not_come_by_the_end_of_the_window_is_destroyed_and_told(database: Database) {
    let (house, ada, ben) = both(&database).await;
    whole(&house, ben).await;
    database.run("INSERT INTO remarks VALUES (1, 3, 3)");
    whole(&house, ada).await;
    assert!(!house.engine.shelf.list().unwrap().is_empty());
    house.world.skip_days(400);
    let owed = house.engine.pay_what_is_owed("test").await.unwrap();
    assert_eq!((owed.len(), owed[0].request, owed[0].destroyed), (1, ben, 1), "{owed:?}");
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing beyond its time");
}

async fn a_request_restored_in_part_is_purged_only_when_the_rest_is_given_up(database: Database) {
    let database = database.club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    // of some batches everything is back, of one not
    house.engine.settings.batch_rows = Some(2);
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits DROP COLUMN page");
    restore(&house, ada).await;
    let words = refused(&house, ada).await;
    assert!(words.contains("2 rows' values of club.visits"), "{words}");
    house.world.skip_days(400);
    let due = house.engine.purge(ada, &Default::default(), "test", None).await;
    assert!(matches!(due, Err(Error::AskedBack { .. })), "also when its time has come: {due:?}");
    let purged = house.engine.purge(ada, &whatever_waits(), "test", None).await.unwrap();
    assert_eq!(purged.left_new, [], "rows that are back are not new");
    assert_eq!(purged.tally.rows(), 0, "nothing of hers is erased: {:?}", purged.tally);
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "2");
}

async fn chosen_rows_that_could_not_come_are_destroyed_only_when_given_up(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("INSERT INTO visits VALUES (2, 5, '/eve')");
    let second = Choice::Rows { model: String::from("club.visits"), keys: vec![vec![String::from("2")]] };
    let some = house.engine.restore(ada, &second, "test", None).await.unwrap();
    assert_eq!((some.back, some.refused.len(), some.whole), (0, 1, false), "{some:?}");
    assert_eq!(state(&house, ada).await, states::HIDDEN);
    let words = refused(&house, ada).await;
    assert!(words.contains("1 row of club.visits"), "{words}");
    house.engine.purge(ada, &whatever_waits(), "test", None).await.unwrap();
}
