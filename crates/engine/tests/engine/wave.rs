//! Several people in one job: what they share comes back with the right ones, and each can be purged alone.

use exeunt_base::RequestId;
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::restore::restored::Restored;
use exeunt_engine::states;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;

on_both! {
    a_note_of_two_erased_people_comes_back_with_the_second;
    people_of_a_wave_come_back_in_any_order;
    a_home_of_two_erased_people_comes_back_with_the_first;
    a_purge_of_one_leaves_the_others_restorable;
    the_last_purge_of_a_wave_finds_nothing_new_in_what_it_shared;
    people_erased_one_after_the_other_come_back_backwards;
}

pub(crate) async fn erased(house: &House, people: &[&str]) -> Vec<RequestId> {
    let mut requests = Vec::new();
    for person in people {
        requests.push(house.submit("erasure", &[("person_id", person)]).await);
    }
    let job = house.queue(&requests, &["person_id"]).await;
    let end = house.run(job).await.unwrap();
    assert_eq!(end, states::SETTLED, "{:#?}", house.engine.store.reviews(job).await.unwrap());
    requests
}

pub(crate) async fn restore(house: &House, request: RequestId) -> Restored {
    house.engine.restore(request, &Choice::Whole, "test", None).await.unwrap()
}

pub(crate) async fn whole(house: &House, request: RequestId) -> Restored {
    let restored = restore(house, request).await;
    assert!(restored.whole && restored.refused.is_empty(), "{restored:?}");
    restored
}

pub(crate) fn at_once() -> Options {
    Options { now: Some(String::from("a test")), ..Options::default() }
}

/// At once, whatever others wait for.
pub(crate) fn whatever_waits() -> Options {
    Options { give_up: Some(String::from("a test")), ..at_once() }
}

async fn a_note_of_two_erased_people_comes_back_with_the_second(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    let requests = erased(&house, &["1", "2"]).await;
    assert_eq!(database.ask("SELECT count(*) FROM notes"), "1");

    let restored = whole(&house, requests[0]).await;
    assert!(restored.waiting >= 2 && restored.waits[0].model == "club.notes", "{restored:?}");
    assert_eq!(database.ask("SELECT count(*) FROM notes WHERE id IN (1, 2)"), "0", "Ben is still erased");
    assert_eq!(
        database.ask("SELECT count(*) FROM notes WHERE id IN (3, 4)"),
        "2",
        "these were between Ada and Cleo"
    );
    whole(&house, requests[1]).await;
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

pub(crate) async fn people_of_a_wave_come_back_in_any_order(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    for order in [[2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        let requests = erased(&house, &["1", "2", "3"]).await;
        for place in order {
            whole(&house, requests[place]).await;
        }
        before.assert_same(&database.look());
    }
}

async fn a_home_of_two_erased_people_comes_back_with_the_first(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    let requests = erased(&house, &["1", "2"]).await;
    assert_eq!(database.ask("SELECT count(*) FROM homes"), "1", "nobody lives in home 1 any more");
    whole(&house, requests[1]).await;
    assert_eq!(database.ask("SELECT street FROM homes WHERE id = 1"), "1 Shared Street");
    whole(&house, requests[0]).await;
    before.assert_same(&database.look());
}

pub(crate) async fn a_purge_of_one_leaves_the_others_restorable(database: Database) {
    let database = database.club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(3);
    let requests = erased(&house, &["1", "2", "3"]).await;
    let purged = house.engine.purge(requests[0], &at_once(), "test", None).await.unwrap();
    assert_eq!(purged.seen.found, []);
    for request in &requests[1..] {
        whole(&house, *request).await;
    }
    assert_eq!(database.ask("SELECT count(*) FROM people WHERE id IN (2, 3)"), "2");
    assert_eq!(database.ask("SELECT count(*) FROM people WHERE id = 1"), "0");
    assert_eq!(database.ask("SELECT count(*) FROM notes"), "1", "notes of Ada went with her for ever");
    assert_eq!(database.ask("SELECT sum(notes) FROM people"), "1");
    assert_eq!(database.ask("SELECT name FROM bills WHERE id = 2"), "Ben");
    assert_eq!(database.ask("SELECT name FROM bills WHERE id = 1"), "");
    assert_eq!(database.ask("SELECT count(*) FROM living WHERE home = 1"), "1");
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

async fn the_last_purge_of_a_wave_finds_nothing_new_in_what_it_shared(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let requests = erased(&house, &["1", "2"]).await;
    let after = database.look();
    for request in requests {
        let purged = house.engine.purge(request, &at_once(), "test", None).await.unwrap();
        assert_eq!((purged.left_new, purged.seen.found), (Vec::new(), Vec::new()));
    }
    after.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty());
}

async fn people_erased_one_after_the_other_come_back_backwards(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    let ben = erased(&house, &["2"]).await[0];
    whole(&house, ben).await;
    whole(&house, ada).await;
    before.assert_same(&database.look());
}
