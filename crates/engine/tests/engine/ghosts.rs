//! Ghosts over a job's troubles: a transaction that could not be committed takes its ghost along, and a job that goes on
//! knows the ghosts it made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exeunt_engine::job::run::Control;
use exeunt_engine::progress::{Progress, Watcher};
use exeunt_engine::{Error, states};

use crate::database::{Database, on_both};
use crate::house::{House, impatient_sqlite};
use crate::wave::whole;

on_both! {
    a_job_that_was_stopped_goes_on_with_the_ghost_it_made;
    a_ghosts_number_is_one_that_every_reader_keeps;
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
    crate::wave::erased(&house, &["1"]).await;
    let exact = "SELECT count(*) FROM people WHERE name = 'Nobody' AND id BETWEEN -9007199254740991 AND -2";
    assert_eq!(database.ask(exact), "1");
}
