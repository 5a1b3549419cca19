//! Ghosts over a job's troubles: a transaction that could not be committed takes its ghost along, and a job that goes on
//! knows the ghosts it made. And a ghost is nobody: rows that own what they point to do not own the ghost they came to
//! point to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exeunt_engine::job::run::Control;
use exeunt_engine::progress::{Progress, Watcher};
use exeunt_engine::{Error, states};

use crate::database::{Database, on_both};
use crate::house::{House, impatient_sqlite};
use crate::wave::{at_once, erased, whole};

on_both! {
    a_job_that_was_stopped_goes_on_with_the_ghost_it_made;
    a_ghosts_number_is_one_that_every_reader_keeps;
    a_rescan_takes_no_ghost_for_a_row_that_appeared;
    a_person_who_points_to_a_ghost_owns_neither_it_nor_what_is_at_it;
    a_row_that_only_resembles_a_ghost_goes_with_its_owner;
    a_ghost_of_one_person_is_nobodys_either;
    a_ghost_is_no_last_owner;
}

/// Notes refer to people without a foreign key: nothing but the engine keeps them whole.
const TABLES: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, author INTEGER NOT NULL, body TEXT);
    INSERT INTO people VALUES (1, 'Ada'), (2, 'Ben');
    INSERT INTO notes VALUES (1, 1, 'one'), (2, 1, 'two'), (3, 1, 'three'), (4, 2, 'four');";

fn map(per: &str) -> String {
    format!(
        "
source: club
models:
  people:
    table: people
    key: [id]
    subject: {{ person_id: id }}
    fields: {{ name: user.name }}
    ghost: {{ per: {per}, row: {{ name: Nobody }} }}
    on_erase: delete
  notes:
    table: notes
    key: [id]
    relations: [ {{ to: people, by: author, as: owned_by, on_erase: repoint }} ]
"
    )
}

const ADRIFT: &str = "SELECT count(*) FROM notes WHERE author NOT IN (SELECT id FROM people)";
const GHOSTS: &str = "SELECT count(*) FROM people WHERE name = 'Nobody'";

struct StopAfterOne(Arc<AtomicBool>);

impl Watcher for StopAfterOne {
    fn on(&self, _: &Progress) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn a_job_that_was_stopped_goes_on_with_the_ghost_it_made(database: Database) {
    database.run(TABLES);
    let mut house = House::new(&map("person"), vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = Some(1);
    let before = database.look();
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    loop {
        let control = Control::default();
        let watcher = StopAfterOne(control.stop.clone());
        match house.engine.run_job(job, "test", &control, &watcher).await {
            Err(Error::Stopped(_)) => assert_eq!(database.ask(ADRIFT), "0"),
            ended => {
                assert_eq!(ended.unwrap(), states::SETTLED);
                break;
            }
        }
    }
    assert_eq!(database.ask(GHOSTS), "1", "one for one person");
    assert_eq!(database.ask("SELECT count(DISTINCT author) FROM notes WHERE id < 4"), "1");
    assert_eq!(database.ask(ADRIFT), "0");
    whole(&house, ada).await;
    before.assert_same(&database.look());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ghost_that_was_not_committed_is_made_again() {
    let database = Database::sqlite();
    database.run(TABLES);
    let Database::Sqlite { file, .. } = &database else { unreachable!("made so above") };
    let house = House::new(&map("shared"), vec![("club", impatient_sqlite(file))]).await;
    let ada = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[ada], &["person_id"]).await;
    // without a write-ahead log a reader lets everybody write and nobody commit
    let reader = rusqlite::Connection::open(file).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM notes", [], |row| row.get(0)).unwrap();
    house.world.while_it_waits(move || reader.execute_batch("ROLLBACK").unwrap());
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    let voided = house.engine.store.batches(job, "void").await.unwrap();
    assert!(!voided.is_empty(), "no commit was refused");
    assert_eq!(database.ask(GHOSTS), "1");
    assert_eq!(database.ask(ADRIFT), "0");
}

async fn a_ghosts_number_is_one_that_every_reader_keeps(database: Database) {
    database.run(&TABLES.replace("INTEGER", "BIGINT").replace("BIGINT PRIMARY", "INTEGER PRIMARY"));
    if matches!(database, Database::Postgres(_)) {
        database.run("ALTER TABLE people ALTER COLUMN id TYPE BIGINT");
    }
    let house = House::new(&map("shared"), vec![("club", database.source().await)]).await;
    erased(&house, &["1"]).await;
    let exact = "SELECT count(*) FROM people WHERE name = 'Nobody' AND id BETWEEN -9007199254740991 AND -2";
    assert_eq!(database.ask(exact), "1");
}

/// People stay without their names, their homes go, and what was in a home stays at the ghost of one. Both columns refuse
/// to be empty.
const HOMES: &str = "
    CREATE TABLE homes (id INTEGER PRIMARY KEY, street TEXT NOT NULL, city TEXT);
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, home INTEGER NOT NULL);
    CREATE TABLE meters (id INTEGER PRIMARY KEY, home INTEGER NOT NULL, count TEXT);
    INSERT INTO homes VALUES (1, 'Ada Street', 'Adaville'), (2, 'Ben Street', NULL), (3, 'nowhere', 'Cleotown');
    INSERT INTO people VALUES (1, 'Ada', 1), (2, 'Ben', 2), (3, 'Cleo', 3);
    INSERT INTO meters VALUES (1, 1, 'of Ada'), (2, 2, 'of Ben'), (3, 3, 'of Cleo');";

fn homes(ghost: &str) -> String {
    format!(
        "
source: club
models:
  homes:
    table: homes
    key: [id]
    fields: {{ street: user.contact.address.street, city: user.contact.address.city }}
    ghost: {ghost}
    on_erase: delete
  people:
    table: people
    key: [id]
    subject: {{ person_id: id }}
    fields: {{ name: user.name }}
    relations: [ {{ to: homes, by: home, as: owns, on_erase: repoint }} ]
    on_erase: {{ anonymize: {{ name: null }} }}
  meters:
    table: meters
    key: [id]
    fields: {{ count: user.behavior }}
    relations: [ {{ to: homes, by: home, as: owned_by, on_erase: repoint }} ]
    on_erase: {{ anonymize: {{ count: null }} }}
"
    )
}

const SHARED: &str = "{ per: shared, row: { street: nowhere } }";
const HOMELESS: &str = "SELECT (SELECT count(*) FROM people WHERE home NOT IN (SELECT id FROM homes)) \
    + (SELECT count(*) FROM meters WHERE home NOT IN (SELECT id FROM homes))";

async fn at_homes(database: &Database, ghost: &str) -> House {
    database.run(HOMES);
    House::new(&homes(ghost), vec![("club", database.source().await)]).await
}

async fn a_rescan_takes_no_ghost_for_a_row_that_appeared(database: Database) {
    let house = at_homes(&database, SHARED).await;
    let requests = erased(&house, &["1", "2"]).await;
    for request in requests {
        assert_eq!(house.engine.rescan(request).await.unwrap(), []);
        house.engine.purge(request, &at_once(), "test", None).await.unwrap();
    }
    assert_eq!(database.ask(HOMELESS), "0");
}

async fn a_person_who_points_to_a_ghost_owns_neither_it_nor_what_is_at_it(database: Database) {
    let house = at_homes(&database, SHARED).await;
    let before = database.look();
    let ben = erased(&house, &["2"]).await[0];
    let ada = erased(&house, &["1"]).await[0];
    let after = database.look();
    let again = house.submit("erasure", &[("person_id", "1")]).await;
    let job = house.queue(&[again], &["person_id"]).await;
    assert_eq!(house.run(job).await.unwrap(), states::SETTLED);
    after.assert_same(&database.look());
    let units = house.engine.store.units(job).await.unwrap();
    let others: Vec<_> = units.iter().filter(|unit| unit.model != "club.people" && unit.total > 0).collect();
    assert!(others.is_empty(), "Ben's meter is not Ada's: {others:?}");
    for request in [again, ada, ben] {
        whole(&house, request).await;
    }
    before.assert_same(&database.look());
}

async fn a_row_that_only_resembles_a_ghost_goes_with_its_owner(database: Database) {
    let house = at_homes(&database, SHARED).await;
    let before = database.look();
    let cleo = erased(&house, &["3"]).await[0];
    assert_eq!(database.ask("SELECT count(*) FROM homes WHERE city IS NOT NULL"), "1", "Ada's is left");
    assert_eq!(database.ask(HOMELESS), "0");
    whole(&house, cleo).await;
    before.assert_same(&database.look());
}

async fn a_ghost_of_one_person_is_nobodys_either(database: Database) {
    let house = at_homes(&database, "{ per: person, row: { street: 'gone_{token}' } }").await;
    database.run("UPDATE homes SET street = 'gone_with the wind', city = NULL WHERE id = 3");
    let before = database.look();
    let requests = erased(&house, &["1", "2", "3"]).await;
    assert_eq!(database.ask("SELECT count(*) FROM homes WHERE id > 0"), "0");
    for request in &requests {
        assert_eq!(house.engine.rescan(*request).await.unwrap(), []);
    }
    let after = database.look();
    let again = erased(&house, &["1"]).await[0];
    after.assert_same(&database.look());
    whole(&house, again).await;
    for request in requests {
        whole(&house, request).await;
    }
    before.assert_same(&database.look());
}

async fn a_ghost_is_no_last_owner(database: Database) {
    database.run(TABLES);
    database.run(
        "CREATE TABLE pictures (id INTEGER PRIMARY KEY, one INTEGER NOT NULL, other INTEGER NOT NULL);
         INSERT INTO pictures VALUES (1, 1, 2);",
    );
    let pictures = "  pictures:
    table: pictures
    key: [id]
    relations:
      - { to: people, by: one, as: owned_by, shared: last_owner }
      - { to: people, by: other, as: owned_by, shared: last_owner }
    on_erase: delete
";
    let house =
        House::new(&format!("{}{pictures}", map("shared")), vec![("club", database.source().await)]).await;
    let before = database.look();
    let ada = erased(&house, &["1"]).await[0];
    assert_eq!(database.ask("SELECT count(*) FROM pictures WHERE one < 0 AND other = 2"), "1");
    let ben = erased(&house, &["2"]).await[0];
    assert_eq!(database.ask("SELECT count(*) FROM pictures"), "0", "nobody is left whose it is");
    whole(&house, ben).await;
    whole(&house, ada).await;
    before.assert_same(&database.look());
}
