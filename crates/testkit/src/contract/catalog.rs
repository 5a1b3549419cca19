//! What a catalog tells.

use exeunt_source::catalog::{Generated, Rule, TableSort, Verb, Writes};

use crate::contract::Fixture;
use crate::contract::tools::{WORLD, name, names, table};

/// Tables, columns, keys, unique constraints and references are told as they are.
pub async fn tables_keys_and_references_are_told(fixture: &Fixture) {
    let mut script = WORLD.to_owned();
    script.push_str(
        "CREATE TABLE extras (a INTEGER NOT NULL, b INTEGER NOT NULL, c TEXT DEFAULT 'x', d INTEGER NOT NULL,
            twice INTEGER GENERATED ALWAYS AS (d * 2) STORED, UNIQUE (a, b),
            FOREIGN KEY (a, b) REFERENCES lines (order_id, line) ON DELETE CASCADE);
         CREATE UNIQUE INDEX extras_d ON extras (d) WHERE d > 0;
         CREATE UNIQUE INDEX extras_c ON extras (lower(c));",
    );
    let catalog = fixture.set_up(&script).await;
    assert!(!catalog.product.is_empty());
    assert_eq!(catalog.default_schema, Some(name(fixture.schema)));
    assert!(catalog.tables.is_sorted_by(|one, two| one.name < two.name));
    let people = catalog.table(&table(fixture, "people")).expect("people");
    assert_eq!(people.sort, TableSort::Ordinary);
    assert_eq!(people.primary_key, names("id"));
    let columns: Vec<&str> = people.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["id", "email", "phone", "city", "address_id", "joined_at"]);
    assert!(
        people.is_unique(&names("id"))
            && people.is_unique(&names("email"))
            && !people.is_unique(&names("city"))
    );
    let column = |text: &str| people.column(&name(text)).expect("a column");
    assert!(column("email").not_null && !column("phone").not_null && column("id").not_null);
    assert_eq!((column("email").kind.word(), column("id").kind.word()), ("text", "integer"));
    let [to_address] = people.foreign_keys.as_slice() else { panic!("people refer to addresses alone") };
    assert_eq!(to_address.to, table(fixture, "addresses"));
    assert_eq!((&to_address.columns, &to_address.to_columns), (&names("address_id"), &names("id")));
    assert_eq!((to_address.on_delete, to_address.enforced), (Rule::Refuse, true));

    let lines = catalog.table(&table(fixture, "lines")).expect("lines");
    assert_eq!(lines.primary_key, names("order_id line"));
    let visits = catalog.table(&table(fixture, "visits")).expect("visits");
    assert!(visits.primary_key.is_empty() && visits.uniques.is_empty());
    let extras = catalog.table(&table(fixture, "extras")).expect("extras");
    assert!(
        extras.is_unique(&names("b a")) && !extras.is_unique(&names("d")) && !extras.is_unique(&names("c"))
    );
    assert_eq!(extras.uniques.iter().filter(|unique| !unique.whole).count(), 2);
    let computed = extras.column(&name("twice")).expect("a computed column");
    assert_eq!(computed.generated, Generated::Computed);
    assert!(extras.written_columns().all(|column| column.name != computed.name));
    let [to_lines] = extras.foreign_keys.as_slice() else { panic!("extras refer to lines alone") };
    assert_eq!((&to_lines.columns, &to_lines.to_columns), (&names("a b"), &names("order_id line")));
    assert_eq!(to_lines.on_delete, Rule::Cascade);
}

/// What a statement sets off is told: triggers with what they write, checks, views.
pub async fn triggers_checks_and_views_are_told(fixture: &Fixture) {
    let tables =
        "CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0 CHECK (n >= 0));
        CREATE TABLE things (id INTEGER PRIMARY KEY, counter_id INTEGER, word TEXT,
            CONSTRAINT short CHECK (length(word) < 9));
        CREATE TABLE trail (what TEXT);
        CREATE VIEW words AS SELECT word FROM things;";
    let triggers = fixture.either(
        "CREATE TRIGGER counted AFTER INSERT ON things BEGIN
            UPDATE counters SET n = n + 1 WHERE id = NEW.counter_id; INSERT INTO trail VALUES ('in'); END;
         CREATE TRIGGER guarded BEFORE DELETE ON things BEGIN
            SELECT RAISE(ABORT, 'no') WHERE OLD.id = 0; END;",
        "CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE counters SET n = n + 1 WHERE id = NEW.counter_id; INSERT INTO trail VALUES ('in'); RETURN NULL; END $$;
         CREATE FUNCTION guarded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF OLD.id = 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN OLD; END $$;
         CREATE TRIGGER counted AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION counted();
         CREATE TRIGGER guarded BEFORE DELETE ON things FOR EACH ROW EXECUTE FUNCTION guarded();",
    );
    let catalog = fixture.set_up(&format!("{tables}{triggers}")).await;
    let things = catalog.table(&table(fixture, "things")).expect("things");
    let trigger = |text: &str| things.triggers.iter().find(|one| one.name == name(text)).expect("a trigger");
    let counted = trigger("counted");
    assert!(
        counted.enabled && counted.on.insert && !counted.on.update && !counted.on.delete && !counted.before
    );
    let Writes::Known(writes) = &counted.writes else { panic!("{:?}", counted.writes) };
    let mut told: Vec<(String, Verb)> =
        writes.iter().map(|write| (write.table.name.to_string(), write.verb)).collect();
    told.sort_by(|one, two| one.0.cmp(&two.0));
    assert_eq!(told, [("counters".to_owned(), Verb::Count), ("trail".to_owned(), Verb::Insert)]);
    let guarded = trigger("guarded");
    assert!(guarded.on.delete && guarded.before);
    assert_eq!(guarded.writes, Writes::Known(vec![]));

    let [check] = things.checks.as_slice() else { panic!("{:?}", things.checks) };
    assert_eq!((check.name.as_str(), &check.columns), ("short", &names("word")));
    assert!(check.expression.contains("length(word)"), "{}", check.expression);
    let [view] = catalog.views.as_slice() else { panic!("{:?}", catalog.views) };
    assert_eq!((&view.name, view.materialized), (&table(fixture, "words"), false));
    assert_eq!(view.reads, [table(fixture, "things")]);

    // A changed trigger is drift.
    let before = counted.digest.clone();
    fixture.run(fixture.either(
        "DROP TRIGGER counted; CREATE TRIGGER counted AFTER INSERT ON things BEGIN DELETE FROM trail; END;",
        "CREATE OR REPLACE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM trail; RETURN NULL; END $$;",
    ));
    let catalog = fixture.source.describe().await.expect("a catalog");
    let things = catalog.table(&table(fixture, "things")).expect("things");
    assert!(things.triggers.iter().all(|one| one.name != name("counted") || one.digest != before));
}
