//! Trouble around a job: a source that is locked or goes away, a vault that is full or damaged, the wrong key, two
//! processes on one job.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use exeunt_base::{JobId, Secret};
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::{Nobody, Progress, Watcher};
use exeunt_engine::restore::Choice;
use exeunt_engine::{Error, states};
use exeunt_testkit::Postgres;
use exeunt_testkit::postgres::Settings;
use exeunt_vault::{KeyFile, Keyring, Shelf};

use crate::database::{CLUB, Database, on_both};
use crate::house::{House, impatient_sqlite, postgres};
use crate::wave::{erased, whole};

on_both! {
    a_full_vault_is_told_and_nothing_is_lost;
    a_damaged_blob_is_refused_and_harms_nobody_else;
    blobs_of_two_people_cannot_be_swapped;
    another_key_opens_nothing;
    of_two_workers_on_one_job_one_does_it;
    a_worker_that_lost_its_lease_writes_nothing;
    a_row_that_comes_between_those_of_a_batch_is_not_struck_with_them;
}

pub(crate) async fn club(database: Database) -> (Database, House) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    (database, house)
}

/// Does something once, after the first batch.
pub(crate) struct Meddle<F: Fn() + Send + Sync>(pub(crate) AtomicBool, pub(crate) F);

impl<F: Fn() + Send + Sync> Watcher for Meddle<F> {
    fn on(&self, _: &Progress) {
        if !self.0.swap(true, Ordering::Relaxed) {
            (self.1)();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_waited_for() {
    let database = Database::sqlite().club();
    let Database::Sqlite { file, .. } = &database else { unreachable!("made so above") };
    let house = House::new(CLUB, vec![("club", impatient_sqlite(file))]).await;
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let other = rusqlite::Connection::open(file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE visits SET page = page").unwrap();
    house.world.while_it_waits(move || other.execute_batch("ROLLBACK").unwrap());
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    assert!(house.world.waited(), "nobody was in the way");
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_between_batches_is_gone_on_with_when_it_is_back() {
    let server =
        Box::leak(Box::new(Postgres::start_with(&Settings { fsync: false, ..Settings::default() }).unwrap()));
    let server: &'static Postgres = server;
    let database = Database::Postgres(server.create_database().unwrap()).club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(3);
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let watcher = Meddle(AtomicBool::new(false), || server.crash().unwrap());
    let gone = house.engine.run_job(job, "test", &Control::default(), &watcher).await;
    let Err(error) = gone else { panic!("nobody noticed: {gone:?}") };
    assert_eq!(error.kind(), exeunt_base::FaultKind::Unreachable, "{error}");
    assert_eq!(house.engine.store.job(job).await.unwrap().state, states::FAILED);
    server.start_again().unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    for unit in house.engine.store.units(job).await.unwrap() {
        assert_eq!((unit.done, unit.gone + unit.failed + unit.skipped), (unit.total, 0), "{unit:?}");
    }
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_answers_again_soon_is_waited_for() {
    let server =
        Box::leak(Box::new(Postgres::start_with(&Settings { fsync: false, ..Settings::default() }).unwrap()));
    let server: &'static Postgres = server;
    let database = Database::Postgres(server.create_database().unwrap()).club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(3);
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    // down and up again before the next batch: every connection there was is dead
    let watcher = Meddle(AtomicBool::new(false), || {
        server.crash().unwrap();
        server.start_again().unwrap();
    });
    assert_eq!(
        house.engine.run_job(job, "test", &Control::default(), &watcher).await.unwrap(),
        states::SETTLED
    );
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

/// Erases person 1, among whose many visits a late one comes to lie while the job runs.
async fn erased_while_one_comes(database: &Database, house: &mut House) -> JobId {
    house.engine.settings.batch_rows = Some(12);
    for id in 0..24 {
        database.run(&format!("INSERT INTO visits VALUES ({}, 1, '/many')", 1000 + 10 * id));
    }
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let watcher = Meddle(AtomicBool::new(false), || {
        database.run("INSERT INTO visits VALUES (1105, 1, '/late')");
    });
    let end = house.engine.run_job(job, "test", &Control::default(), &watcher).await.unwrap();
    assert_eq!(end, states::SETTLED);
    job
}

/// It lies on the way by which the others are found, and was never counted.
async fn a_row_that_comes_between_those_of_a_batch_is_not_struck_with_them(database: Database) {
    let (database, mut house) = club(database).await;
    let job = erased_while_one_comes(&database, &mut house).await;
    assert_eq!(database.ask("SELECT min(page) FROM visits WHERE person = 1"), "/late");
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "1");
    for unit in house.engine.store.units(job).await.unwrap() {
        assert_eq!(unit.done, unit.total, "{unit:?}");
    }
}

/// A trigger that keeps a row says nothing of it, so that nobody would see it was touched: rows of such a table go by key.
#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_fires_for_no_row_that_was_not_counted() {
    let database = Database::postgres().club();
    database.run(
        "CREATE TABLE touched (id BIGINT);
         CREATE FUNCTION keep_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO touched VALUES (OLD.id);
             IF OLD.page = '/late' THEN RETURN NULL; END IF;
             RETURN OLD; END $$;
         CREATE TRIGGER visits_out BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION keep_late();",
    );
    let map = CLUB.replace("ignore: {", "ignore: { touched: only numbers,").replace(
        "relations: [ { to: people, by: person, as: owned_by } ]\n    on_erase: delete",
        "relations: [ { to: people, by: person, as: owned_by } ]\n    on_erase: delete
    triggers: { visits_out: { effect: local, because: it counts } }",
    );
    let mut house = House::new(&map, vec![("club", database.source().await)]).await;
    erased_while_one_comes(&database, &mut house).await;
    assert_ne!(database.ask("SELECT count(*) FROM touched"), "0", "the trigger works");
    assert_eq!(database.ask("SELECT count(*) FROM touched WHERE id = 1105"), "0");
}

async fn a_full_vault_is_told_and_nothing_is_lost(database: Database) {
    let (database, mut house) = club(database).await;
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let good = house.engine.shelf.clone();
    // a file where the vault should be: no byte of it can be written, as on a full disk
    let at = house.dir.path().join("no-room");
    house.engine.shelf = Shelf::open(&at).unwrap();
    std::fs::remove_dir_all(&at).unwrap();
    std::fs::write(&at, "no room").unwrap();
    let Err(error) = house.run(job).await else { panic!("it sealed into nothing") };
    assert!(matches!(error, Error::Vault(_)), "{error:?}");
    before.assert_same(&database.look());
    assert_eq!(house.engine.store.job(job).await.unwrap().state, states::FAILED);
    house.engine.shelf = good;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn a_damaged_blob_is_refused_and_harms_nobody_else(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    let gus = erased(&house, &["7"]).await[0];
    let after = database.look();
    let blob = house.engine.store.claims_of(ada).await.unwrap()[0].0;
    let path = house.dir.path().join("vault").join(Shelf::name(blob));
    let good = std::fs::read(&path).unwrap();
    for at in [good.len() / 3, good.len() / 2, good.len() - 40] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        let refused = house.engine.restore(ada, &Choice::Whole, "test", None).await;
        assert!(matches!(refused, Err(Error::Vault(_))), "byte {at}: {refused:?}");
        after.assert_same(&database.look());
    }
    std::fs::write(&path, &good[..good.len() / 2]).unwrap();
    assert!(house.engine.restore(ada, &Choice::Whole, "test", None).await.is_err(), "a torn blob");
    whole(&house, gus).await;
    std::fs::write(&path, &good).unwrap();
    whole(&house, ada).await;
}

async fn blobs_of_two_people_cannot_be_swapped(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    let gus = erased(&house, &["7"]).await[0];
    let after = database.look();
    let paths = [ada, gus].map(|request| (request, &house.engine));
    let mut files = Vec::new();
    for (request, engine) in paths {
        let blob = engine.store.claims_of(request).await.unwrap()[0].0;
        files.push(house.dir.path().join("vault").join(Shelf::name(blob)));
    }
    let between = house.dir.path().join("between");
    for (from, to) in [(&files[0], &between), (&files[1], &files[0]), (&between, &files[1])] {
        std::fs::rename(from, to).unwrap();
    }
    for request in [ada, gus] {
        let refused = house.engine.restore(request, &Choice::Whole, "test", None).await;
        assert!(matches!(refused, Err(Error::Vault(_))), "{refused:?}");
    }
    after.assert_same(&database.look());
}

async fn another_key_opens_nothing(database: Database) {
    let (database, mut house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    let after = database.look();
    let dir = house.dir.path();
    let keeper = KeyFile::create(&dir.join("other-key"), &Secret::new([9; 32])).unwrap();
    assert!(Keyring::open(&dir.join("keys"), &keeper).is_err(), "the ring opens with another unseal secret");
    let other = Keyring::create(&dir.join("other-keys"), &keeper, &Secret::new([8; 32])).unwrap();
    other.add_organization(house.engine.organization, &Secret::new([7; 32])).unwrap();
    let good = std::mem::replace(&mut house.engine.keyring, Arc::new(other));
    let refused = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    assert!(refused.is_err(), "{refused:?}");
    after.assert_same(&database.look());
    house.engine.keyring = good;
    whole(&house, ada).await;
}

pub(crate) async fn of_two_workers_on_one_job_one_does_it(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let (control, other) = (Control::default(), Control::default());
    let (one, two) = tokio::join!(
        house.engine.run_job(job, "one", &control, &Nobody),
        house.engine.run_job(job, "two", &other, &Nobody),
    );
    let settled = [&one, &two].iter().filter(|end| matches!(end, Ok(states::SETTLED))).count();
    assert_eq!(settled, 1, "{one:?} {two:?}");
    for unit in house.engine.store.units(job).await.unwrap() {
        assert_eq!((unit.done, unit.gone), (unit.total, 0), "{unit:?}");
    }
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

pub(crate) async fn a_worker_that_lost_its_lease_writes_nothing(database: Database) {
    let (database, mut house) = club(database).await;
    house.engine.settings.batch_rows = Some(3);
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    // another process took the job over while this one slept between two batches
    let store = house.engine.store.clone();
    let seen = Mutex::new(None);
    let handle = tokio::runtime::Handle::current();
    let watcher = Meddle(AtomicBool::new(false), || {
        tokio::task::block_in_place(|| {
            handle.block_on(async {
                let later = exeunt_engine::World::now(&*house.world).plus_seconds(60);
                let mut change = store.begin().await.unwrap();
                let lease = change
                    .take_lease(job, "another", states::RUNNABLE, later, later.plus_seconds(3))
                    .await
                    .unwrap();
                change.commit_bookkeeping().await.unwrap();
                *seen.lock().unwrap() = Some((lease, database.look()));
            });
        });
    });
    let lost = house.engine.run_job(job, "sleeper", &Control::default(), &watcher).await;
    assert!(matches!(lost, Err(Error::Store(exeunt_store::Error::LeaseLost { .. }))), "{lost:?}");
    let (lease, then) = seen.into_inner().unwrap().unwrap();
    then.assert_same(&database.look());
    let running = house.engine.store.job(job).await.unwrap();
    assert_eq!(
        (running.state.as_str(), running.fence),
        (states::RUNNING, lease.fence),
        "the new holder's job"
    );
    let mut change = house.engine.store.begin().await.unwrap();
    change.drop_lease(&lease).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_cannot_be_reached_is_told_without_its_secrets() {
    let (database, mut house) = club(Database::postgres()).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let Database::Postgres(server) = &database else { unreachable!("made so above") };
    let url = server.url().replace(server.name(), "no_such_database");
    let settings = exeunt_source_postgres::Settings::from_url(&url);
    let connected = exeunt_source_postgres::Postgres::connect(&settings).await;
    let error = match connected {
        Err(error) => format!("{error} {error:?}"),
        Ok(source) => {
            house.engine.sources.insert(crate::house::name("club"), Arc::new(source));
            house.run(job).await.unwrap_err().to_string()
        }
    };
    let password = url.split(':').nth(2).and_then(|rest| rest.split('@').next()).unwrap();
    assert!(!error.contains(password), "{error}");
    house.engine.sources.insert(crate::house::name("club"), postgres(server.url()).await);
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
}
