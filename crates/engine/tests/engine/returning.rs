//! Restore: exactly what was there, never over what was written since, and through a schema that changed.

use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::restore::restored::Restored;
use exeunt_engine::{Error, World, states};

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
    values_of_a_column_that_was_dropped_wait_until_it_is_there_again;
    a_value_written_since_its_column_is_there_again_is_not_overwritten;
    a_masked_value_whose_column_was_dropped_waits_too;
    a_value_that_the_source_computes_now_is_missing_only_where_it_differs;
    a_person_who_was_asked_back_is_not_reported_by_the_ledger;
    rows_come_back_into_a_table_whose_column_was_renamed;
    a_job_cancelled_between_two_batches_is_restored_whole;
    a_second_restore_is_told_that_nothing_is_left;
    a_restore_after_the_window_is_refused;
    a_row_that_a_trigger_keeps_as_it_is_comes_back_without_it;
}

fn refusals(restored: &Restored, model: &str) -> Vec<String> {
    restored
        .refused
        .iter()
        .filter(|refusal| refusal.model == model)
        .map(|refusal| refusal.words.clone())
        .collect()
}

pub(crate) async fn chosen_rows_come_back_alone_and_the_rest_later(database: Database) {
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
    let none = house.engine.restore(ada, &rows("club.visits", &["1", "77", "78"]), "test", None).await;
    let Err(error @ Error::NoSuchRow { .. }) = none else { panic!("{none:?}") };
    let words = error.to_string();
    assert!(words.contains("club.visits") && words.contains("as numbers 2, 3;"), "{words}");
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE id = 1"), "0", "nothing was touched");
    let again = house.engine.restore(ada, &rows("club.visits", &["2"]), "test", None).await.unwrap();
    assert_eq!((again.back, again.already), (0, 1), "{again:?}");
    let other = house.engine.restore(ada, &rows("club.homes", &[]), "test", None).await;
    assert!(matches!(other, Err(Error::NoSuchRow { .. })), "her home is shared and stays: {other:?}");
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

/// Columns that rows came back without, and how many rows.
fn lacks(restored: &Restored) -> Vec<(String, u64)> {
    restored.without.iter().map(|one| (format!("{}.{}", one.model, one.column), one.rows)).collect()
}

async fn state(house: &House, request: exeunt_base::RequestId) -> String {
    house.engine.store.request(request).await.unwrap().state
}

async fn values_of_a_column_that_was_dropped_wait_until_it_is_there_again(database: Database) {
    let database = database.club();
    database.run("INSERT INTO visits VALUES (9, 1, NULL)");
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits DROP COLUMN page");
    let restored = restore(&house, ada).await;
    assert!(!restored.whole, "values were lost: {restored:?}");
    assert_eq!(lacks(&restored), [(String::from("club.visits.page"), 2)], "the third visit had no page");
    assert!(restored.without[0].words.contains("no such column"), "{restored:?}");
    assert!(restored.refused.is_empty() && restored.back > 0, "{restored:?}");
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "3");
    assert_eq!(state(&house, ada).await, states::PARTLY_RESTORED);
    // nothing changed: the same again, and nothing twice
    let again = restore(&house, ada).await;
    assert_eq!((again.back, again.whole, lacks(&again)), (0, false, lacks(&restored)), "{again:?}");
    database.run("ALTER TABLE visits ADD COLUMN page TEXT");
    let filled = whole(&house, ada).await;
    assert_eq!((filled.back, filled.filled), (0, 2), "{filled:?}");
    assert_eq!(state(&house, ada).await, states::RESTORED);
    assert_eq!(database.ask("SELECT page FROM visits WHERE id = 2"), "/ada");
    database.run("UPDATE visits SET page = '/' WHERE id IN (3, 4)");
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

async fn a_value_written_since_its_column_is_there_again_is_not_overwritten(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits DROP COLUMN page");
    restore(&house, ada).await;
    database.run("ALTER TABLE visits ADD COLUMN page TEXT NOT NULL DEFAULT 'none'");
    database.run("UPDATE visits SET page = '/new' WHERE id = 2");
    let restored = restore(&house, ada).await;
    assert!(!restored.whole);
    assert!(refusals(&restored, "club.visits")[0].contains("not overwritten"), "{restored:?}");
    assert_eq!(database.ask("SELECT page FROM visits WHERE id = 2"), "/new");
    assert_eq!(database.ask("SELECT page FROM visits WHERE id = 1"), "/", "the default was nobody's");
    database.run("UPDATE visits SET page = 'none' WHERE id = 2");
    whole(&house, ada).await;
    assert_eq!(database.ask("SELECT page FROM visits WHERE id = 2"), "/ada");
}

async fn a_masked_value_whose_column_was_dropped_waits_too(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    assert_eq!(database.ask("SELECT name FROM bills WHERE id = 1"), "");
    database.run("ALTER TABLE bills DROP COLUMN name");
    let restored = restore(&house, ada).await;
    assert_eq!(lacks(&restored), [(String::from("club.bills.name"), 1)], "the other bill had no name");
    assert_eq!(database.ask("SELECT count(*) FROM bills WHERE person = 1"), "2", "the bills are hers again");
    database.run("ALTER TABLE bills ADD COLUMN name TEXT");
    whole(&house, ada).await;
    assert_eq!(database.ask("SELECT name FROM bills WHERE id = 1"), "Ada");
}

async fn a_value_that_the_source_computes_now_is_missing_only_where_it_differs(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    let sort = if matches!(database, Database::Sqlite { .. }) { "VIRTUAL" } else { "STORED" };
    database.run("ALTER TABLE visits DROP COLUMN page");
    database.run(&format!("ALTER TABLE visits ADD COLUMN page TEXT GENERATED ALWAYS AS ('/') {sort}"));
    let restored = restore(&house, ada).await;
    assert_eq!(lacks(&restored), [(String::from("club.visits.page"), 1)], "{restored:?}");
    assert!(restored.without[0].words.contains("computes"), "{restored:?}");
    assert_eq!(state(&house, ada).await, states::PARTLY_RESTORED);
}

async fn a_person_who_was_asked_back_is_not_reported_by_the_ledger(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let document = house.draft(exeunt_plan::document::Right::Erasure, &["person_id"]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run("ALTER TABLE visits DROP COLUMN page");
    restore(&house, ada).await;
    let registers = exeunt_engine::ledger::registers_of(&document);
    let found = house.engine.check_ledger(&registers, None).await.unwrap();
    assert_eq!(found.back.len(), 0, "{found:?}");
    // nor does a purge of what could not come keep them out of imports
    let options = Options {
        now: Some(String::from("x")),
        give_up: Some(String::from("x")),
        leave_new: Some(String::from("x")),
        ..Options::default()
    };
    house.engine.purge(ada, &options, "test", None).await.unwrap();
    let listed = house.engine.store.suppressions(house.engine.organization).await.unwrap();
    assert_eq!(listed, []);
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
    let early = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    let Err(error @ Error::Refused("E0408", _)) = early else { panic!("{early:?}") };
    let words = error.to_string();
    assert!(words.contains("was cut short") && words.contains(&format!("job cancel {job}")), "{words}");
    let mut change = house.engine.store.begin().await.unwrap();
    let lease = change
        .take_lease(job, "another", &[states::RUNNING], house.world.now(), house.world.now().plus_seconds(9))
        .await
        .unwrap();
    change.commit_bookkeeping().await.unwrap();
    let early = house.engine.restore(ada, &Choice::Whole, "test", None).await;
    let words = early.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(words.contains("by another process"), "{words}");
    let mut change = house.engine.store.begin().await.unwrap();
    change.drop_lease(&lease).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
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

async fn a_row_that_a_trigger_keeps_as_it_is_comes_back_without_it(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    database.run(match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold BEFORE UPDATE ON bills WHEN OLD.id = 1 BEGIN SELECT RAISE(IGNORE); END;"
        }
        Database::Postgres(_) => {
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.id = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON bills FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    });
    whole(&house, ada).await;
    assert_eq!(database.ask("SELECT name FROM bills WHERE id = 1"), "Ada");
}

/// Where a trigger cannot be kept quiet, what it does not let back stays in the vault.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_trigger_does_not_let_back_is_not_called_back() {
    let database = Database::postgres().club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let ada = erased(&house, &["1"]).await[0];
    for body in [
        "IF OLD.id = 1 THEN RETURN NULL; END IF; RETURN NEW;",
        "UPDATE bills SET name = OLD.name WHERE id = NEW.id AND id = 1 AND pg_trigger_depth() = 1; RETURN NULL;",
    ] {
        let when = if body.starts_with("IF") { "BEFORE" } else { "AFTER" };
        database.run(&format!(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
            CREATE TRIGGER hold {when} UPDATE ON bills FOR EACH ROW EXECUTE FUNCTION hold();
            ALTER TABLE bills ENABLE ALWAYS TRIGGER hold;"
        ));
        let restored = restore(&house, ada).await;
        assert!(!restored.whole, "{restored:?}");
        let words = refusals(&restored, "club.bills");
        assert!(
            words[0].starts_with("a trigger of public.bills keeps what the erasure had written"),
            "{words:?}"
        );
        assert_eq!(database.ask("SELECT count(*) FROM bills WHERE name = 'Ada'"), "0");
        database.run("DROP FUNCTION hold() CASCADE");
    }
    whole(&house, ada).await;
    assert_eq!(database.ask("SELECT name || ' ' || person FROM bills WHERE id = 1"), "Ada 1");
}
