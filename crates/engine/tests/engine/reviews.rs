//! Rows that a source refuses: found one by one, flagged in the source's own words, the rest goes on.

use exeunt_base::JobId;
use exeunt_engine::states;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;
use crate::wave::{restore, whole};

on_both! {
    a_refused_row_stands_alone_and_is_struck_when_tried_again;
    a_refused_row_in_a_job_of_many_batches_stands_alone_too;
    a_row_left_with_a_reason_settles_the_job;
    a_job_in_review_can_be_restored;
}

/// An erasure of person 1 of whose notes the third is stuck, and with it herself.
async fn stuck(database: &Database, batch_rows: Option<u64>) -> (House, exeunt_base::RequestId, JobId) {
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = batch_rows;
    database.run("INSERT INTO stuck VALUES (3)");
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::REVIEW);
    totals(&house, job, "failed").await;
    (house, ada, job)
}

/// Nothing drops out of the totals. Says how many rows stand in a column.
async fn totals(house: &House, job: JobId, column: &str) -> u64 {
    let units = house.engine.store.units(job).await.unwrap();
    for unit in &units {
        assert_eq!(unit.total, unit.done + unit.gone + unit.failed + unit.skipped, "{unit:?}");
        assert_eq!(unit.position, unit.total, "{unit:?}");
    }
    units.iter().map(|unit| if column == "failed" { unit.failed } else { unit.skipped }).sum()
}

async fn tried_again(database: Database, batch_rows: Option<u64>) {
    let database = database.club();
    let before = database.look();
    let (house, ada, job) = stuck(&database, batch_rows).await;
    let reviews = house.engine.store.reviews(job).await.unwrap();
    let models: Vec<&str> = reviews.iter().map(|review| review.model.as_str()).collect();
    assert_eq!(models, ["club.notes", "club.people"], "{reviews:#?}");
    assert!(!reviews[0].words.contains("Ada"), "{}", reviews[0].words);
    assert_eq!(
        database.ask("SELECT count(*) FROM notes WHERE 1 IN (writer, reader)"),
        "1",
        "only the stuck one"
    );
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "0", "the rest went on");

    let still = house.engine.retry_reviews(job, "test", None).await.unwrap();
    assert_eq!((still.done, still.failed), (0, 2));
    assert_eq!(totals(&house, job, "failed").await, 2);

    database.run("DELETE FROM stuck");
    let retried = house.engine.retry_reviews(job, "test", None).await.unwrap();
    assert_eq!((retried.done, retried.failed), (2, 0), "{retried:?}");
    assert_eq!(house.engine.store.job(job).await.unwrap().state, states::SETTLED);
    assert_eq!(totals(&house, job, "failed").await, 0);
    assert_eq!(database.ask("SELECT count(*) FROM people WHERE id = 1"), "0");
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

pub(crate) async fn a_refused_row_stands_alone_and_is_struck_when_tried_again(database: Database) {
    tried_again(database, None).await;
}

async fn a_refused_row_in_a_job_of_many_batches_stands_alone_too(database: Database) {
    tried_again(database, Some(3)).await;
}

async fn a_row_left_with_a_reason_settles_the_job(database: Database) {
    let database = database.club();
    let (house, ada, job) = stuck(&database, None).await;
    assert_eq!(house.engine.skip_reviews(job, "the court wants it", "test", None).await.unwrap(), 2);
    assert_eq!(house.engine.store.job(job).await.unwrap().state, states::SETTLED);
    assert_eq!(totals(&house, job, "skipped").await, 2);
    let reviews = house.engine.store.reviews(job).await.unwrap();
    assert!(reviews.iter().all(|review| review.reason.as_deref() == Some("the court wants it")));
    database.run("DELETE FROM stuck");
    whole(&house, ada).await;
}

async fn a_job_in_review_can_be_restored(database: Database) {
    let database = database.club();
    let before = database.look();
    let (house, ada, _) = stuck(&database, None).await;
    database.run("DELETE FROM stuck");
    let restored = restore(&house, ada).await;
    assert!(restored.whole, "{restored:?}");
    before.assert_same(&database.look());
}
