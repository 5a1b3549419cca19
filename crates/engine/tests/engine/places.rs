//! Rows without a key: known by their place only, which other people's purges may move.

use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_testkit::{Snapshot, shop};

use crate::house::{House, sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn keyless_rows_come_back_although_the_file_was_written_anew_for_somebody_else() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    shop::install_sqlite(&file, 40).unwrap();
    let house = House::new(shop::MAP, vec![("shop", sqlite(&file))]).await;
    let first = house.submit("erasure", &[("customer_id", "3")]).await;
    let job = house.queue(&[first], &["customer_id"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let without_the_first = Snapshot::of_sqlite(&file).unwrap();

    let second = house.submit("erasure", &[("customer_id", "7")]).await;
    let job = house.queue(&[second], &["customer_id"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let now = Options { now: Some(String::from("a test")), ..Options::default() };
    house.engine.purge(first, &now, "test", None).await.unwrap();

    let restored = house.engine.restore(second, &Choice::Whole, "test", None).await.unwrap();
    assert_eq!(restored.refused, [], "{restored:?}");
    assert!(restored.whole);
    without_the_first.assert_same(&Snapshot::of_sqlite(&file).unwrap());
}
