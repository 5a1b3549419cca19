//! Triggers of the application that do not let go what was to be hidden: such rows are never counted as done.

use exeunt_base::{JobId, RequestId};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::states;

use crate::database::{Database, on_both};
use crate::house::House;
use crate::wave::{restore, whole};

on_both! {
    a_row_whose_mask_is_undone_waits_for_review_and_the_rest_goes_on;
    a_row_whose_mask_is_undone_stands_alone_in_a_job_of_many_batches_too;
    a_mask_undone_after_the_change_is_seen_too;
    a_row_that_a_trigger_keeps_from_being_changed_is_not_gone;
    a_dry_run_counts_rows_whose_masks_are_undone;
    a_job_with_a_row_whose_mask_is_undone_can_be_restored;
    a_trigger_that_came_since_is_drift_to_a_retry;
    a_stamp_and_a_respelled_mask_are_no_failures;
    what_is_masked_already_may_be_masked_again;
    a_reference_that_a_trigger_puts_back_waits_for_review;
    a_reference_within_the_key_that_a_trigger_puts_back_waits_for_review;
    a_veil_that_a_trigger_lifts_does_not_stop_the_job;
    a_row_that_a_trigger_keeps_from_being_deleted_is_not_gone;
    a_row_that_a_trigger_adds_again_is_not_gone;
}

const MEMBERS: &str = "
    CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT, locked INTEGER NOT NULL DEFAULT 0);
    INSERT INTO members VALUES (1, 'ada@example.test', 'Ada', 0), (2, 'ben@example.test', 'Ben', 1),
        (3, 'cleo@example.test', 'Cleo', 0), (4, 'dan@example.test', 'Dan', 0), (5, 'eve@example.test', 'Eve', 0);";

const MAP: &str = "
source: club
models:
  members:
    table: members
    key: [id]
    subject: { person_id: id }
    fields: { email: user.contact.email, name: user.name, locked: system.operations }
    on_erase: { anonymize: { email: redact, name: null } }
    triggers: { hold: { effect: local, because: the application does so } }
";

/// Undoes the mask as the row is written (on SQLite, which cannot, right after).
fn hold(database: &Database) -> &'static str {
    match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold AFTER UPDATE ON members WHEN OLD.locked = 1 BEGIN
                UPDATE members SET email = OLD.email WHERE id = NEW.id; END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.locked = 1 THEN NEW.email := OLD.email; END IF; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    }
}

fn let_go(database: &Database, table: &str) {
    database.run(&match database {
        Database::Sqlite { .. } => String::from("DROP TRIGGER hold"),
        Database::Postgres(_) => format!("DROP TRIGGER hold ON {table}"),
    });
}

/// An erasure of all members in one job; what it came to.
async fn erased(
    database: &Database,
    map: &str,
    people: &[&str],
    batch_rows: Option<u64>,
) -> (House, Vec<RequestId>, JobId, &'static str) {
    let mut house = House::new(map, vec![("club", database.source().await)]).await;
    house.engine.settings.batch_rows = batch_rows;
    if let Some(rows) = batch_rows {
        house.engine.settings.first_batch = rows;
    }
    let mut requests = Vec::new();
    for person in people {
        requests.push(house.submit("erasure", &[("person_id", person)]).await);
    }
    let job = house.queue(&requests, &["person_id"]).await;
    let end = house.run(job).await.unwrap();
    (house, requests, job, end)
}

const ALL: [&str; 5] = ["1", "2", "3", "4", "5"];

/// Rows by unit: done, gone, failed.
async fn counts(house: &House, job: JobId) -> Vec<(String, u64, u64, u64)> {
    let units = house.engine.store.units(job).await.unwrap();
    units.into_iter().map(|unit| (unit.action, unit.done, unit.gone, unit.failed)).collect()
}

async fn words(house: &House, job: JobId) -> Vec<String> {
    let reviews = house.engine.store.reviews(job).await.unwrap();
    reviews.into_iter().filter(|review| review.state == "open").map(|review| review.words).collect()
}

/// Ben's mask is undone: he waits, the others are masked; once the trigger is gone, a retry masks him.
async fn undone(database: Database, triggers: &str, batch_rows: Option<u64>, says: &str) {
    database.run(MEMBERS);
    database.run(triggers);
    let before = database.look();
    let (house, requests, job, end) = erased(&database, MAP, &ALL, batch_rows).await;
    assert_eq!(end, states::REVIEW);
    assert_eq!(counts(&house, job).await, [(String::from("anonymize"), 4, 0, 1)]);
    assert_eq!(words(&house, job).await, [says]);
    let ben = "SELECT email || ' ' || name FROM members WHERE id = 2";
    assert_eq!(database.ask(ben), "ben@example.test Ben", "nothing of the change is left");
    assert_eq!(
        database.ask("SELECT count(*) FROM members WHERE name IS NULL AND email NOT LIKE '%@example.test'"),
        "4"
    );

    let still = house.engine.retry_reviews(job, "test", None).await.unwrap();
    assert_eq!((still.done, still.failed), (0, 1));
    assert_eq!(database.ask(ben), "ben@example.test Ben");

    let_go(&database, "members");
    let retried = house.engine.retry_reviews(job, "test", None).await.unwrap();
    assert_eq!((retried.done, retried.gone, retried.failed), (1, 0, 0));
    assert_eq!(house.engine.store.job(job).await.unwrap().state, states::SETTLED);
    assert_eq!(counts(&house, job).await, [(String::from("anonymize"), 5, 0, 0)]);
    assert_eq!(database.ask("SELECT count(*) FROM members WHERE email LIKE '%@example.test'"), "0");

    database.run(triggers);
    for request in requests {
        whole(&house, request).await;
    }
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

const PUT_BACK: &str = "a trigger of the application puts the old value back into email of club.members; \
                        disable or drop the trigger, then try again";

async fn a_row_whose_mask_is_undone_waits_for_review_and_the_rest_goes_on(database: Database) {
    let triggers = hold(&database);
    undone(database, triggers, None, PUT_BACK).await;
}

async fn a_row_whose_mask_is_undone_stands_alone_in_a_job_of_many_batches_too(database: Database) {
    let triggers = hold(&database);
    undone(database, triggers, Some(2), PUT_BACK).await;
}

async fn a_mask_undone_after_the_change_is_seen_too(database: Database) {
    let triggers = match database {
        Database::Sqlite { .. } => {
            "CREATE TABLE undo (id INTEGER, email TEXT);
            CREATE TRIGGER hold AFTER UPDATE ON members WHEN OLD.locked = 1 BEGIN
                INSERT INTO undo VALUES (OLD.id, OLD.email); END;
            CREATE TRIGGER undo_in AFTER INSERT ON undo BEGIN
                UPDATE members SET email = NEW.email WHERE id = NEW.id;
                DELETE FROM undo WHERE id = NEW.id; END;"
        }
        Database::Postgres(_) => {
            "CREATE TABLE undo (id INTEGER, email TEXT);
            CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF pg_trigger_depth() = 1 THEN INSERT INTO undo VALUES (OLD.id, OLD.email); END IF;
                RETURN NULL; END $$;
            CREATE OR REPLACE FUNCTION undo_in() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE members SET email = NEW.email WHERE id = NEW.id AND locked = 1;
                DELETE FROM undo; RETURN NULL; END $$;
            CREATE TRIGGER hold AFTER UPDATE ON members FOR EACH ROW EXECUTE FUNCTION hold();
            CREATE TRIGGER undo_in AFTER INSERT ON undo FOR EACH ROW EXECUTE FUNCTION undo_in();"
        }
    };
    database.run(MEMBERS);
    database.run(triggers);
    let map = format!("{MAP}\nignore: {{ undo: empty at rest }}\n");
    let (house, _, job, end) = erased(&database, &map, &ALL, None).await;
    assert_eq!(end, states::REVIEW);
    assert_eq!(counts(&house, job).await, [(String::from("anonymize"), 4, 0, 1)]);
    assert_eq!(words(&house, job).await, [PUT_BACK]);
    assert_eq!(database.ask("SELECT name FROM members WHERE id = 2"), "Ben");
}

async fn a_row_that_a_trigger_keeps_from_being_changed_is_not_gone(database: Database) {
    let triggers = match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold BEFORE UPDATE ON members WHEN OLD.locked = 1 BEGIN SELECT RAISE(IGNORE); END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.locked = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    };
    let says = "a trigger of the application keeps email, name of club.members from being changed; \
                disable or drop the trigger, then try again";
    undone(database, triggers, None, says).await;
}

async fn a_dry_run_counts_rows_whose_masks_are_undone(database: Database) {
    database.run(MEMBERS);
    database.run(hold(&database));
    let before = database.look();
    let house = House::new(MAP, vec![("club", database.source().await)]).await;
    let mut requests = Vec::new();
    for person in ALL {
        requests.push(house.submit("erasure", &[("person_id", person)]).await);
    }
    let document = house.draft(exeunt_plan::document::Right::Erasure, &["person_id"]).await;
    let people = house.engine.people(&requests).await.unwrap();
    let told = house.engine.dry_run(&document, people, Confirmed::default()).await.unwrap();
    let [line] = told.lines.as_slice() else { panic!("{told:?}") };
    assert_eq!((line.found, line.struck, line.held_back), (5, Some(4), 1));
    assert_eq!(line.why, [PUT_BACK]);
    before.assert_same(&database.look());
}

async fn a_job_with_a_row_whose_mask_is_undone_can_be_restored(database: Database) {
    database.run(MEMBERS);
    database.run(hold(&database));
    let before = database.look();
    let (house, requests, _, end) = erased(&database, MAP, &ALL, Some(2)).await;
    assert_eq!(end, states::REVIEW);
    for request in requests {
        let restored = restore(&house, request).await;
        assert!(restored.whole && restored.refused.is_empty(), "{restored:?}");
    }
    before.assert_same(&database.look());
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps nothing for nobody");
}

async fn a_trigger_that_came_since_is_drift_to_a_retry(database: Database) {
    database.run(MEMBERS);
    database.run(hold(&database));
    let (house, _, job, _) = erased(&database, MAP, &ALL, None).await;
    let_go(&database, "members");
    database.run(match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER other AFTER UPDATE ON members BEGIN DELETE FROM members WHERE id = 1; END;"
        }
        Database::Postgres(_) => {
            "CREATE TRIGGER other BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    });
    let error = house.engine.retry_reviews(job, "test", None).await.unwrap_err();
    assert_eq!(error.code(), "E0206", "{error}");
    database.run(match database {
        Database::Sqlite { .. } => "DROP TRIGGER other; ALTER TABLE members ADD COLUMN more TEXT;",
        Database::Postgres(_) => "DROP TRIGGER other ON members; ALTER TABLE members ADD COLUMN more TEXT;",
    });
    let error = house.engine.retry_reviews(job, "test", None).await.unwrap_err();
    assert_eq!(error.code(), "E0206", "{error}");
    assert_eq!(words(&house, job).await, [PUT_BACK], "it still waits");
}

async fn a_stamp_and_a_respelled_mask_are_no_failures(database: Database) {
    database.run(MEMBERS);
    database.run(match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold AFTER UPDATE ON members BEGIN
                UPDATE members SET email = 'x' || upper(NEW.email), locked = 7 WHERE id = NEW.id; END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.email := 'x' || upper(NEW.email); NEW.locked := 7; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    });
    let before = database.look();
    let (house, requests, job, end) = erased(&database, MAP, &ALL, None).await;
    assert_eq!(end, states::SETTLED, "{:?}", words(&house, job).await);
    for request in requests {
        whole(&house, request).await;
    }
    before.assert_same(&database.look());
}

/// Values that a source spells in its own way, in a table where something watches over changes.
async fn what_is_masked_already_may_be_masked_again(database: Database) {
    let (types, hold) = match database {
        Database::Sqlite { .. } => (
            "code TEXT COLLATE NOCASE, sum NUMERIC, size REAL, doc JSON, day TEXT",
            "CREATE TRIGGER hold AFTER UPDATE ON cards BEGIN
                UPDATE cards SET stamp = stamp + 1 WHERE id = NEW.id; END;",
        ),
        Database::Postgres(_) => (
            "code CHAR(12), sum NUMERIC(8, 2), size REAL, doc JSONB, day TIMESTAMP(0)",
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.stamp := NEW.stamp + 1; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON cards FOR EACH ROW EXECUTE FUNCTION hold();",
        ),
    };
    database.run(&format!(
        "CREATE TABLE cards (id INTEGER PRIMARY KEY, {types}, stamp INTEGER NOT NULL DEFAULT 0);
        INSERT INTO cards VALUES (1, 'ADA', 12.5, 1.25, '{{\"who\": \"ada\"}}', '2001-02-03 04:05:06', 0);
        {hold}"
    ));
    let map = "
source: club
models:
  cards:
    table: cards
    key: [id]
    subject: { person_id: id }
    fields: { code: user.name, sum: user.financial, size: user.biometric, doc: user.content, day: user.behavior, stamp: system.operations }
    on_erase: { anonymize: { code: { fixed: gone }, sum: { fixed: 7 }, size: { fixed: 0.1 }, doc: { fixed: '{\"a\":1,  \"b\":2}' }, day: { fixed: '1970-01-01' } } }
    triggers: { hold: { effect: local, because: a stamp } }
";
    let row = "SELECT code || sum || size || doc || day FROM cards";
    let (_, _, _, end) = erased(&database, map, &["1"], None).await;
    assert_eq!(end, states::SETTLED);
    let masked = database.ask(row);
    assert!(!masked.contains("ada"), "{masked}");
    let (house, _, job, end) = erased(&database, map, &["1"], None).await;
    assert_eq!(end, states::SETTLED, "{:?}", words(&house, job).await);
    assert_eq!(counts(&house, job).await, [(String::from("anonymize"), 1, 0, 0)]);
    assert_eq!((database.ask(row), database.ask("SELECT stamp FROM cards")), (masked, String::from("2")));
}

const POSTS: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, editor INTEGER REFERENCES people (id), body TEXT);
    INSERT INTO people VALUES (1, 'ada@example.test'), (2, 'ben@example.test');
    INSERT INTO posts VALUES (1, 1, 'by Ada'), (2, 2, 'by Ben'), (3, 1, 'by Ada');";

async fn a_reference_that_a_trigger_puts_back_waits_for_review(database: Database) {
    let hold = match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold AFTER UPDATE ON posts WHEN OLD.id = 3 BEGIN
                UPDATE posts SET editor = OLD.editor WHERE id = NEW.id; END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.id = 3 THEN NEW.editor := OLD.editor; END IF; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    };
    for decision in ["null", "repoint"] {
        database.run("DROP TABLE IF EXISTS posts; DROP TABLE IF EXISTS people;");
        if matches!(database, Database::Postgres(_)) {
            database.run("DROP FUNCTION IF EXISTS hold()");
        }
        database.run(POSTS);
        database.run(hold);
        let before = database.look();
        let map = format!(
            "
source: club
models:
  people:
    table: people
    key: [id]
    subject: {{ person_id: id }}
    fields: {{ email: user.contact.email }}
    ghost: {{ per: shared, row: {{ id: 900, email: nobody@erased.invalid }} }}
    on_erase: delete
  posts:
    table: posts
    key: [id]
    fields: {{ body: user.content.public }}
    unlinked: they are nobody's
    relations: [ {{ to: people, by: editor, as: refers_to, on_erase: {decision} }} ]
    triggers: {{ hold: {{ effect: local, because: the application does so }} }}
"
        );
        let (house, requests, job, end) = erased(&database, &map, &["1"], None).await;
        assert_eq!(end, states::REVIEW, "{decision}");
        let words = words(&house, job).await;
        assert_eq!(words.len(), 2, "the reference, and the person it holds: {words:?}");
        assert!(words[0].contains("puts the old value back into editor of club.posts"), "{words:?}");
        assert_eq!(database.ask("SELECT count(*) FROM posts WHERE editor = 1"), "1");
        let_go(&database, "posts");
        let retried = house.engine.retry_reviews(job, "test", None).await.unwrap();
        assert_eq!((retried.done, retried.failed), (2, 0), "{decision}");
        assert_eq!(database.ask("SELECT count(*) FROM posts WHERE editor = 1"), "0");
        database.run(hold);
        whole(&house, requests[0]).await;
        before.assert_same(&database.look());
    }
}

/// A row whose key is put back is found neither where it should be nor may it count as gone.
async fn a_reference_within_the_key_that_a_trigger_puts_back_waits_for_review(database: Database) {
    database.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
        CREATE TABLE votes (voter INTEGER NOT NULL REFERENCES people (id), post INTEGER NOT NULL, PRIMARY KEY (voter, post));
        INSERT INTO people VALUES (1, 'ada@example.test'), (2, 'ben@example.test');
        INSERT INTO votes VALUES (1, 10), (1, 11), (2, 10);",
    );
    let hold = match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold AFTER UPDATE ON votes WHEN OLD.post = 11 BEGIN
                UPDATE votes SET voter = OLD.voter WHERE voter = NEW.voter AND post = NEW.post; END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE votes SET voter = OLD.voter WHERE voter = NEW.voter AND post = NEW.post AND post = 11;
                RETURN NULL; END $$;
            CREATE TRIGGER hold AFTER UPDATE ON votes FOR EACH ROW WHEN (pg_trigger_depth() = 0)
                EXECUTE FUNCTION hold();"
        }
    };
    database.run(hold);
    let before = database.look();
    let map = "
source: club
models:
  people:
    table: people
    key: [id]
    subject: { person_id: id }
    fields: { email: user.contact.email }
    ghost: { per: person, row: { email: nobody@erased.invalid } }
    on_erase: delete
  votes:
    table: votes
    key: [voter, post]
    unlinked: they are nobody's
    relations: [ { to: people, by: voter, as: refers_to, on_erase: repoint } ]
    triggers: { hold: { effect: local, because: the application does so } }
";
    let (house, requests, job, end) = erased(&database, map, &["1"], None).await;
    assert_eq!(end, states::REVIEW);
    let told = words(&house, job).await;
    assert!(
        told[0].starts_with("a trigger of the application") && told[0].contains("voter of club.votes"),
        "{told:?}"
    );
    assert_eq!(counts(&house, job).await[0], (String::from("repoint"), 1, 0, 1));
    assert_eq!(database.ask("SELECT count(*) FROM votes WHERE voter = 1"), "1");
    let_go(&database, "votes");
    let retried = house.engine.retry_reviews(job, "test", None).await.unwrap();
    assert_eq!((retried.done, retried.failed), (2, 0));
    database.run(hold);
    whole(&house, requests[0]).await;
    before.assert_same(&database.look());
}

async fn a_veil_that_a_trigger_lifts_does_not_stop_the_job(database: Database) {
    database.run(POSTS);
    database.run(match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold AFTER UPDATE ON people BEGIN
                UPDATE people SET email = OLD.email WHERE id = NEW.id; END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.email := OLD.email; RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    });
    let before = database.look();
    let map = "
source: club
models:
  people:
    table: people
    key: [id]
    subject: { person_id: id }
    fields: { email: user.contact.email }
    on_erase: delete
    triggers: { hold: { effect: local, because: the application does so } }
  posts:
    table: posts
    key: [id]
    fields: { body: user.content.public }
    relations: [ { to: people, by: editor, as: owned_by } ]
    on_erase: delete
";
    let (house, requests, job, end) = erased(&database, map, &["1"], Some(1)).await;
    assert_eq!(end, states::SETTLED, "{:?}", words(&house, job).await);
    assert!(counts(&house, job).await.iter().any(|unit| unit.0 == "veil"), "it was to be veiled");
    assert_eq!(database.ask("SELECT count(*) FROM people"), "1");
    whole(&house, requests[0]).await;
    before.assert_same(&database.look());
}

async fn a_row_that_a_trigger_keeps_from_being_deleted_is_not_gone(database: Database) {
    let triggers = match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold BEFORE DELETE ON members WHEN OLD.locked = 1 BEGIN SELECT RAISE(IGNORE); END;"
        }
        // marked as deleted, which nobody has sealed
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.locked = 0 THEN RETURN OLD; END IF;
                UPDATE members SET locked = 2 WHERE id = OLD.id; RETURN NULL; END $$;
            CREATE TRIGGER hold BEFORE DELETE ON members FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    };
    undeleted(database, triggers).await;
}

async fn a_row_that_a_trigger_adds_again_is_not_gone(database: Database) {
    let triggers = match database {
        Database::Sqlite { .. } => {
            "CREATE TRIGGER hold AFTER DELETE ON members WHEN OLD.locked = 1 BEGIN
                INSERT INTO members VALUES (OLD.id, OLD.email, OLD.name, OLD.locked); END;"
        }
        Database::Postgres(_) => {
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.locked = 1 THEN INSERT INTO members VALUES (OLD.*); END IF; RETURN NULL; END $$;
            CREATE TRIGGER hold AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION hold();"
        }
    };
    undeleted(database, triggers).await;
}

/// Ben does not go: he waits as he was, the others go; once the trigger is gone, so does he.
async fn undeleted(database: Database, triggers: &str) {
    let map = MAP.replace("{ anonymize: { email: redact, name: null } }", "delete");
    for batch_rows in [None, Some(2)] {
        database.run("DROP TABLE IF EXISTS members");
        database.run(MEMBERS);
        database.run(triggers);
        let before = database.look();
        let (house, requests, job, end) = erased(&database, &map, &ALL, batch_rows).await;
        assert_eq!(end, states::REVIEW);
        assert_eq!(counts(&house, job).await, [(String::from("delete"), 4, 0, 1)]);
        let told = words(&house, job).await;
        assert!(told[0].contains("a trigger of") && told[0].contains("from being deleted"), "{told:?}");
        assert_eq!(database.ask("SELECT name || locked FROM members"), "Ben1");
        let_go(&database, "members");
        let retried = house.engine.retry_reviews(job, "test", None).await.unwrap();
        assert_eq!((retried.done, retried.gone, retried.failed), (1, 0, 0));
        assert_eq!(database.ask("SELECT count(*) FROM members"), "0");
        database.run(triggers);
        for request in requests {
            whole(&house, request).await;
        }
        before.assert_same(&database.look());
    }
}
