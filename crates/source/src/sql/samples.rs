//! Statements as they come out, letter by letter.

use exeunt_base::{Cell, Fault, Name, TableRef};

use crate::selection::{
    Branch, Compare, Filter, Join, KeyBy, Sample as References, Search, Selection, Test, Unless,
};
use crate::sql::{self, Alias, Anchors, Dialect, Form, Forms, Given, Slot, Sql, TypeName};
use crate::strike::{Delete, Insert, Lock, Referrer, Triggers, Update};

/// Every column whose name ends in `id` is a bigint, every other a text in PostgreSQL.
struct Sample(Dialect);

impl Forms for Sample {
    fn dialect(&self) -> Dialect {
        self.0
    }

    fn form(&self, _table: &TableRef, column: &Name) -> Result<Form, Fault> {
        Ok(match self.0 {
            Dialect::Sqlite => Form::default(),
            Dialect::Postgres if column.as_str().ends_with("id") => {
                Form { out: None, wire: "int8", into: None }
            }
            Dialect::Postgres if column.as_str() == "mood" => {
                let mood = TypeName::from_catalog("public.mood".into());
                Form {
                    out: Some(TypeName::from_catalog("pg_catalog.text".into())),
                    wire: "text",
                    into: Some(mood),
                }
            }
            Dialect::Postgres => Form { out: None, wire: "text", into: None },
        })
    }

    fn whole_row(&self, table: &TableRef) -> Result<Vec<Form>, Fault> {
        Ok(vec![self.form(table, &name("rowid"))?, self.form(table, &name("digest"))?])
    }

    fn whole_row_part(&self, sql: &mut Sql, _: &TableRef, row: Alias, part: usize) -> Result<(), Fault> {
        match part {
            0 => sql.alias(row).put(".ctid"),
            _ => sql.put("md5((").alias(row).put(".*)::text)"),
        };
        Ok(())
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn table(text: &str) -> TableRef {
    TableRef { schema: name("public"), name: name(text) }
}

fn names(text: &str) -> Vec<Name> {
    text.split_whitespace().map(name).collect()
}

fn key(text: &str) -> KeyBy {
    KeyBy::Columns(names(text))
}

fn pairs(text: &str) -> Vec<(Name, Name)> {
    text.split(',').map(|pair| pair.split_once('=').unwrap()).map(|(a, b)| (name(a), name(b))).collect()
}

fn branch(column: &str, anchor: usize, joins: Vec<Join>) -> Branch {
    Branch { filters: vec![], joins, columns: names(column), anchor, compare: Compare::Exact }
}

fn join(to: &str, on: &str) -> Join {
    Join { table: table(to), on: pairs(on), filters: vec![] }
}

fn selection(of: &str, branches: Vec<Branch>) -> Selection {
    Selection { table: table(of), key: key("id"), branches, filters: vec![], unless: vec![] }
}

const POSTGRES: Sample = Sample(Dialect::Postgres);
const SQLITE: Sample = Sample(Dialect::Sqlite);

fn filled(names: &[&str]) -> Anchors {
    let of = |text: &&str| TableRef { schema: name("temp"), name: name(text) };
    Anchors::Tables(names.iter().map(of).collect())
}

#[test]
fn rows_of_a_person_are_found_from_arrays() {
    let what = selection("orders", vec![branch("customer_id", 0, vec![])]);
    let statement = sql::find(&POSTGRES, &what, &Anchors::Arrays, &names("email mood")).unwrap();
    assert_eq!(
        statement.text,
        "SELECT a.claimant, t.\"id\", t.\"email\", t.\"mood\"::pg_catalog.text \
         FROM \"public\".\"orders\" AS t, \
         (SELECT DISTINCT u.claimant, u.c0 AS c0 FROM unnest($1::int8[], $2::int8[]) AS u(claimant, c0)) AS a \
         WHERE t.\"customer_id\" = a.c0 ORDER BY 2, 1"
    );
    assert_eq!(
        statement.slots,
        [Slot::Claimants { anchor: 0 }, Slot::Anchor { anchor: 0, column: 0, wire: "int8" }]
    );
}

#[test]
fn rows_of_a_person_are_found_from_a_filled_table() {
    let what = selection("items", vec![branch("customer_id", 0, vec![join("orders", "order_id=id")])]);
    let statement = sql::find(&SQLITE, &what, &filled(&["anchor0"]), &[]).unwrap();
    assert_eq!(
        statement.text,
        "SELECT DISTINCT a.claimant, t.\"id\" FROM \"public\".\"items\" AS t, \
         \"public\".\"orders\" AS j0, \"temp\".\"anchor0\" AS a \
         WHERE j0.\"customer_id\" = a.c0 AND t.\"order_id\" = j0.\"id\" ORDER BY 2, 1"
    );
    assert!(statement.slots.is_empty());
}

#[test]
fn rows_go_by_the_way_they_were_found() {
    let what = Delete { table: table("items"), key: key("order_id id"), columns: names("id note") };
    let found = selection("items", vec![branch("customer_id", 0, vec![join("orders", "order_id=id")])]);
    let statement = sql::delete_found(&POSTGRES, &what, &found, (&[3, 1], &[9, 2])).unwrap();
    assert_eq!(
        statement.text,
        "DELETE FROM \"public\".\"items\" AS t USING \"public\".\"orders\" AS j0, \
         (SELECT DISTINCT u.claimant, u.c0 AS c0 FROM unnest($1::int8[], $2::int8[]) AS u(claimant, c0)) AS a \
         WHERE j0.\"customer_id\" = a.c0 AND t.\"order_id\" = j0.\"id\" \
         AND t.\"order_id\" >= $3::int8 AND (t.\"order_id\" + 0, t.\"id\") >= ($3::int8, $4::int8) \
         AND t.\"order_id\" <= $5::int8 AND (t.\"order_id\" + 0, t.\"id\") <= ($5::int8, $6::int8) \
         RETURNING t.\"order_id\", t.\"id\", t.\"id\", t.\"note\""
    );
    assert_eq!(statement.slots[2], Slot::Value { cell: Cell::Int(3), wire: "int8" });
    let two_ways = Selection { branches: [&found.branches[..], &found.branches[..]].concat(), ..found };
    assert!(sql::delete_found(&POSTGRES, &what, &two_ways, (&[3, 1], &[9, 2])).is_err());
}

#[test]
fn several_ways_are_a_union_and_share_their_arrays() {
    let mut folded = branch("email", 1, vec![]);
    folded.compare = Compare::Folded;
    let what = selection(
        "messages",
        vec![branch("sender_id", 0, vec![]), branch("recipient_id", 0, vec![]), folded],
    );
    let statement = sql::find(&POSTGRES, &what, &Anchors::Arrays, &[]).unwrap();
    assert_eq!(
        statement.text,
        "SELECT a.claimant, t.\"id\" FROM \"public\".\"messages\" AS t, \
         (SELECT DISTINCT u.claimant, u.c0 AS c0 FROM unnest($1::int8[], $2::int8[]) AS u(claimant, c0)) AS a \
         WHERE t.\"sender_id\" = a.c0 \
         UNION SELECT a.claimant, t.\"id\" FROM \"public\".\"messages\" AS t, \
         (SELECT DISTINCT u.claimant, u.c0 AS c0 FROM unnest($1::int8[], $2::int8[]) AS u(claimant, c0)) AS a \
         WHERE t.\"recipient_id\" = a.c0 \
         UNION SELECT a.claimant, t.\"id\" FROM \"public\".\"messages\" AS t, \
         (SELECT DISTINCT u.claimant, u.c0 AS c0 FROM unnest($3::int8[], $4::text[]) AS u(claimant, c0)) AS a \
         WHERE lower(btrim(t.\"email\"::text, E' \\t\\n\\r')) = a.c0 ORDER BY 2, 1"
    );
}

#[test]
fn an_owner_that_stays_keeps_the_row() {
    let mut what =
        selection("addresses", vec![branch("address_id", 0, vec![join("customers", "id=address_id")])]);
    what.branches[0].columns = names("id");
    what.filters = vec![Filter { column: name("kind"), test: Test::Equals(Cell::text("home")) }];
    what.unless = vec![Unless {
        table: table("customers"),
        on: pairs("id=address_id"),
        row_filters: vec![Filter { column: name("kind"), test: Test::IsNotNull }],
        filters: vec![Filter { column: name("closed_at"), test: Test::NotBefore("2026-01-01".into()) }],
        reached: vec![branch("id", 0, vec![])],
    }];
    let statement = sql::find(&SQLITE, &what, &filled(&["anchor0"]), &[]).unwrap();
    assert_eq!(
        statement.text,
        "SELECT DISTINCT a.claimant, t.\"id\" FROM \"public\".\"addresses\" AS t, \
         \"public\".\"customers\" AS j0, \"temp\".\"anchor0\" AS a \
         WHERE j0.\"id\" = a.c0 AND t.\"id\" = j0.\"address_id\" AND t.\"kind\" = ?1 \
         AND NOT EXISTS (SELECT 1 FROM \"public\".\"customers\" AS o0 \
         WHERE o0.\"address_id\" = t.\"id\" AND t.\"kind\" IS NOT NULL \
         AND (o0.\"closed_at\" IS NULL OR julianday(o0.\"closed_at\", 'auto') >= julianday(?2)) \
         AND NOT EXISTS (SELECT 1 FROM \"temp\".\"anchor0\" AS a WHERE o0.\"id\" = a.c0)) \
         ORDER BY 2, 1"
    );
}

#[test]
fn whole_rows_are_read_once_each() {
    let one = selection("orders", vec![branch("customer_id", 0, vec![])]);
    assert_eq!(
        sql::read_selected(&SQLITE, &names("id note"), &one, &filled(&["anchor0"])).unwrap().text,
        "SELECT t.\"id\", t.\"note\" FROM \"public\".\"orders\" AS t \
         WHERE EXISTS (SELECT 1 FROM \"temp\".\"anchor0\" AS a WHERE t.\"customer_id\" = a.c0) \
         ORDER BY t.\"id\""
    );
    let two = selection("orders", vec![branch("customer_id", 0, vec![]), branch("payer_id", 0, vec![])]);
    assert_eq!(
        sql::read_selected(&SQLITE, &names("note"), &two, &filled(&["anchor0"])).unwrap().text,
        "SELECT t.\"note\" FROM (SELECT t.\"id\" AS c0 FROM \"public\".\"orders\" AS t, \
         \"temp\".\"anchor0\" AS a WHERE t.\"customer_id\" = a.c0 \
         UNION SELECT t.\"id\" AS c0 FROM \"public\".\"orders\" AS t, \
         \"temp\".\"anchor0\" AS a WHERE t.\"payer_id\" = a.c0) AS k, \
         \"public\".\"orders\" AS t WHERE t.\"id\" = k.c0 ORDER BY t.\"id\""
    );
}

#[test]
fn no_way_selects_nothing() {
    let what = selection("orders", vec![]);
    assert_eq!(
        sql::find(&POSTGRES, &what, &Anchors::Arrays, &names("note")).unwrap().text,
        "SELECT 0, t.\"id\", t.\"note\" FROM \"public\".\"orders\" AS t WHERE 1 = 0"
    );
    assert!(
        sql::read_selected(&POSTGRES, &names("id"), &what, &Anchors::Arrays).unwrap().text.contains("1 = 0")
    );
}

#[test]
fn strikes_name_rows_by_typed_keys() {
    let delete = Delete { table: table("orders"), key: key("id mood"), columns: names("id note mood") };
    assert_eq!(
        sql::delete(&POSTGRES, &delete, &Given::Arrays).unwrap().text,
        "DELETE FROM \"public\".\"orders\" AS t USING \
         unnest($1::int8[], $2::text[]) WITH ORDINALITY AS k(c0, c1, n) \
         WHERE t.\"id\" = k.c0 AND t.\"mood\" = k.c1::public.mood \
         RETURNING k.n - 1, t.\"id\", t.\"note\", t.\"mood\"::pg_catalog.text"
    );
    let by_number = Delete { key: key("id"), ..delete.clone() };
    assert_eq!(
        sql::delete(&POSTGRES, &by_number, &Given::Any).unwrap().text,
        "DELETE FROM \"public\".\"orders\" AS t WHERE t.\"id\" = ANY($1::int8[]) \
         RETURNING t.\"id\", t.\"id\", t.\"note\", t.\"mood\"::pg_catalog.text"
    );
    assert!(sql::delete(&POSTGRES, &delete, &Given::Any).is_err());
    assert_eq!(
        sql::delete(&SQLITE, &delete, &Given::One).unwrap().text,
        "DELETE FROM \"public\".\"orders\" AS t WHERE t.\"id\" = ?1 AND t.\"mood\" = ?2"
    );
    let filled = Given::Table(TableRef { schema: name("temp"), name: name("keys") });
    assert_eq!(
        sql::delete(&SQLITE, &delete, &filled).unwrap().text,
        "DELETE FROM \"public\".\"orders\" AS t \
         WHERE (t.\"id\", t.\"mood\") IN (SELECT k.c0, k.c1 FROM \"temp\".\"keys\" AS k)"
    );
    assert_eq!(
        sql::delete(&SQLITE, &by_number, &Given::Several(2)).unwrap().text,
        "DELETE FROM \"public\".\"orders\" AS t WHERE t.\"id\" IN (?1, ?2)"
    );
    assert!(sql::delete(&SQLITE, &delete, &Given::Several(2)).is_err());
    let lock = Lock { table: table("orders"), key: key("id"), columns: names("note") };
    assert_eq!(
        sql::lock(&POSTGRES, &lock, &Given::Arrays).unwrap().text,
        "SELECT k.n - 1, t.\"note\" FROM unnest($1::int8[]) WITH ORDINALITY AS k(c0, n), \
         \"public\".\"orders\" AS t WHERE t.\"id\" = k.c0 FOR UPDATE OF t"
    );
    let update = Update {
        table: table("orders"),
        key: key("id"),
        set: names("note mood"),
        columns: names("note"),
        triggers: Triggers::Fire,
    };
    assert_eq!(
        sql::update(&POSTGRES, &update, &Given::Arrays).unwrap().text,
        "UPDATE \"public\".\"orders\" AS t SET \"note\" = k.c1, \"mood\" = k.c2::public.mood FROM \
         unnest($1::int8[], $2::text[], $3::text[]) WITH ORDINALITY AS k(c0, c1, c2, n) \
         WHERE t.\"id\" = k.c0 RETURNING k.n - 1, t.\"note\""
    );
    assert_eq!(
        sql::update(&SQLITE, &update, &Given::One).unwrap().text,
        "UPDATE OR ABORT \"public\".\"orders\" AS t SET \"note\" = ?1, \"mood\" = ?2 WHERE t.\"id\" = ?3"
    );
    let insert = Insert { table: table("orders"), columns: names("id mood"), answer: names("id") };
    assert_eq!(
        sql::insert(&POSTGRES, &insert, &insert.answer, &Given::Arrays).unwrap().text,
        "INSERT INTO \"public\".\"orders\" AS t (\"id\", \"mood\") OVERRIDING SYSTEM VALUE \
         SELECT k.c0, k.c1::public.mood FROM unnest($1::int8[], $2::text[]) WITH ORDINALITY AS k(c0, c1, n) \
         ON CONFLICT DO NOTHING RETURNING t.\"id\""
    );
    assert_eq!(
        sql::insert(&SQLITE, &insert, &[], &Given::One).unwrap().text,
        "INSERT INTO \"public\".\"orders\" AS t (\"id\", \"mood\") VALUES (?1, ?2) ON CONFLICT DO NOTHING"
    );
}

#[test]
fn a_one_row_update_binds_each_cell_to_its_own_place() {
    let update = Update {
        table: table("orders"),
        key: key("id"),
        set: names("note"),
        columns: vec![],
        triggers: Triggers::Fire,
    };
    // The text numbers slots as they appear; the slots say which cell of the row goes where.
    let statement = sql::update(&SQLITE, &update, &Given::One).unwrap();
    assert_eq!(statement.slots, [Slot::Row { column: 1 }, Slot::Row { column: 0 }]);
}

#[test]
fn referrers_are_asked_for_by_the_columns_they_refer_to() {
    let by = Referrer { table: table("orders"), on: pairs("customer_id=id") };
    assert_eq!(
        sql::referred(&POSTGRES, &table("customers"), &key("id"), &by, &Given::Arrays).unwrap().text,
        "SELECT k.n - 1 FROM unnest($1::int8[]) WITH ORDINALITY AS k(c0, n), \"public\".\"customers\" AS t \
         WHERE t.\"id\" = k.c0 \
         AND EXISTS (SELECT 1 FROM \"public\".\"orders\" AS r WHERE r.\"customer_id\" = t.\"id\") ORDER BY 1"
    );
    assert_eq!(
        sql::referred(&SQLITE, &table("customers"), &key("id"), &by, &Given::One).unwrap().text,
        "SELECT 1 FROM \"public\".\"customers\" AS t WHERE t.\"id\" = ?1 \
         AND EXISTS (SELECT 1 FROM \"public\".\"orders\" AS r WHERE r.\"customer_id\" = t.\"id\")"
    );
}

#[test]
fn rows_without_a_key_are_told_apart_by_the_whole_row() {
    let read = sql::read_keyed(&POSTGRES, &table("log"), &KeyBy::WholeRow, &names("line"), &Given::Arrays);
    assert_eq!(
        read.unwrap().text,
        "SELECT k.n - 1, t.\"line\" FROM unnest($1::int8[], $2::text[]) WITH ORDINALITY AS k(c0, c1, n), \
         \"public\".\"log\" AS t WHERE t.ctid = k.c0 AND md5((t.*)::text) = k.c1"
    );
    assert!(sql::read_keyed(&POSTGRES, &table("log"), &key(""), &names("line"), &Given::Arrays).is_err());
}

#[test]
fn a_search_reads_the_table_once() {
    let what = Search {
        table: table("notes"),
        columns: names("title body"),
        needles: vec!["a%".into(), "b_".into()],
    };
    let statement = sql::search(&POSTGRES, &what).unwrap();
    assert_eq!(
        statement.text,
        "SELECT count(*) FILTER (WHERE strpos(f.c0, lower($1::text)) > 0), \
         count(*) FILTER (WHERE strpos(f.c0, lower($2::text)) > 0), \
         count(*) FILTER (WHERE strpos(f.c1, lower($1::text)) > 0), \
         count(*) FILTER (WHERE strpos(f.c1, lower($2::text)) > 0) \
         FROM (SELECT lower(t.\"title\"::text) AS c0, lower(t.\"body\"::text) AS c1 \
         FROM \"public\".\"notes\" AS t OFFSET 0) AS f"
    );
    assert!(sql::search(&SQLITE, &what).unwrap().text.ends_with("AS t LIMIT -1 OFFSET 0) AS f"));
}

#[test]
fn references_are_followed_one_by_one_and_only_some_of_them() {
    let what = References {
        table: table("orders"),
        by: names("person_id"),
        filters: vec![Filter { column: name("kind"), test: Test::Equals(Cell::text("sale")) }],
        to: table("people"),
        on: names("id"),
        at_most: 10_000,
    };
    let statement = sql::sample(&SQLITE, &what).unwrap();
    assert_eq!(
        statement.text,
        "SELECT count(*), coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM \"public\".\"people\" AS o \
         WHERE o.\"id\" = g.\"person_id\") THEN 1 ELSE 0 END), 0) \
         FROM (SELECT s.\"person_id\", s.\"kind\" FROM (SELECT t.\"person_id\", t.\"kind\" \
         FROM \"public\".\"orders\" AS t LIMIT 1000000) AS s \
         WHERE s.\"person_id\" IS NOT NULL AND s.\"kind\" = ?1 LIMIT 10000) AS g"
    );
    assert!(sql::sample(&POSTGRES, &what).unwrap().text.contains("s.\"kind\" = $1::text"));
}

#[test]
fn hostile_names_stay_names() {
    let hostile = "x\"; DROP TABLE customers; --\n'\\";
    for forms in [&POSTGRES, &SQLITE] {
        let what = Selection {
            table: table(hostile),
            key: KeyBy::Columns(vec![name(hostile)]),
            branches: vec![Branch { columns: vec![name(hostile)], ..branch("id", 0, vec![]) }],
            filters: vec![],
            unless: vec![],
        };
        let anchors = if forms.0 == Dialect::Sqlite { filled(&[hostile]) } else { Anchors::Arrays };
        let text = sql::find(forms, &what, &anchors, &[]).unwrap().text;
        let quoted = "\"x\"\"; DROP TABLE customers; --\n'\\\"";
        assert_eq!(text.matches("DROP TABLE").count(), text.matches(quoted).count());
        // Outside of quoted names only this program's own words are left.
        let outside: String = text.split('"').step_by(2).collect();
        assert!(!outside.contains("DROP"), "{outside}");
    }
}

#[test]
fn the_text_does_not_depend_on_values() {
    let text = |value: &str| {
        let mut what = selection("orders", vec![branch("customer_id", 0, vec![])]);
        what.filters = vec![Filter { column: name("kind"), test: Test::Equals(Cell::text(value)) }];
        sql::find(&POSTGRES, &what, &Anchors::Arrays, &[]).unwrap().text
    };
    assert_eq!(text("a"), text("canary'; --"));
}
