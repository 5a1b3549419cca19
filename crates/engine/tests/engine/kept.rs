//! The engine with its control store on PostgreSQL: cases of every kind, whatever the sources are.

use std::sync::atomic::AtomicBool;

use exeunt_engine::job::run::Control;
use exeunt_engine::states;
use exeunt_testkit::Postgres;
use exeunt_testkit::postgres::{Database as Server, Settings};

use crate::database::Database;
use crate::house::{House, kept_in, kept_on_postgres};
use crate::outages::{Meddle, club};
use crate::wave::whole;
use crate::{outages, purging, returning, reviews, wave};

macro_rules! cases {
    ($($room:ident :: $case:ident;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            kept_on_postgres($room::$case(Database::sqlite())).await;
            kept_on_postgres($room::$case(Database::postgres())).await;
        })*
    };
}

cases! {
    outages::of_two_workers_on_one_job_one_does_it;
    outages::a_worker_that_lost_its_lease_writes_nothing;
    purging::what_was_purged_never_comes_back;
    purging::a_restored_person_is_forgotten_by_the_ledger;
    returning::chosen_rows_come_back_alone_and_the_rest_later;
    reviews::a_refused_row_stands_alone_and_is_struck_when_tried_again;
    wave::people_of_a_wave_come_back_in_any_order;
    wave::a_purge_of_one_leaves_the_others_restorable;
}

/// A server of its own for the control store, which the test may end.
fn server() -> (&'static Postgres, Server<'static>) {
    let settings = Settings { fsync: false, ..Settings::default() };
    let server: &'static Postgres = Box::leak(Box::new(Postgres::start_with(&settings).unwrap()));
    (server, server.create_database().unwrap())
}

/// Carries a job of many batches out while something happens after the first one, which may stop it until `then`; and
/// brings everything back.
async fn carried_out(meddle: impl Fn() + Send + Sync, stops: bool, then: impl FnOnce()) {
    let (database, mut house): (Database, House) = club(Database::sqlite()).await;
    house.engine.settings.batch_rows = Some(3);
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let watcher = Meddle(AtomicBool::new(false), meddle);
    let first = house.engine.run_job(job, "test", &Control::default(), &watcher).await;
    then();
    assert_eq!(first.is_err(), stops, "{first:?}");
    if let Err(error) = first {
        assert_eq!(error.kind(), exeunt_base::FaultKind::Unreachable, "{error}");
        // nobody could give the lease back: it runs out, and the job goes on
        assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    }
    for unit in house.engine.store.units(job).await.unwrap() {
        assert_eq!((unit.done, unit.gone + unit.failed + unit.skipped), (unit.total, 0), "{unit:?}");
    }
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_goes_away_between_batches_is_gone_on_with_when_it_is_back() {
    let (server, database) = server();
    let gone = carried_out(|| server.crash().unwrap(), true, || server.start_again().unwrap());
    kept_in(database.url(), gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_restarted_between_batches_goes_on() {
    let (server, database) = server();
    let restart = || {
        server.crash().unwrap();
        server.start_again().unwrap();
    };
    kept_in(database.url(), carried_out(restart, false, || {})).await;
}
