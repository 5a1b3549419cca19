//! Halts: a batch in flight is the last one, what was done stays done, and work goes on where it was.

use std::sync::atomic::AtomicBool;

use exeunt_base::JobId;
use exeunt_engine::hours::{Hours, Span};
use exeunt_engine::job::run::Control;
use exeunt_engine::{Error, states};
use exeunt_store::halts::Halt;

use crate::database::{CLUB, Database, on_both};
use crate::house::{House, name};
use crate::outages::Meddle;
use crate::wave::{at_once, erased, whole};

on_both! {
    a_paused_source_is_struck_no_more_and_gone_on_with;
    an_emergency_stop_lets_the_batch_in_flight_be_the_last;
    what_is_stopped_is_not_purged_and_can_be_restored;
    a_stopped_job_can_be_cancelled;
    outside_its_hours_a_source_is_left_alone;
}

async fn club(database: Database) -> (Database, House) {
    let database = database.club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(3);
    (database, house)
}

async fn halt(house: &House, source: Option<&str>) {
    let halt = Halt {
        source: source.map(name),
        because: String::from("a test"),
        by: None,
        at: exeunt_engine::World::now(&*house.world),
        lift_by: None,
        lift_at: None,
    };
    let mut change = house.engine.store.begin().await.unwrap();
    assert!(change.add_halt(house.engine.organization, &halt).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
}

async fn lift(house: &House, source: Option<&str>) {
    let mut change = house.engine.store.begin().await.unwrap();
    assert!(change.remove_halt(house.engine.organization, source.map(name).as_ref()).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
}

#[track_caller]
fn waits<T: std::fmt::Debug>(done: Result<T, Error>, wanted: &str) {
    let Err(Error::Waits { code, .. }) = done else { panic!("it did not wait: {done:?}") };
    assert_eq!(code, wanted);
}

/// Runs a job and halts it after its first batch.
async fn halted_after_one_batch(
    house: &House,
    job: JobId,
    source: Option<&str>,
) -> Result<&'static str, Error> {
    let watcher = Meddle(AtomicBool::new(false), || {
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(halt(house, source)));
    });
    house.engine.run_job(job, "test", &Control::default(), &watcher).await
}

async fn batches(house: &House, job: JobId) -> u64 {
    house.engine.store.job(job).await.unwrap().batches
}

async fn a_paused_source_is_struck_no_more_and_gone_on_with(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    halt(&house, Some("elsewhere")).await;
    waits(halted_after_one_batch(&house, job, Some("club")).await, "E0953");
    let done = batches(&house, job).await;
    assert_eq!(done, 1);
    waits(house.run(job).await, "E0953");
    let stored = house.engine.store.job(job).await.unwrap();
    assert_eq!((stored.state.as_str(), stored.batches), (states::RUNNING, 1));
    assert!(stored.trouble.is_some_and(|words| words.contains("a test")));
    lift(&house, Some("club")).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    assert_eq!(house.engine.store.job(job).await.unwrap().trouble, None);
    halt(&house, Some("club")).await;
    let restored = house.engine.restore(ada, &exeunt_engine::restore::Choice::Whole, "test", None).await;
    waits(restored, "E0953");
    lift(&house, Some("club")).await;
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn an_emergency_stop_lets_the_batch_in_flight_be_the_last(database: Database) {
    let (_database, house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let ben = house.submit("erasure", &[("person_id", "2")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let other = house.queue(&[ben], &["person_id"]).await;
    waits(halted_after_one_batch(&house, job, None).await, "E0954");
    assert_eq!(batches(&house, job).await, 1);
    waits(house.run(other).await, "E0954");
    assert_eq!(batches(&house, other).await, 0);
    lift(&house, None).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    assert_eq!(house.run(other).await.unwrap(), states::SETTLED);
}

async fn what_is_stopped_is_not_purged_and_can_be_restored(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let requests = erased(&house, &["1", "3"]).await;
    halt(&house, None).await;
    waits(house.engine.purge(requests[0], &at_once(), "test", None).await, "E0954");
    assert_eq!(house.engine.store.request(requests[0]).await.unwrap().state, states::HIDDEN);
    for request in requests.iter().rev() {
        whole(&house, *request).await;
    }
    before.assert_same(&database.look());
}

async fn a_stopped_job_can_be_cancelled(database: Database) {
    let (_database, house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    waits(halted_after_one_batch(&house, job, None).await, "E0954");
    let mut change = house.engine.store.begin().await.unwrap();
    change.ask_cancel(job).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::CANCELLED);
    whole(&house, ada).await;
}

async fn outside_its_hours_a_source_is_left_alone(database: Database) {
    let (_database, mut house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let today = exeunt_engine::World::now(&*house.world).to_utc().weekday();
    let on =
        |day| Hours(vec![Span { days: vec![day], from: 0, to: 0, zone: exeunt_rights::Zone::default() }]);
    let in_three_days = today.nth_next(3);
    house.engine.settings.work_hours.insert(name("club"), on(in_three_days));
    let Err(Error::Waits { code: "E0955", until: Some(until), .. }) = house.run(job).await else {
        panic!("it did not wait")
    };
    assert_eq!(until.to_utc().weekday(), in_three_days);
    house.world.skip_days(3);
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
}
