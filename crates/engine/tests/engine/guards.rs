//! Guards before the first row is touched: who is meant, how many rows, which schema; and the dry run.

use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Nobody;
use exeunt_engine::{Error, states};
use exeunt_plan::document::Right;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;

on_both! {
    identifiers_of_two_people_are_refused_until_somebody_looked;
    an_identifier_of_too_many_people_is_refused_until_their_number_is_confirmed;
    a_person_of_more_rows_than_the_cap_is_refused_until_the_rows_are_confirmed;
    somebody_of_whom_nothing_is_held_is_asked_about_and_gets_a_receipt_that_says_so;
    one_unknown_of_a_wave_is_named;
    an_empty_identifier_finds_nobody;
    a_schema_that_changed_since_the_approval_stops_the_job;
    a_table_dropped_since_the_approval_stops_the_job;
    a_plan_nobody_approved_is_not_carried_out;
    a_dry_run_counts_what_the_run_does_and_changes_nothing;
    rows_written_between_plan_and_run_are_counted_and_erased;
}

fn confirmed(confirmed: Confirmed) -> Control {
    Control { confirmed, ..Control::default() }
}

async fn club(database: Database) -> (Database, House) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    (database, house)
}

async fn identifiers_of_two_people_are_refused_until_somebody_looked(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let both = house.submit("erasure", &[("person_id", "1"), ("email", "ben@example.test")]).await;
    let job = house.queue(&[both], &["person_id", "email"]).await;
    let refused = house.run(job).await;
    let Err(error @ Error::Contradiction { .. }) = refused else { panic!("{refused:?}") };
    assert!(!error.to_string().contains("ben@"), "{error}");
    before.assert_same(&database.look());
    assert_eq!(house.engine.store.job(job).await.unwrap().state, states::FAILED);

    let looked = confirmed(Confirmed { identity: true, ..Confirmed::default() });
    assert_eq!(house.engine.run_job(job, "test", &looked, &Nobody).await.unwrap(), states::SETTLED);
    assert_eq!(database.ask("SELECT count(*) FROM people WHERE id IN (1, 2)"), "0");
}

async fn an_identifier_of_too_many_people_is_refused_until_their_number_is_confirmed(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let many = house.submit("erasure", &[("phone", "+49 30 23125 003")]).await;
    let job = house.queue(&[many], &["phone"]).await;
    let refused = house.run(job).await;
    assert!(matches!(refused, Err(Error::TooBroad { found: 6, cap: 5, .. })), "{refused:?}");
    before.assert_same(&database.look());
    let looked = confirmed(Confirmed { matches: Some(6), ..Confirmed::default() });
    assert_eq!(house.engine.run_job(job, "test", &looked, &Nobody).await.unwrap(), states::SETTLED);
    assert_eq!(database.ask("SELECT count(*) FROM people WHERE id BETWEEN 1 AND 8"), "2");
}

async fn a_person_of_more_rows_than_the_cap_is_refused_until_the_rows_are_confirmed(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let mut document = house.draft(Right::Erasure, &["person_id"]).await;
    document.row_cap = 3;
    let plan = house.approve(&document, &[ada]).await;
    let job = house.engine.queue_job(plan, &[ada], &["received"], None).await.unwrap();
    let Err(Error::TooMany { found, cap: 3, .. }) = house.run(job).await else { panic!("not refused") };
    before.assert_same(&database.look());
    let looked = confirmed(Confirmed { rows: Some(found), ..Confirmed::default() });
    assert_eq!(house.engine.run_job(job, "test", &looked, &Nobody).await.unwrap(), states::SETTLED);
}

async fn somebody_of_whom_nothing_is_held_is_asked_about_and_gets_a_receipt_that_says_so(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let nobody = house.submit("erasure", &[("email", "nobody@example.test")]).await;
    let job = house.queue(&[nobody], &["email"]).await;
    let stopped = house.run(job).await;
    let Err(error @ Error::Nobody { .. }) = stopped else { panic!("{stopped:?}") };
    let words = error.to_string();
    assert!(words.contains(&nobody.to_string()) && !words.contains("example.test"), "{words}");
    let looked = confirmed(Confirmed { nobody: true, ..Confirmed::default() });
    assert_eq!(house.engine.run_job(job, "test", &looked, &Nobody).await.unwrap(), states::SETTLED);
    before.assert_same(&database.look());
    assert_eq!(house.engine.store.job(job).await.unwrap().rows_total, 0);
    // nothing waits, so nobody has to
    let purged = house.engine.purge(nobody, &Default::default(), "test", None).await.unwrap();
    assert_eq!((purged.tally.rows(), purged.tally.nothing, purged.state), (0, true, states::NO_DATA));
    assert!(purged.seen.places > 0 && purged.seen.found.is_empty(), "it looked again: {:?}", purged.seen);
    assert_eq!(house.engine.store.request(nobody).await.unwrap().state, states::NO_DATA);
}

async fn one_unknown_of_a_wave_is_named(database: Database) {
    let (database, house) = club(database).await;
    let ada = house.submit("erasure", &[("email", "ada@example.test")]).await;
    let nobody = house.submit("erasure", &[("email", "nobody@example.test")]).await;
    let job = house.queue(&[ada, nobody], &["email"]).await;
    let before = database.look();
    let stopped = house.run(job).await;
    let Err(Error::Nobody { requests }) = stopped else { panic!("{stopped:?}") };
    assert_eq!(requests, [nobody]);
    before.assert_same(&database.look());
    let looked = confirmed(Confirmed { nobody: true, ..Confirmed::default() });
    assert_eq!(house.engine.run_job(job, "test", &looked, &Nobody).await.unwrap(), states::SETTLED);
    let purged = house.engine.purge(ada, &Default::default(), "test", None).await;
    assert!(matches!(purged, Err(Error::WindowOpen { .. })), "hers is open: {purged:?}");
    let purged = house.engine.purge(nobody, &Default::default(), "test", None).await.unwrap();
    assert_eq!(purged.state, states::NO_DATA);
}

async fn an_empty_identifier_finds_nobody(database: Database) {
    let (database, house) = club(database).await;
    database.run("UPDATE people SET phone = '' WHERE id > 2");
    let before = database.look();
    for value in ["", "  ", "%", "_", "*", "NULL"] {
        let empty = house.submit("erasure", &[("phone", value)]).await;
        let job = house.queue(&[empty], &["phone"]).await;
        let end = house.run(job).await;
        assert!(matches!(end, Err(Error::Nobody { .. } | Error::Unknown { .. })), "{value:?}: {end:?}");
        before.assert_same(&database.look());
    }
}

async fn a_schema_that_changed_since_the_approval_stops_the_job(database: Database) {
    let (database, house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    database.run("ALTER TABLE visits ADD COLUMN referrer TEXT");
    let before = database.look();
    let refused = house.run(job).await;
    assert!(matches!(refused, Err(Error::Drifted { .. })), "{refused:?}");
    before.assert_same(&database.look());
    let failed = house.engine.store.job(job).await.unwrap();
    assert_eq!(failed.state, states::FAILED);
    assert!(failed.trouble.unwrap().contains("nothing was touched"));
}

async fn a_table_dropped_since_the_approval_stops_the_job(database: Database) {
    let (database, house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    database.run("DROP TABLE visits");
    let before = database.look();
    let refused = house.run(job).await;
    assert!(matches!(refused, Err(Error::Drifted { .. })), "{refused:?}");
    let words = refused.unwrap_err().to_string();
    assert!(words.contains("visits") && words.contains("is gone"), "{words}");
    before.assert_same(&database.look());
}

async fn a_plan_nobody_approved_is_not_carried_out(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let text = exeunt_plan::digest::text(&document);
    let plan = exeunt_store::plans::Plan {
        id: house.engine.new_plan(),
        organization: house.engine.organization,
        right: String::from("erasure"),
        digest: exeunt_plan::digest::of_text(&text),
        document: text,
        made_at: exeunt_engine::World::now(&*house.world),
        approved: None,
    };
    let mut change = house.engine.store.begin().await.unwrap();
    change.add_plan(&plan).await.unwrap();
    change.plan_requests(&[ada], plan.id, &["received"], "received").await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let job = house.engine.queue_job(plan.id, &[ada], &["received"], None).await.unwrap();
    let refused = house.run(job).await;
    assert!(matches!(refused, Err(Error::NotApproved(_))), "{refused:?}");
    before.assert_same(&database.look());
}

async fn a_dry_run_counts_what_the_run_does_and_changes_nothing(database: Database) {
    let (database, house) = club(database).await;
    let before = database.look();
    let requests = [
        house.submit("erasure", &[("person_id", "1")]).await,
        house.submit("erasure", &[("person_id", "3")]).await,
    ];
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let people = house.engine.people(&requests).await.unwrap();
    let rehearsed = house.engine.dry_run(&document, people, Confirmed::default()).await.unwrap();
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "a dry run leaves nothing in the vault");

    let plan = house.approve(&document, &requests).await;
    let job = house.engine.queue_job(plan, &requests, &["received"], None).await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let units = house.engine.store.units(job).await.unwrap();
    let ran: Vec<(String, String, u64, u64)> =
        units.iter().map(|unit| (unit.model.clone(), unit.action.clone(), unit.total, unit.done)).collect();
    let said: Vec<(String, String, u64, u64)> = rehearsed
        .lines
        .iter()
        .map(|line| (line.model.clone(), line.action.clone(), line.found, line.struck.unwrap()))
        .collect();
    assert_eq!(said, ran);
}

/// What the database looks at when a transaction ends is part of what a dry run tries.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sees_what_is_checked_at_the_end() {
    let database = Database::postgres().club();
    database.run(
        "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             RAISE EXCEPTION 'not this one'; END $$;
         CREATE CONSTRAINT TRIGGER visits_stay AFTER DELETE ON visits DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION never();",
    );
    let map = CLUB.replace(
        "relations: [ { to: people, by: person, as: owned_by } ]\n    on_erase: delete",
        "relations: [ { to: people, by: person, as: owned_by } ]\n    on_erase: delete
    triggers: { visits_stay: { effect: local, because: it looks } }",
    );
    let house = House::new(&map, vec![("club", database.source().await)]).await;
    let before = database.look();
    let requests = [house.submit("erasure", &[("person_id", "1")]).await];
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let people = house.engine.people(&requests).await.unwrap();
    let refused = house.engine.dry_run(&document, people, Confirmed::default()).await;
    assert!(matches!(refused, Err(Error::Source { .. })), "{refused:?}");
    before.assert_same(&database.look());
}

async fn rows_written_between_plan_and_run_are_counted_and_erased(database: Database) {
    let (database, house) = club(database).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    database.run("INSERT INTO visits VALUES (77, 1, '/late')");
    let before = database.look();
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    assert_eq!(database.ask("SELECT count(*) FROM visits WHERE person = 1"), "0");
    crate::wave::whole(&house, ada).await;
    before.assert_same(&database.look());
}
