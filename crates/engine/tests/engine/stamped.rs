//! Rows that a trigger stamps at each change, and that several steps of one erasure touch: what only the trigger wrote is
//! nobody's newer value.

use crate::database::{Database, on_both};
use crate::house::House;
use crate::wave::{erased, whole};

on_both! {
    a_row_touched_twice_comes_back_with_its_stamp;
    rows_touched_for_two_people_come_back_in_either_order;
    a_row_changed_for_each_of_two_people_comes_back_whole;
}

const TABLES: &str = "
    CREATE TABLE members (id TEXT PRIMARY KEY, name TEXT, inviter TEXT REFERENCES members (id), stamp TEXT);
    CREATE TABLE comments (id TEXT PRIMARY KEY, member TEXT REFERENCES members (id) ON DELETE SET NULL,
        parent TEXT REFERENCES comments (id) ON DELETE CASCADE, reply_to TEXT REFERENCES comments (id) ON DELETE SET NULL,
        stamp TEXT);
    CREATE TABLE likes (id TEXT PRIMARY KEY, member TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
        comment TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE);
    CREATE TABLE gifts (id TEXT PRIMARY KEY, buyer TEXT, redeemer TEXT, buyer_name TEXT, redeemer_name TEXT, stamp TEXT);
    INSERT INTO members VALUES ('a', 'Ada', NULL, 'long ago'), ('b', 'Ben', 'a', 'long ago'),
        ('z', 'Zoe', 'b', 'long ago');
    INSERT INTO comments VALUES ('P', 'a', NULL, NULL, 'long ago'), ('R', 'b', 'P', 'P', 'long ago'),
        ('Q', 'b', 'P', 'R', 'long ago'), ('S', 'z', 'P', 'P', 'long ago');
    INSERT INTO likes VALUES ('1', 'b', 'P'), ('2', 'a', 'R'), ('3', 'z', 'R');
    INSERT INTO gifts VALUES ('g', 'a', 'b', 'Ada', 'Ben', 'long ago'), ('h', 'b', 'a', 'Ben', 'Ada', 'long ago');";

const SQLITE: &str = "
    CREATE TRIGGER seen AFTER UPDATE OF name, inviter ON members BEGIN
        UPDATE members SET stamp = hex(randomblob(4)) WHERE id = NEW.id; END;
    CREATE TRIGGER touched AFTER UPDATE OF member, parent, reply_to ON comments BEGIN
        UPDATE comments SET stamp = hex(randomblob(4)) WHERE id = NEW.id; END;
    CREATE TRIGGER handled AFTER UPDATE OF buyer_name, redeemer_name ON gifts BEGIN
        UPDATE gifts SET stamp = hex(randomblob(4)) WHERE id = NEW.id; END;";

const POSTGRES: &str = "
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.stamp := gen_random_uuid()::text; RETURN NEW; END $$;
    CREATE TRIGGER seen BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE TRIGGER touched BEFORE UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE TRIGGER handled BEFORE UPDATE ON gifts FOR EACH ROW EXECUTE FUNCTION stamp();";

const MAP: &str = "
source: club
models:
  members:
    table: members
    key: [id]
    subject: { person_id: id }
    # personal, so that it is hidden with the name until the row goes
    fields: { name: user.name, stamp: user.behavior }
    relations: [ { to: members, by: inviter, as: refers_to, on_erase: null } ]
    on_erase: delete
    triggers: { seen: { effect: local, because: a stamp } }
  comments:
    table: comments
    key: [id]
    fields: { stamp: system.operations }
    relations:
      - { to: members, by: member, as: owned_by }
      - { to: comments, by: parent, as: refers_to, on_erase: cascade }
      - { to: comments, by: reply_to, as: refers_to, on_erase: null }
    on_erase: delete
    triggers: { touched: { effect: local, because: a stamp } }
  likes:
    table: likes
    key: [id]
    relations:
      - { to: members, by: member, as: owned_by }
      - { to: comments, by: comment, as: refers_to, on_erase: cascade }
    on_erase: delete
  gifts:
    table: gifts
    key: [id]
    fields: { buyer_name: user.name, redeemer_name: user.name, stamp: system.operations }
    relations:
      - { to: members, by: buyer, as: owned_by, on_erase: { anonymize: { buyer_name: null } } }
      - { to: members, by: redeemer, as: owned_by, on_erase: { anonymize: { redeemer_name: null } } }
    triggers: { handled: { effect: local, because: a stamp } }
";

async fn stamped(database: &Database) -> House {
    database.run(TABLES);
    database.run(match database {
        Database::Sqlite { .. } => SQLITE,
        Database::Postgres(_) => POSTGRES,
    });
    let mut house = House::new(MAP, vec![("club", database.source().await)]).await;
    // small batches, so that people are hidden before they go
    house.engine.settings.first_batch = 2;
    house.engine.settings.batch_rows = Some(2);
    house
}

/// Everything but the stamps.
fn told(database: &Database) -> Vec<String> {
    let every = |columns: &str, table: &str| {
        let rows = match database {
            Database::Sqlite { .. } => {
                format!("SELECT group_concat(r, ';') FROM (SELECT {columns} AS r FROM {table} ORDER BY id)")
            }
            Database::Postgres(_) => format!("SELECT string_agg({columns}, ';' ORDER BY id) FROM {table}"),
        };
        database.ask(&rows)
    };
    let cell = |name: &str| format!("coalesce({name}, '-')");
    let row = |names: &[&str]| names.iter().map(|name| cell(name)).collect::<Vec<_>>().join(" || ',' || ");
    vec![
        every(&row(&["id", "name", "inviter"]), "members"),
        every(&row(&["id", "member", "parent", "reply_to"]), "comments"),
        every(&row(&["id", "member", "comment"]), "likes"),
        every(&row(&["id", "buyer", "redeemer", "buyer_name", "redeemer_name"]), "gifts"),
    ]
}

async fn a_row_touched_twice_comes_back_with_its_stamp(database: Database) {
    let house = stamped(&database).await;
    let before = database.look();
    for person in ["a", "b"] {
        let request = erased(&house, &[person]).await[0];
        whole(&house, request).await;
        before.assert_same(&database.look());
    }
}

async fn rows_touched_for_two_people_come_back_in_either_order(database: Database) {
    let house = stamped(&database).await;
    let before = told(&database);
    for together in [true, false] {
        for order in [["a", "b"], ["b", "a"]] {
            let requests = if together {
                erased(&house, &["a", "b"]).await
            } else {
                [erased(&house, &["a"]).await, erased(&house, &["b"]).await].concat()
            };
            for person in order {
                whole(&house, requests[usize::from(person == "b")]).await;
            }
            assert_eq!(told(&database), before, "together {together}, {order:?}");
        }
    }
}

async fn a_row_changed_for_each_of_two_people_comes_back_whole(database: Database) {
    let house = stamped(&database).await;
    let before = told(&database);
    for order in [[0, 1], [1, 0]] {
        let requests = erased(&house, &["a", "b"]).await;
        assert_eq!(
            database.ask("SELECT count(*) FROM gifts WHERE buyer_name IS NULL AND redeemer_name IS NULL"),
            "2"
        );
        for place in order {
            whole(&house, requests[place]).await;
        }
        assert_eq!(told(&database), before);
    }
}
