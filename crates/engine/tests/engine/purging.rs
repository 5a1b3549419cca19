//! Purge: nothing before its time, nothing that appeared unnoticed, and whoever is erased stays erased.

use exeunt_base::{JobId, Timestamp};
use exeunt_engine::ledger::registers_of;
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::{Error, states};
use exeunt_plan::document::Right;
use exeunt_store::jobs::Lease;
use exeunt_store::suppressions::Purpose;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;
use crate::wave::{at_once, erased, whole};

on_both! {
    rows_that_appeared_since_stop_the_purge;
    rows_that_appeared_since_are_erased_too_when_asked;
    rows_that_appeared_since_are_left_for_a_reason;
    a_hold_stops_a_purge;
    a_hold_stops_a_purge_that_has_begun;
    sources_clean_up_once_for_people_who_are_purged_together;
    whoever_lost_their_lease_destroys_nothing;
    whoever_lost_their_lease_ends_no_restore;
    a_window_of_no_days_ends_at_once;
    what_was_purged_never_comes_back;
    an_erased_person_in_a_restored_copy_is_found;
    a_restored_person_is_forgotten_by_the_ledger;
    whoever_is_purged_is_on_the_suppression_list_and_nobody_before;
    an_organization_that_wants_no_suppression_list_has_none;
}

async fn club(database: Database) -> (Database, House) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    (database, house)
}

const LATE: &str = "INSERT INTO visits VALUES (70, 1, '/late'), (71, 1, '/later')";

async fn rows_that_appeared_since_stop_the_purge(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run(LATE);
    let before = database.look();
    let refused = house.engine.purge(ada, &at_once(), "test", None).await;
    let Err(Error::Appeared { rows: 2, places, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(places, "2 in club.visits");
    before.assert_same(&database.look());
    database.run("DELETE FROM visits WHERE id >= 70");
    whole(&house, ada).await;
}

async fn rows_that_appeared_since_are_erased_too_when_asked(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run(LATE);
    let options = Options { include_new: true, ..at_once() };
    let purged = house.engine.purge(ada, &options, "test", None).await.unwrap();
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "0");
    let visits: u64 =
        purged.tally.lines.iter().filter(|line| line.model == "club.visits").map(|line| line.rows).sum();
    assert_eq!(visits, 4, "{:?}", purged.tally);
    assert!(house.engine.shelf.list().unwrap().is_empty());
}

async fn rows_that_appeared_since_are_left_for_a_reason(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run(LATE);
    let options = Options { leave_new: Some(String::from("she came back")), ..at_once() };
    let purged = house.engine.purge(ada, &options, "test", None).await.unwrap();
    assert_eq!(purged.left_new.iter().map(|new| new.rows).sum::<u64>(), 2);
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "2");
}

async fn hold(house: &House, request: exeunt_base::RequestId, because: Option<&str>) {
    let mut change = house.engine.store.begin().await.unwrap();
    change.set_hold(request, because, None).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
}

async fn a_hold_stops_a_purge(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    hold(&house, ada, Some("a lawsuit")).await;
    house.world.skip_days(400);
    let held = house.engine.purge(ada, &Options::default(), "test", None).await;
    assert!(matches!(held, Err(Error::Held { .. })), "{held:?}");
    assert_eq!(house.engine.store.request(ada).await.unwrap().state, states::HIDDEN);
    house.world.skip_days(-400);
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn a_hold_stops_a_purge_that_has_begun(database: Database) {
    let (_database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    // as a process that died before the key was destroyed leaves it
    let mut change = house.engine.store.begin().await.unwrap();
    change.move_request(ada, &[states::HIDDEN], states::PURGING).await.unwrap();
    change.set_hold(ada, Some("a lawsuit"), None).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let held = house.engine.purge(ada, &at_once(), "test", None).await;
    assert!(matches!(held, Err(Error::Held { .. })), "{held:?}");
    assert!(house.engine.store.request(ada).await.unwrap().salt.is_some(), "its key is still there");
    hold(&house, ada, None).await;
    house.engine.purge(ada, &at_once(), "test", None).await.unwrap();
}

async fn sources_clean_up_once_for_people_who_are_purged_together(database: Database) {
    let (_database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    let eve = erased(&house, &["5"]).await[0];
    let held = erased(&house, &["7"]).await[0];
    hold(&house, held, Some("a lawsuit")).await;
    let (mut each, owed) = house.engine.purge_all(&[ada, held, eve], &at_once(), "test", None).await.unwrap();
    assert_eq!(owed, []);
    let eve = each.pop().unwrap().1.unwrap();
    assert!(matches!(each.pop().unwrap().1, Err(Error::Held { .. })), "one that is held stops no other");
    let ada = each.pop().unwrap().1.unwrap();
    assert!(ada.tally.tables() != eve.tally.tables(), "they had rows in different tables");
    assert_eq!(ada.residue, eve.residue, "both tell of the one cleaning");
    assert!(!ada.residue[0].1.done.is_empty());
}

/// Another process takes the job over as soon as somebody has it.
fn taken_over(house: &House, job: JobId) {
    let (store, handle) = (house.engine.store.clone(), tokio::runtime::Handle::current());
    let far = house.engine.world.now().plus_days(1);
    house.world.when_it_looks_at_the_clock(move || {
        tokio::task::block_in_place(|| {
            handle.block_on(async {
                let held = store.is_leased(job, Timestamp::from_micros(0)).await.unwrap();
                if held {
                    let mut change = store.begin().await.unwrap();
                    let any = [states::SETTLED];
                    change.take_lease(job, "another", &any, far, far.plus_seconds(3)).await.unwrap();
                    change.commit_bookkeeping().await.unwrap();
                }
                held
            })
        })
    });
}

/// The other process is done with it.
async fn given_back(house: &House, job: JobId) {
    assert!(house.world.looked(), "nobody took the job over");
    let fence = house.engine.store.job(job).await.unwrap().fence;
    let mut change = house.engine.store.begin().await.unwrap();
    change.drop_lease(&Lease { job, fence }).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
}

async fn whoever_lost_their_lease_destroys_nothing(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    let job = house.engine.store.request(ada).await.unwrap().job.unwrap();
    taken_over(&house, job);
    let lost = house.engine.purge(ada, &at_once(), "sleeper", None).await;
    assert!(matches!(lost, Err(Error::Store(exeunt_store::Error::LeaseLost { .. }))), "{lost:?}");
    assert_eq!(house.engine.store.request(ada).await.unwrap().state, states::HIDDEN);
    given_back(&house, job).await;
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn whoever_lost_their_lease_ends_no_restore(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    let hidden = database.look();
    let job = house.engine.store.request(ada).await.unwrap().job.unwrap();
    taken_over(&house, job);
    let lost = house.engine.restore(ada, &Choice::Whole, "sleeper", None).await;
    assert!(matches!(lost, Err(Error::Store(exeunt_store::Error::LeaseLost { .. }))), "{lost:?}");
    hidden.assert_same(&database.look());
    given_back(&house, job).await;
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn a_window_of_no_days_ends_at_once(database: Database) {
    let (_database, house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let mut document = house.draft(Right::Erasure, &["person_id"]).await;
    document.window_days = 0;
    let plan = house.approve(&document, &[ada]).await;
    let job = house.engine.queue_job(plan, &[ada], &["received"], None).await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let late = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    assert!(late.is_err(), "{late:?}");
    house.engine.purge(ada, &Options::default(), "test", None).await.unwrap();
}

pub(crate) async fn what_was_purged_never_comes_back(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    let after = database.look();
    house.engine.purge(ada, &at_once(), "test", None).await.unwrap();
    let gone = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    assert!(matches!(gone, Err(Error::NothingThere(_))), "{gone:?}");
    let twice = house.engine.purge(ada, &at_once(), "test", None).await;
    assert!(twice.is_err(), "{twice:?}");
    assert_eq!(house.engine.store.receipts_of(ada).await.unwrap().len(), 1);
    after.assert_same(&database.look());
}

async fn an_erased_person_in_a_restored_copy_is_found(database: Database) {
    let (database, house) = club(database).await;
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let ada = erased(&house, &["1"]).await[0];
    house.engine.purge(ada, &at_once(), "test", None).await.unwrap();
    let nobody = house.engine.check_ledger(&registers_of(&document), None).await.unwrap();
    assert_eq!(nobody.back.len(), 0, "{nobody:?}");
    // an old backup is played in
    database.run("INSERT INTO people (id, email, name) VALUES (1, 'Ada@Example.test', 'Ada')");
    let found = house.engine.check_ledger(&registers_of(&document), None).await.unwrap();
    assert_eq!(found.back.len(), 1, "{found:?}");
    assert_eq!(found.back[0].erased_by, ada);
    let kinds: Vec<&str> = found.back[0].seen.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["email", "person_id"]);
}

pub(crate) async fn a_restored_person_is_forgotten_by_the_ledger(database: Database) {
    let (_database, house) = club(database).await;
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let ada = erased(&house, &["1"]).await[0];
    whole(&house, ada).await;
    let found = house.engine.check_ledger(&registers_of(&document), None).await.unwrap();
    assert_eq!(found.back.len(), 0, "{found:?}");
}

/// Kinds by which somebody is on the list.
async fn listed(house: &House) -> Vec<String> {
    let counted = house.engine.store.suppressions(house.engine.organization).await.unwrap();
    assert!(counted.iter().all(|one| one.purpose == Purpose::Erased && one.entries == 1), "{counted:?}");
    counted.into_iter().map(|one| one.kind).collect()
}

async fn whoever_is_purged_is_on_the_suppression_list_and_nobody_before(database: Database) {
    let (_database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    assert!(listed(&house).await.is_empty(), "she can still come back");
    house.engine.purge(ada, &at_once(), "test", None).await.unwrap();
    assert_eq!(listed(&house).await, ["email", "person_id", "phone"]);
}

async fn an_organization_that_wants_no_suppression_list_has_none(database: Database) {
    let (_database, mut house) = club(database).await;
    house.engine.settings.suppression_days = 0;
    let ada = erased(&house, &["1"]).await[0];
    house.engine.purge(ada, &at_once(), "test", None).await.unwrap();
    assert!(listed(&house).await.is_empty());
}
