//! Delta tables: what happens to a request is told once, in order, and to whom it may concern; a table of ours is nobody's
//! drift and nobody's residue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use exeunt_base::{Fault, FaultKind, Name, RequestId, Row, TableRef, Timestamp};
use exeunt_engine::delta::keys::Keys;
use exeunt_engine::delta::{Columns, Happened, Target, Users};
use exeunt_engine::{Engine, Error, states};
use exeunt_plan::document::Right;
use exeunt_source::{
    Abilities, Catalog, Fate, Journal, Journals, Marker, Reader, Residue, Source, Transaction, Without,
};

use crate::database::{CLUB, Database, on_both};
use crate::house::{House, name};
use crate::wave::{at_once, erased, whole};

on_both! {
    a_life_is_told_from_hidden_to_purged;
    a_restore_is_told_once;
    a_request_is_told_with_the_keys_that_are_looked_up;
    whoever_may_be_several_people_is_not_told;
    a_job_cancelled_before_its_census_is_told_with_the_keys_that_are_looked_up;
    what_died_between_table_and_mark_is_told_once;
    a_push_that_was_dropped_half_way_is_told_once;
    two_who_push_at_once_tell_each_row_once;
    a_table_that_was_away_catches_up_and_others_do_not_wait;
    hashed_keys_are_those_of_their_texts;
    old_rows_are_swept_and_what_nobody_fetched_is_given_up;
    the_table_is_neither_drift_nor_residue;
}

fn target(database: &Database) -> Target {
    Target::usual(matches!(database, Database::Sqlite { .. }).then_some("main"))
}

fn table(database: &Database) -> String {
    let TableRef { schema, name } = target(database).table;
    format!("{schema}.{name}")
}

/// The club, with a delta table and a second one in a database of its own kind.
async fn club(database: Database) -> (Database, House) {
    let database = database.club();
    let target = target(&database);
    let source = Without { source: database.source().await, tables: vec![target.table.clone()] };
    let mut house = House::new(CLUB, vec![("club", Arc::new(source))]).await;
    house.engine.settings.deltas.insert(name("club"), target);
    (database, house)
}

/// Lines of the delta table, in order.
fn told(database: &Database) -> Vec<String> {
    let line = "event || ' ' || coalesce(model, '-') || ' ' || coalesce(subject_keys, '-') || ' ' \
                || coalesce(subject_keys_sha256, '-')";
    let from = table(database);
    let text = match database {
        Database::Sqlite { .. } => database.ask(&format!(
            "SELECT group_concat(line, '|') FROM (SELECT {line} AS line FROM {from} ORDER BY sequence)"
        )),
        Database::Postgres(_) => {
            database.ask(&format!("SELECT string_agg({line}, '|' ORDER BY sequence) FROM {from}"))
        }
    };
    if text.is_empty() { Vec::new() } else { text.split('|').map(str::to_owned).collect() }
}

async fn push(engine: &Engine) -> Result<exeunt_engine::delta::Pushed, Error> {
    engine.push_deltas(&name("club"), &users(), None).await
}

/// The club's people, as the office tells them.
fn users() -> Vec<Users> {
    let identities = [("person_id", "id"), ("email", "email"), ("phone", "phone")]
        .map(|(kind, column)| (kind.to_owned(), name(column)));
    vec![Users {
        model: exeunt_base::ModelRef { source: name("club"), model: name("people") },
        table: TableRef { schema: name("main"), name: name("people") },
        key: vec![name("id")],
        identities: identities.to_vec(),
    }]
}

/// Of the database that the table is in.
fn users_in(database: &Database) -> Vec<Users> {
    let mut users = users();
    if matches!(database, Database::Postgres(_)) {
        users[0].table.schema = name("public");
    }
    users
}

async fn waiting(house: &House) -> u64 {
    house.engine.store.delta_waiting(house.engine.organization, 0).await.unwrap().events
}

/// As the office does when a request comes in.
async fn requested(house: &House, identifiers: &[(&str, &str)]) -> RequestId {
    let request = house.submit("erasure", identifiers).await;
    let models = [(String::from("club.people"), None::<Keys>)].into();
    let events = house.engine.delta_events(request, Happened::Requested, &models).unwrap();
    let mut change = house.engine.store.begin().await.unwrap();
    change
        .add_delta_events(house.engine.organization, &events, exeunt_engine::World::now(&*house.world))
        .await
        .unwrap();
    change.commit_bookkeeping().await.unwrap();
    request
}

async fn a_life_is_told_from_hidden_to_purged(database: Database) {
    let (database, house) = club(database).await;
    let requests = erased(&house, &["1", "3"]).await;
    assert_eq!(push(&house.engine).await.unwrap().rows, 2);
    assert_eq!(told(&database), [r#"hidden club.people [{"id":1}] -"#, r#"hidden club.people [{"id":3}] -"#]);
    assert_eq!(waiting(&house).await, 0, "what every table has is destroyed here");
    house.engine.purge(requests[0], &at_once(), "test", None).await.unwrap();
    assert_eq!(waiting(&house).await, 1);
    assert_eq!(push(&house.engine).await.unwrap().rows, 1);
    assert_eq!(push(&house.engine).await.unwrap().rows, 0, "nothing is new");
    assert_eq!(told(&database)[2], r#"purged club.people [{"id":1}] -"#);
    let ask = |what: &str| database.ask(&format!("SELECT {what} FROM {}", table(&database)));
    assert_eq!(ask("count(DISTINCT event_id)"), "3");
    assert_eq!(ask("count(DISTINCT sequence)"), "3");
    assert_eq!(ask("count(DISTINCT request_id)"), "2");
    assert_eq!(ask("min(schema_version)"), "1");
}

async fn a_restore_is_told_once(database: Database) {
    let (database, house) = club(database).await;
    let ada = erased(&house, &["1"]).await[0];
    whole(&house, ada).await;
    push(&house.engine).await.unwrap();
    assert_eq!(
        told(&database),
        [r#"hidden club.people [{"id":1}] -"#, r#"restored club.people [{"id":1}] -"#]
    );
}

async fn a_request_is_told_with_the_keys_that_are_looked_up(database: Database) {
    let (database, house) = club(database).await;
    let users = users_in(&database);
    house.engine.source(&name("club")).unwrap().describe().await.unwrap();
    requested(&house, &[("email", " ADA@example.test")]).await;
    let ben = requested(&house, &[("person_id", "2"), ("email", "ben@example.test")]).await;
    requested(&house, &[("email", "nobody@example.test")]).await;
    // hidden before anybody pushed: what the census found is told
    let job = house.queue(&[ben], &["person_id", "email"]).await;
    house.run(job).await.unwrap();
    house.engine.push_deltas(&name("club"), &users, None).await.unwrap();
    assert_eq!(
        told(&database),
        [
            r#"requested club.people [{"id":1}] -"#,
            r#"requested club.people [{"id":2}] -"#,
            "requested club.people [] -",
            r#"hidden club.people [{"id":2}] -"#
        ]
    );
}

async fn whoever_may_be_several_people_is_not_told(database: Database) {
    let (database, house) = club(database).await;
    let users = users_in(&database);
    house.engine.source(&name("club")).unwrap().describe().await.unwrap();
    // six share the telephone, and the cap is five
    requested(&house, &[("phone", "+49 30 23125 003")]).await;
    requested(&house, &[("person_id", "1"), ("email", "ben@example.test")]).await;
    house.engine.push_deltas(&name("club"), &users, None).await.unwrap();
    assert_eq!(told(&database), ["requested club.people - -", "requested club.people - -"]);
}

async fn a_job_cancelled_before_its_census_is_told_with_the_keys_that_are_looked_up(database: Database) {
    let (database, house) = club(database).await;
    let users = users_in(&database);
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    let mut change = house.engine.store.begin().await.unwrap();
    change.ask_cancel(job).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::CANCELLED);
    house.engine.push_deltas(&name("club"), &users, None).await.unwrap();
    assert_eq!(told(&database), [r#"cancelled club.people [{"id":1}] -"#]);
}

/// A source whose table has trouble so many times, before or after it has the rows.
struct Shaky {
    source: Arc<dyn Source>,
    before: AtomicU32,
    after: AtomicU32,
    /// Answers never again instead of with trouble.
    silent: bool,
}

impl Shaky {
    fn new(source: Arc<dyn Source>, before: u32, after: u32, silent: bool) -> Arc<Self> {
        Arc::new(Self { source, before: before.into(), after: after.into(), silent })
    }

    async fn trouble(&self, left: &AtomicU32) -> Result<(), Fault> {
        if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err() {
            return Ok(());
        }
        if self.silent {
            std::future::pending::<()>().await;
        }
        Err(Fault::new(FaultKind::Unreachable, "the connection broke"))
    }
}

#[async_trait]
impl Source for Shaky {
    fn abilities(&self) -> Abilities {
        self.source.abilities()
    }
    async fn describe(&self) -> Result<Catalog, Fault> {
        self.source.describe().await
    }
    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault> {
        self.source.snapshot().await
    }
    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.source.begin().await
    }
    async fn fate(&self, marker: &Marker) -> Result<Fate, Fault> {
        self.source.fate(marker).await
    }
    async fn scrub(&self, tables: &[TableRef], now: Timestamp) -> Result<Residue, Fault> {
        self.source.scrub(tables, now).await
    }
    async fn advise(&self) -> Result<Vec<String>, Fault> {
        self.source.advise().await
    }
    fn journals(&self) -> Option<&dyn Journals> {
        Some(self)
    }
}

#[async_trait]
impl Journals for Shaky {
    async fn prepare(&self, journal: &Journal) -> Result<(), Fault> {
        self.source.journals().unwrap().prepare(journal).await
    }
    async fn append(&self, journal: &Journal, rows: Vec<Row>) -> Result<u64, Fault> {
        self.trouble(&self.before).await?;
        let added = self.source.journals().unwrap().append(journal, rows).await?;
        self.trouble(&self.after).await?;
        Ok(added)
    }
    async fn forget(&self, journal: &Journal, part: &str, before: Timestamp) -> Result<u64, Fault> {
        self.source.journals().unwrap().forget(journal, part, before).await
    }
}

fn shaken(house: &mut House, before: u32, after: u32, silent: bool) {
    let source = Arc::clone(&house.engine.sources[&name("club")]);
    house.engine.sources.insert(name("club"), Shaky::new(source, before, after, silent));
}

async fn what_died_between_table_and_mark_is_told_once(database: Database) {
    let (database, mut house) = club(database).await;
    erased(&house, &["1", "3"]).await;
    shaken(&mut house, 0, 2, false);
    for _ in 0..2 {
        let error = push(&house.engine).await.expect_err("the answer was lost");
        assert_eq!(error.kind(), FaultKind::Unreachable);
        let marks = house.engine.store.delta_marks(house.engine.organization).await.unwrap();
        assert!(marks[0].trouble.as_deref().is_some_and(|words| words.contains("broke")), "{marks:?}");
        assert_eq!(waiting(&house).await, 2);
    }
    push(&house.engine).await.unwrap();
    assert_eq!(told(&database).len(), 2);
    let marks = house.engine.store.delta_marks(house.engine.organization).await.unwrap();
    assert_eq!((marks[0].rows, &marks[0].trouble), (2, &None));
}

async fn a_push_that_was_dropped_half_way_is_told_once(database: Database) {
    let (database, mut house) = club(database).await;
    erased(&house, &["1", "3"]).await;
    let steady = house.engine.clone();
    shaken(&mut house, 0, 1, true);
    let engine = house.engine.clone();
    let dying = tokio::spawn(async move { push(&engine).await });
    while database_rows(&database) < 2 {
        tokio::task::yield_now().await;
    }
    dying.abort();
    assert!(dying.await.expect_err("it was dropped").is_cancelled());
    assert_eq!(waiting(&house).await, 2, "nothing was marked");
    push(&steady).await.unwrap();
    assert_eq!((told(&database).len(), waiting(&house).await), (2, 0));
}

fn database_rows(database: &Database) -> u64 {
    let there = match database {
        Database::Sqlite { .. } => {
            database.ask("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'exeunt_delta%'")
        }
        Database::Postgres(_) => {
            database.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'exeunt_delta_storage'")
        }
    };
    if there == "0" { 0 } else { told(database).len() as u64 }
}

async fn two_who_push_at_once_tell_each_row_once(database: Database) {
    let (database, house) = club(database).await;
    let requests = erased(&house, &["1", "2", "3", "4"]).await;
    for request in &requests {
        whole(&house, *request).await;
    }
    let others: Vec<_> = (0..4)
        .map(|_| {
            let engine = house.engine.clone();
            tokio::spawn(async move { push(&engine).await })
        })
        .collect();
    for other in others {
        match other.await.unwrap() {
            Ok(_) => {}
            Err(Error::Store(exeunt_store::Error::State { .. })) => {}
            Err(error) => assert_eq!(error.kind(), FaultKind::Contended, "{error}"),
        }
    }
    push(&house.engine).await.unwrap();
    let told = told(&database);
    assert_eq!(told.len(), 8, "{told:#?}");
    assert!(told[..4].iter().all(|line| line.starts_with("hidden")), "{told:#?}");
    assert!(told[4..].iter().all(|line| line.starts_with("restored")), "{told:#?}");
}

async fn a_table_that_was_away_catches_up_and_others_do_not_wait(database: Database) {
    let (database, mut house) = club(database).await;
    let other = Database::sqlite();
    house.engine.sources.insert(name("other"), other.source().await);
    house.engine.settings.deltas.insert(name("other"), target(&other));
    shaken(&mut house, 3, 0, false);
    let to_other = async || house.engine.push_deltas(&name("other"), &users(), None).await.unwrap().rows;
    erased(&house, &["1"]).await;
    assert_eq!(to_other().await, 1);
    push(&house.engine).await.expect_err("it is away");
    erased(&house, &["3"]).await;
    assert_eq!(to_other().await, 1);
    push(&house.engine).await.expect_err("it is away");
    push(&house.engine).await.expect_err("it is away");
    assert_eq!(waiting(&house).await, 2, "it waits for the one that has not got it");
    assert_eq!(push(&house.engine).await.unwrap().rows, 2);
    assert_eq!(told(&database), told(&other));
    assert_eq!(waiting(&house).await, 0);
}

async fn hashed_keys_are_those_of_their_texts(database: Database) {
    let (database, mut house) = club(database).await;
    house.engine.settings.deltas.get_mut(&name("club")).unwrap().columns = Columns::Sha256;
    erased(&house, &["1"]).await;
    push(&house.engine).await.unwrap();
    house.engine.settings.deltas.get_mut(&name("club")).unwrap().columns = Columns::Both;
    erased(&house, &["3"]).await;
    push(&house.engine).await.unwrap();
    let told = told(&database);
    assert!(told[0].starts_with("hidden club.people - [\"6b86b273ff34fce1"), "{told:?}");
    assert!(told[1].starts_with("hidden club.people [{\"id\":3}] [\"4e07408562bedb8b"), "{told:?}");
    if matches!(database, Database::Postgres(_)) {
        let found = database.ask(&format!(
            "SELECT count(*) FROM {} d, jsonb_array_elements_text(d.subject_keys_sha256::jsonb) AS k \
             WHERE k = encode(sha256(3::text::bytea), 'hex')",
            table(&database)
        ));
        assert_eq!(found, "1");
    }
}

async fn old_rows_are_swept_and_what_nobody_fetched_is_given_up(database: Database) {
    let (database, mut house) = club(database).await;
    erased(&house, &["1"]).await;
    push(&house.engine).await.unwrap();
    house.world.skip_days(89);
    erased(&house, &["3"]).await;
    assert_eq!(push(&house.engine).await.unwrap().swept, 0);
    house.world.skip_days(2);
    assert_eq!(push(&house.engine).await.unwrap().swept, 1);
    assert_eq!(told(&database), [r#"hidden club.people [{"id":3}] -"#]);
    erased(&house, &["4"]).await;
    shaken(&mut house, 1, 0, false);
    push(&house.engine).await.expect_err("it is away");
    house.world.skip_days(29);
    assert_eq!(house.engine.give_up_old_deltas().await.unwrap(), 0);
    house.world.skip_days(2);
    assert_eq!(house.engine.give_up_old_deltas().await.unwrap(), 1);
    assert_eq!(waiting(&house).await, 0);
    let marks = house.engine.store.delta_marks(house.engine.organization).await.unwrap();
    assert_eq!(marks[0].given_up, 1);
}

async fn the_table_is_neither_drift_nor_residue(database: Database) {
    let (database, house) = club(database).await;
    let document = house.draft(Right::Erasure, &["person_id"]).await;
    let ada = house.submit("erasure", &[("person_id", "1"), ("email", "ada@example.test")]).await;
    let plan = house.approve(&document, &[ada]).await;
    erased(&house, &["3"]).await;
    push(&house.engine).await.unwrap();
    // the table was made after the plan
    let job = house.engine.queue_job(plan, &[ada], &["received"], None).await.unwrap();
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    push(&house.engine).await.unwrap();
    // even where keys are what is looked for
    database.run(&format!(
        "UPDATE {} SET subject_keys = '[{{\"email\":\"ada@example.test\"}}]'",
        table(&database)
    ));
    let purged = house.engine.purge(ada, &at_once(), "test", None).await.unwrap();
    assert_eq!((purged.state, &purged.seen.found), (states::COMPLETED, &Vec::new()));
    let shown: Vec<Name> = house
        .draft(Right::Erasure, &["person_id"])
        .await
        .places
        .iter()
        .map(|place| place.table.name.clone())
        .collect();
    assert!(!shown.contains(&target(&database).table.name), "{shown:?}");
}
