//! The shop's rows, the same for the same number of people.
//!
//! Person `n` has: a billing address of their own and a home shared with a neighbor (1 with 2, 3 with 4 …); two orders of
//! two lines, the first invoiced in a year from 2010 to 2025; two messages sent, to the next two people in the ring; one
//! comment, every third an answer to the comment before; two votes; three lines in the log, two of them equal; one row in
//! the hostile table. Every fifth was referred by the person before.

use std::fmt::Write;

use crate::canary;

/// Which SQL to speak; only literals differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    fn bytes(self, bytes: &[u8]) -> String {
        let hex = exeunt_base::hex::encode(bytes);
        match self {
            Self::Postgres => format!("'\\x{hex}'::bytea"),
            Self::Sqlite => format!("x'{hex}'"),
        }
    }

    fn list(self, items: &[&str]) -> String {
        match self {
            Self::Postgres => quoted(&format!("{{{}}}", items.join(","))),
            Self::Sqlite => quoted(&format!(
                "[{}]",
                items.iter().map(|i| format!("\"{i}\"")).collect::<Vec<_>>().join(",")
            )),
        }
    }

    fn time(self, year: u32, day: u32) -> String {
        let (month, date) = (day % 12 + 1, day % 28 + 1);
        let zone = if self == Self::Postgres { "+00" } else { "" };
        format!("'{year}-{month:02}-{date:02} 09:{:02}:00{zone}'", day % 60)
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// All rows as one script of INSERT statements, without BEGIN and COMMIT.
pub(crate) fn script(dialect: Dialect, people: u32) -> String {
    assert!(people >= 10, "a shop needs at least 10 people to have every shape");
    let mut sql = String::from(
        "INSERT INTO categories VALUES (1, NULL, 'all'), (2, 1, 'books'), (3, 2, 'poems');
         INSERT INTO products VALUES (1, 2, 'Atlas', 49.90), (2, 3, 'Sonnets', 12.50), (3, 1, 'Pen', 3.00);\n",
    );
    for home in 1..=people.div_ceil(2) {
        address(&mut sql, 1_000_000 + home, &canary::street(1_000_000 + home));
    }
    for person in 1..=people {
        customer(&mut sql, dialect, person);
        address(&mut sql, person, &canary::street(person));
        let home = 1_000_000 + person.div_ceil(2);
        line(
            &mut sql,
            format_args!(
                "INSERT INTO customer_addresses VALUES ({person}, {person}, 'billing'), ({person}, {home}, 'home');"
            ),
        );
        orders(&mut sql, dialect, person);
    }
    for person in 1..=people {
        between_people(&mut sql, dialect, person, people);
        around(&mut sql, dialect, person);
    }
    if dialect == Dialect::Postgres {
        line(&mut sql, format_args!("SELECT setval(pg_get_serial_sequence('customers', 'id'), {people});"));
    }
    sql
}

fn line(sql: &mut String, text: std::fmt::Arguments<'_>) {
    sql.write_fmt(text).expect("writing to a string does not fail");
    sql.push('\n');
}

fn address(sql: &mut String, id: u32, street: &str) {
    let city = quoted(["Berlin", "L'Aquila", "Łódź", "Köln"][id as usize % 4]);
    line(sql, format_args!("INSERT INTO addresses VALUES ({id}, {}, {city}, 'DE');", quoted(street)));
}

fn customer(sql: &mut String, dialect: Dialect, person: u32) {
    let plan = ["free", "plus", "pro"][person as usize % 3];
    let tags = dialect.list(&["early", &canary::word("tag", person)]);
    let prefs = format!("{{\"lang\": \"de\", \"nickname\": \"{}\"}}", canary::word("nick", person));
    let avatar =
        dialect.bytes(&[b"\x89\0\xff".as_slice(), canary::word("avatar", person).as_bytes()].concat());
    let phone = if person.is_multiple_of(7) { "NULL".into() } else { quoted(&canary::phone(person)) };
    let referred = if person.is_multiple_of(5) { (person - 1).to_string() } else { "NULL".into() };
    line(
        sql,
        format_args!(
            "INSERT INTO customers (id, email, full_name, phone, born_on, plan, tags, prefs, trial, avatar, ltv_score, \
         referred_by, created_at) VALUES ({person}, {email}, {name}, {phone}, '{year}-05-17', '{plan}', {tags}, {prefs}, \
         '14 days', {avatar}, {score}.25, {referred}, {created});",
            email = quoted(&canary::email(person)),
            name = quoted(&canary::name(person)),
            year = 1940 + person % 65,
            prefs = quoted(&prefs),
            score = person % 90,
            created = dialect.time(2009, person),
        ),
    );
}

fn orders(sql: &mut String, dialect: Dialect, person: u32) {
    for id in [person * 2 - 1, person * 2] {
        line(sql, format_args!(
            "INSERT INTO orders VALUES ({id}, {person}, {person}, 'shipped', {name}, '198.51.100.{ip}', {note}, {placed});
             INSERT INTO order_items VALUES ({id}, 1, {product}, 1, {engraving}), ({id}, 2, 3, {quantity}, NULL);",
            name = quoted(&canary::name(person)),
            ip = person % 250 + 1,
            note = if id.is_multiple_of(2) { "NULL".into() } else { quoted(&canary::sentence("ordernote", person)) },
            placed = dialect.time(2010 + person % 16, id),
            product = id % 2 + 1,
            quantity = id % 9 + 1,
            engraving = quoted(&canary::word("engraving", person)),
        ));
    }
    let first = person * 2 - 1;
    line(sql, format_args!(
        "INSERT INTO invoices VALUES ({first}, {first}, {person}, 'R-{first:08}', {name}, {street}, {person}.90, {paid});
         UPDATE customers SET last_order_id = {last} WHERE id = {person};",
        name = quoted(&canary::name(person)),
        street = quoted(&canary::street(person)),
        paid = dialect.time(2010 + person % 16, first),
        last = person * 2,
    ));
}

fn between_people(sql: &mut String, dialect: Dialect, person: u32, people: u32) {
    for step in [1, 2] {
        let id = person * 2 + step - 2;
        line(
            sql,
            format_args!(
                "INSERT INTO messages VALUES ({id}, {person}, {to}, {body}, '203.0.113.{ip}', {sent});",
                to = (person + step - 1) % people + 1,
                body = quoted(&canary::sentence("message", person)),
                ip = person % 250 + 1,
                sent = dialect.time(2024, id),
            ),
        );
    }
    let parent = if person.is_multiple_of(3) { (person - 1).to_string() } else { "NULL".into() };
    line(
        sql,
        format_args!(
            "INSERT INTO comments VALUES ({person}, {person}, {product}, {parent}, {body});
         INSERT INTO votes VALUES ({person}, 'message', {message}, 1), ({person}, 'comment', {comment}, -1);",
            product = person % 3 + 1,
            body = quoted(&canary::sentence("comment", person)),
            // A message and a comment of somebody else, both already there.
            message = if person == 1 { 2 } else { person * 2 - 2 },
            comment = if person == 1 { 1 } else { person - 1 },
        ),
    );
}

fn around(sql: &mut String, dialect: Dialect, person: u32) {
    let visit =
        format!("({person}, {}, '/account', {})", quoted(&canary::email(person)), dialect.time(2025, 1));
    let other =
        format!("({person}, NULL, '/search?q={}', {})", canary::word("query", person), dialect.time(2025, 2));
    line(
        sql,
        format_args!(
            "INSERT INTO access_log VALUES {visit}, {visit}, {other};
         INSERT INTO \"odd \"\"table\"\"; drop\" VALUES ({person}, {person}, {a}, {b}, {c}, {d});",
            a = quoted("'; DROP TABLE customers; --"),
            b = quoted(&canary::word("quoted", person)),
            c = quoted(&format!("first line\nsecond {} line", canary::word("newline", person))),
            d = quoted("Grüße, 你好, \u{1f469}\u{200d}\u{1f680}, \u{202e}right to left"),
        ),
    );
}
