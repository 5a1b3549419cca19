//! People erased in jobs of their own who share rows, or whose rows refer to each other's: they come back in any order,
//! and while one of them is away, what that erasure demands stays as it is.

use exeunt_base::RequestId;

use crate::database::{CLUB, Database, on_both};
use crate::house::House;
use crate::wave::{at_once, erased, whatever_waits, whole};

on_both! {
    people_erased_apart_come_back_in_any_order;
    what_two_wanted_masked_comes_back_with_the_second;
    what_a_purged_person_wanted_masked_never_comes_back;
    a_row_changed_for_one_and_deleted_for_another_waits_for_the_other;
    a_row_waits_for_the_row_it_refers_to;
    a_ghost_stays_while_somebody_elses_rows_point_to_it;
    two_masks_of_one_wave_come_back_in_either_order;
    counted_replies_come_back_with_their_count;
    a_row_of_two_people_is_masked_once;
}

/// Letters of which both people are owners, and what they are about.
const TABLES: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE letters (id INTEGER PRIMARY KEY, sender INTEGER, recipient INTEGER, body TEXT, place TEXT);
    CREATE TABLE topics (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id), title TEXT);
    CREATE TABLE remarks (
        id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), topic INTEGER NOT NULL REFERENCES topics (id));
    INSERT INTO people VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Cleo');
    INSERT INTO letters VALUES (1, 1, 2, 'to Ben', 'Rome'), (2, 2, 3, 'to Cleo', 'Oslo'), (3, 1, 3, 'to Cleo too', 'Riga');";

fn map(letters: &str) -> String {
    format!(
        "
source: club
models:
  people:
    table: people
    key: [id]
    subject: {{ person_id: id }}
    fields: {{ name: user.name }}
    ghost: {{ per: shared, row: {{ name: Nobody }} }}
    on_erase: delete
  letters:
    table: letters
    key: [id]
    fields: {{ body: user.content.private, place: user.location }}
{letters}
  topics:
    table: topics
    key: [id]
    fields: {{ title: user.content }}
    relations: [ {{ to: people, by: person, as: owned_by }} ]
    on_erase: delete
  remarks:
    table: remarks
    key: [id]
    relations:
      - {{ to: people, by: person, as: owned_by }}
      - {{ to: topics, by: topic, as: refers_to, on_erase: cascade }}
    on_erase: delete
"
    )
}

const BOTH_MASK: &str = "
    relations:
      - { to: people, by: sender, as: owned_by }
      - { to: people, by: recipient, as: owned_by }
    on_erase: { anonymize: { body: null } }";

const EACH_MASKS: &str = "
    relations:
      - { to: people, by: sender, as: owned_by, on_erase: { anonymize: { body: { generalize: { prefix: 4 } }, place: redact } } }
      - { to: people, by: recipient, as: owned_by, on_erase: { anonymize: { body: { generalize: { prefix: 2 } } } } }
    on_erase: delete";

const SENDER_DELETES: &str = "
    relations:
      - { to: people, by: sender, as: owned_by }
      - { to: people, by: recipient, as: owned_by, on_erase: repoint }
    on_erase: delete";

async fn house(database: &Database, letters: &str) -> House {
    database.run(TABLES);
    House::new(&map(letters), vec![("club", database.source().await)]).await
}

async fn apart(house: &House, people: &[&str]) -> Vec<RequestId> {
    let mut requests = Vec::new();
    for person in people {
        requests.extend(erased(house, &[person]).await);
    }
    requests
}

fn emptied(house: &House) {
    assert!(house.engine.shelf.list().unwrap().is_empty(), "the vault keeps something for nobody");
}

async fn people_erased_apart_come_back_in_any_order(database: Database) {
    let database = database.club();
    let house = House::new(CLUB, vec![("club", database.source().await)]).await;
    let before = database.look();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let requests = apart(&house, &["1", "2", "3"]).await;
        for place in order {
            whole(&house, requests[place]).await;
        }
        before.assert_same(&database.look());
        emptied(&house);
    }
}

async fn what_two_wanted_masked_comes_back_with_the_second(database: Database) {
    let house = house(&database, BOTH_MASK).await;
    let before = database.look();
    for order in [[0, 1], [1, 0]] {
        let requests = apart(&house, &["1", "2"]).await;
        let first = whole(&house, requests[order[0]]).await;
        assert_eq!(database.ask("SELECT body FROM letters WHERE id = 1"), "", "the other is still away");
        if order[0] == 0 {
            assert!(first.waiting > 0 && first.waits[0].awaited == requests[1], "{first:?}");
        }
        whole(&house, requests[order[1]]).await;
        before.assert_same(&database.look());
        emptied(&house);
    }
}

async fn what_a_purged_person_wanted_masked_never_comes_back(database: Database) {
    let house = house(&database, BOTH_MASK).await;
    let requests = apart(&house, &["1", "2"]).await;
    house.engine.purge(requests[1], &at_once(), "test", None).await.unwrap();
    whole(&house, requests[0]).await;
    assert_eq!(database.ask("SELECT body FROM letters WHERE id = 1"), "");
    assert_eq!(database.ask("SELECT body FROM letters WHERE id = 3"), "to Cleo too");
    assert_eq!(database.ask("SELECT name FROM people WHERE id = 1"), "Ada");
    emptied(&house);

    // and when it waits already
    let requests = apart(&house, &["1", "3"]).await;
    assert_eq!(database.ask("SELECT count(*) FROM letters WHERE body IS NULL"), "3");
    whole(&house, requests[0]).await;
    house.engine.purge(requests[1], &whatever_waits(), "test", None).await.unwrap();
    assert_eq!(database.ask("SELECT count(*) FROM letters WHERE body IS NULL"), "3");
    emptied(&house);
}

async fn a_row_changed_for_one_and_deleted_for_another_waits_for_the_other(database: Database) {
    let house = house(&database, SENDER_DELETES).await;
    let before = database.look();
    // Ben got letter 1, Ada sent it: first it is pointed to the ghost, then it goes
    let requests = apart(&house, &["2", "1"]).await;
    assert_eq!(database.ask("SELECT count(*) FROM letters WHERE id IN (1, 2)"), "0");
    let ben = whole(&house, requests[0]).await;
    assert!(ben.waiting > 0, "{ben:?}");
    whole(&house, requests[1]).await;
    before.assert_same(&database.look());
    emptied(&house);
    // together with a third, who is in the same job and has nothing to do with it
    let wave = erased(&house, &["2", "3"]).await;
    let ada = erased(&house, &["1"]).await[0];
    for request in [wave[0], wave[1], ada] {
        whole(&house, request).await;
    }
    before.assert_same(&database.look());
    emptied(&house);
}

async fn a_row_waits_for_the_row_it_refers_to(database: Database) {
    let house = house(&database, SENDER_DELETES).await;
    database.run("INSERT INTO topics VALUES (1, 1, 'of Ada'); INSERT INTO remarks VALUES (1, 2, 1);");
    let before = database.look();
    for together in [true, false] {
        let requests = match together {
            true => erased(&house, &["2", "1"]).await,
            false => apart(&house, &["2", "1"]).await,
        };
        let ben = whole(&house, requests[0]).await;
        assert!(ben.waiting > 0, "{ben:?}");
        assert_eq!(database.ask("SELECT count(*) FROM remarks"), "0", "Ben's remark is about Ada's topic");
        whole(&house, requests[1]).await;
        before.assert_same(&database.look());
        emptied(&house);
    }
}

async fn a_ghost_stays_while_somebody_elses_rows_point_to_it(database: Database) {
    let house = house(&database, SENDER_DELETES).await;
    let before = database.look();
    let requests = apart(&house, &["2", "3"]).await;
    whole(&house, requests[0]).await;
    let left = "SELECT count(*) FROM letters l JOIN people p ON p.id = l.recipient WHERE p.name = 'Nobody'";
    assert_eq!(database.ask(left), "1", "Cleo's letter still points to the ghost");
    whole(&house, requests[1]).await;
    before.assert_same(&database.look());
    emptied(&house);
}

async fn two_masks_of_one_wave_come_back_in_either_order(database: Database) {
    let house = house(&database, EACH_MASKS).await;
    let before = database.look();
    for order in [[0, 1], [1, 0]] {
        let requests = erased(&house, &["1", "2"]).await;
        for place in order {
            whole(&house, requests[place]).await;
        }
        before.assert_same(&database.look());
        emptied(&house);
    }
}

const SAME_TOKEN: &str = "
    relations:
      - { to: people, by: sender, as: owned_by }
      - { to: people, by: recipient, as: owned_by }
    on_erase: { anonymize: { place: pseudonym } }";

async fn a_row_of_two_people_is_masked_once(database: Database) {
    let house = house(&database, SAME_TOKEN).await;
    database.run("UPDATE letters SET place = 'Rome'");
    let before = database.look();
    let requests = erased(&house, &["1", "2"]).await;
    assert_eq!(
        database.ask("SELECT count(DISTINCT place) FROM letters"),
        "1",
        "equal values of a job have equal tokens, however many people a row is reached by"
    );
    for request in requests {
        whole(&house, request).await;
    }
    before.assert_same(&database.look());
}

const FORUM: &str = "
source: club
models:
  people:
    table: people
    key: [id]
    subject: { person_id: id }
    on_erase: delete
  posts:
    table: posts
    key: [id]
    fields: { replies: user.behavior }
    relations:
      - { to: people, by: person, as: owned_by }
      - { to: posts, by: parent, as: refers_to, on_erase: cascade }
    on_erase: delete
    triggers: { posts_in: { effect: counter, because: replies }, posts_out: { effect: counter, because: replies } }
";

async fn counted_replies_come_back_with_their_count(database: Database) {
    let tables = "CREATE TABLE people (id INTEGER PRIMARY KEY);
        CREATE TABLE posts (
            id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id),
            parent INTEGER NOT NULL REFERENCES posts (id), replies INTEGER NOT NULL DEFAULT 0);";
    let (less, more) = (
        "UPDATE posts SET replies = replies - 1 WHERE id = OLD.parent AND id <> OLD.id;",
        "UPDATE posts SET replies = replies + 1 WHERE id = NEW.parent AND id <> NEW.id;",
    );
    let triggers = match &database {
        Database::Sqlite { .. } => format!(
            "CREATE TRIGGER posts_in AFTER INSERT ON posts BEGIN {more} END;
             CREATE TRIGGER posts_out AFTER DELETE ON posts BEGIN {less} END;"
        ),
        Database::Postgres(_) => format!(
            "CREATE FUNCTION posts_in() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {more} RETURN NULL; END $$;
             CREATE FUNCTION posts_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {less} RETURN NULL; END $$;
             CREATE TRIGGER posts_in AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION posts_in();
             CREATE TRIGGER posts_out AFTER DELETE ON posts FOR EACH ROW EXECUTE FUNCTION posts_out();"
        ),
    };
    database.run(&format!(
        "{tables}{triggers} INSERT INTO people VALUES (1), (2);
         INSERT INTO posts VALUES (1, 1, 1, 0); INSERT INTO posts VALUES (2, 1, 1, 0);
         INSERT INTO posts VALUES (3, 2, 1, 0); INSERT INTO posts VALUES (4, 1, 3, 0);"
    ));
    let house = House::new(FORUM, vec![("club", database.source().await)]).await;
    let before = database.look();
    for order in [[0, 1], [1, 0]] {
        let requests = erased(&house, &["1", "2"]).await;
        assert_eq!(database.ask("SELECT count(*) FROM posts"), "0");
        whole(&house, requests[order[0]]).await;
        let wrong = "SELECT count(*) FROM posts p WHERE replies <> (SELECT count(*) FROM posts r WHERE r.parent = p.id AND r.id <> p.id)";
        assert_eq!(database.ask(wrong), "0");
        whole(&house, requests[order[1]]).await;
        before.assert_same(&database.look());
    }
    let alone = erased(&house, &["1"]).await[0];
    whole(&house, alone).await;
    before.assert_same(&database.look());
}
