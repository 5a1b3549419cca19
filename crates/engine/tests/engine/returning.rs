//! Restore: exactly what was there, never over what was written since, and through a schema that changed.

use exeunt_engine::restore::{Choice, Restored};
use exeunt_engine::states;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;
use crate::wave::{erased, restore, whole};

on_both! {
    chosen_rows_come_back_alone_and_the_rest_later;
    a_row_written_since_under_the_same_key_is_not_overwritten;
    a_unique_value_taken_since_is_not_taken_away;
    a_row_changed_since_keeps_its_newer_value;
    a_row_deleted_since_stays_deleted;
    rows_come_back_into_a_table_that_gained_a_column;
    rows_come_back_into_a_table_that_lost_a_column;
    rows_come_back_into_a_table_whose_column_was_renamed;
    a_job_cancelled_between_two_batches_is_restored_whole;
    a_second_restore_is_told_that_nothing_is_left;
    a_restore_after_the_window_is_refused;
}

fn refusals(restored: &Restored, model: &str) -> Vec<String> {
    restored
        .refused
        .iter()
        .filter(|refusal| refusal.model == model)
        .map(|refusal| refusal.words.clone())
        .collect()
}

async fn chosen_rows_come_back_alone_and_the_rest_later(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    let rows = |model: &str, keys: &[&str]| Choice::Rows {
        model: model.to_owned(),
        keys: keys.iter().map(|key| vec![(*key).to_owned()]).collect(),
    };
    let some = house.engine.restore(ada, &rows("club.visits", &["2"]), "test", None).await.unwrap();
    assert_eq!((some.back, some.whole), (1, false), "{some:?}");
    assert_eq!(database.ask("SELECT page FROM visits WHERE person = 1"), "/ada");
    let none = house.engine.restore(ada, &rows("club.visits", &["77"]), "test", None).await.unwrap();
    assert_eq!((none.back, none.whole), (0, false), "{none:?}");
    let person = house.engine.restore(ada, &rows("club.people", &[]), "test", None).await.unwrap();
    assert!(person.back > 0, "{person:?}");
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn a_row_written_since_under_the_same_key_is_not_overwritten(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    database.run("INSERT INTO visits VALUES (2, 5, '/eve')");
    let restored = restore(&house, ada).await;
    assert!(!restored.whole);
    assert!(refusals(&restored, "club.visits")[0].contains("same key"), "{restored:?}");
    assert_eq!(database.ask("SELECT page FROM visits WHERE id = 2"), "/eve");
    assert_eq!(database.ask("SELECT name FROM people WHERE id = 1"), "Ada", "all else is back");
    // the way is free: the rest comes back, and nothing twice
    database.run("DELETE FROM visits WHERE id = 2");
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

async fn a_unique_value_taken_since_is_not_taken_away(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("INSERT INTO people (email, name) VALUES ('ada@example.test', 'Another Ada')");
    let restored = restore(&house, ada).await;
    assert!(!restored.whole);
    assert!(refusals(&restored, "club.people")[0].contains("unique"), "{restored:?}");
    assert_eq!(database.ask("SELECT name FROM people WHERE email = 'ada@example.test'"), "Another Ada");
    assert_eq!(
        database.ask("SELECT count(*) FROM visits WHERE person = 1"),
        "2",
        "what needs nobody is back"
    );
    assert_eq!(database.ask("SELECT count(*) FROM notes WHERE writer = 1"), "0", "what needs her is not");
    database.run("DELETE FROM people WHERE name = 'Another Ada'");
    whole(&house, ada).await;
    assert_eq!(database.ask("SELECT notes FROM people WHERE id = 1"), "2");
}

async fn a_row_changed_since_keeps_its_newer_value(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("UPDATE bills SET name = 'Somebody new' WHERE id = 1");
    let restored = restore(&house, ada).await;
    assert!(!restored.whole);
    assert!(refusals(&restored, "club.bills")[0].contains("changed since"), "{restored:?}");
    assert_eq!(database.ask("SELECT name FROM bills WHERE id = 1"), "Somebody new");
}

async fn a_row_deleted_since_stays_deleted(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("DELETE FROM bills WHERE id = 1");
    let restored = restore(&house, ada).await;
    assert!(!restored.whole);
    assert!(refusals(&restored, "club.bills")[0].contains("deleted since"), "{restored:?}");
    assert_eq!(database.ask("SELECT count(*) FROM bills WHERE id = 1"), "0");
    assert_eq!(database.ask("SELECT person FROM bills WHERE id = 4"), "1", "the other bill is hers again");
}

async fn rows_come_back_into_a_table_that_gained_a_column(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits ADD COLUMN seconds INTEGER NOT NULL DEFAULT 7");
    whole(&house, ada).await;
    assert_eq!(database.ask("SELECT sum(seconds) FROM visits WHERE person = 1"), "14");
}

async fn rows_come_back_into_a_table_that_lost_a_column(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits DROP COLUMN page");
    let restored = whole(&house, ada).await;
    assert!(restored.notes.iter().any(|note| note.contains("page is no longer there")), "{restored:?}");
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "2");
}

async fn rows_come_back_into_a_table_whose_column_was_renamed(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits RENAME COLUMN page TO path");
    let restored = whole(&house, ada).await;
    assert!(restored.notes.iter().any(|note| note.contains("is now path")), "{restored:?}");
    assert_eq!(database.ask("SELECT path FROM visits WHERE id = 2"), "/ada");
}

async fn a_job_cancelled_between_two_batches_is_restored_whole(database: Database) {
    let database = database.club();
    let mut house = House::new(CLUB, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(2);
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let control = exeunt_engine::job::run::Control::default();
    let stopped = house.engine.run_job(job, "test", &control, &StopAfter(control.stop.clone())).await;
    assert!(matches!(stopped, Err(exeunt_engine::Error::Stopped(_))), "{stopped:?}");
    assert!(!before.changes(&database.look()).is_empty(), "one batch was struck");
    let mut change = house.engine.store.begin().await.unwrap();
    change.ask_cancel(job).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::CANCELLED);
    let units = house.engine.store.units(job).await.unwrap();
    assert!(units.iter().any(|unit| unit.position < unit.total), "nothing was left to cancel");
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

struct StopAfter(std::sync::Arc<std::sync::atomic::AtomicBool>);

impl exeunt_engine::progress::Watcher for StopAfter {
    fn on(&self, _: &exeunt_engine::progress::Progress) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

async fn a_second_restore_is_told_that_nothing_is_left(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    whole(&house, ada).await;
    let again = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    assert!(matches!(again, Err(exeunt_engine::Error::NothingThere(_))), "{again:?}");
}

async fn a_restore_after_the_window_is_refused(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    let after = database.look();
    house.world.skip_days(60);
    let late = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    assert!(late.is_err_and(|error| error.to_string().contains("window")));
    after.assert_same(&database.look());
}
