//! The whole story of one request: erased, restored to the byte, erased again, purged.

use std::sync::Arc;

use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_source::Source;
use exeunt_testkit::{Postgres, Snapshot, shop};

use crate::house::{House, postgres, sqlite};

async fn story(source: Arc<dyn Source>, look: &dyn Fn() -> Snapshot, first_batch: u64) {
    let mut house = House::new(shop::MAP, vec![("shop", source)]).await;
    house.engine.settings.first_batch = first_batch;
    let before = look();
    let request = house.submit("erasure", &[("customer_id", "7")]).await;
    let job = house.queue(&[request], &["customer_id"]).await;
    let end = house.run(job).await.unwrap();
    assert_eq!(end, states::SETTLED, "{:#?}", house.engine.store.reviews(job).await.unwrap());
    let erased = look();
    assert!(!before.changes(&erased).is_empty(), "nothing was erased");

    let restored = house.engine.restore(request, &Choice::Whole, "test", None).await.unwrap();
    assert_eq!(restored.refused, [], "{restored:?}");
    assert!(restored.whole, "{restored:?}");
    before.assert_same(&look());

    let again = house.submit("erasure", &[("customer_id", "7")]).await;
    let job = house.queue(&[again], &["customer_id"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let refused = house.engine.purge(again, &Options::default(), "test", None).await;
    assert!(matches!(refused, Err(exeunt_engine::Error::WindowOpen { .. })), "{refused:?}");
    house.world.skip_days(30);
    let purged = house.engine.purge(again, &Options::default(), "test", None).await.unwrap();
    assert!(purged.tally.rows() > 0);
    assert_eq!(house.engine.store.receipts_of(again).await.unwrap().len(), 1);
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault is empty after the last purge");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_erased_restored_and_purged_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    shop::install_sqlite(&file, 40).unwrap();
    story(sqlite(&file), &|| Snapshot::of_sqlite(&file).unwrap(), 4_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_batches_come_to_the_same_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    shop::install_sqlite(&file, 40).unwrap();
    story(sqlite(&file), &|| Snapshot::of_sqlite(&file).unwrap(), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_erased_restored_and_purged_on_postgres() {
    let database = Postgres::shared().create_database().unwrap();
    shop::install_postgres(&database, 40).unwrap();
    let url = database.url();
    story(postgres(url).await, &|| Snapshot::of_postgres(url).unwrap(), 4_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_batches_come_to_the_same_on_postgres() {
    let database = Postgres::shared().create_database().unwrap();
    shop::install_postgres(&database, 40).unwrap();
    let url = database.url();
    story(postgres(url).await, &|| Snapshot::of_postgres(url).unwrap(), 3).await;
}
