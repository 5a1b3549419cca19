//! The demonstration's shop: the same rows each time, made in bulk. Its own database, so its own SQL.

use std::collections::BTreeMap;
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use exeunt_base::hex;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use crate::failure::Failure;

/// The schema.
pub(crate) const SCHEMA: &str = include_str!("../../../../../examples/shop/schema.sql");

/// The map.
pub(crate) const MAP: &str = include_str!("../../../../../examples/shop/map.yaml");

/// Customers.
const PEOPLE: u32 = 20_000;

/// Who the story is about.
pub(crate) const ADA: u32 = 1_815;

/// Her address, made up like everything here.
pub(crate) const EMAIL: &str = "ada.lovelace@mail.example";

/// Her phone.
pub(crate) const PHONE: &str = "+44 20 7946 1815";

const FIRST: [&str; 16] = [
    "Grace", "Alan", "Emmy", "Carl", "Sofia", "Kurt", "Hedy", "Leon", "Maryam", "Paul", "Rosa", "Niels",
    "Lise", "Max", "Vera", "Jan",
];
const LAST: [&str; 13] = [
    "Weber",
    "Okafor",
    "Lindqvist",
    "Moreau",
    "Rossi",
    "Nowak",
    "Haddad",
    "Tanaka",
    "Silva",
    "Kaya",
    "Novák",
    "O'Brien",
    "Jansen",
];
const CITIES: [&str; 5] = ["Berlin", "L'Aquila", "Łódź", "Köln", "Malmö"];
const SENTENCES: [&str; 6] = [
    "Do you still have the blue one?",
    "It arrived yesterday, thank you.",
    "I would read that again.",
    "The second volume is better.",
    "Could you bring it on Friday?",
    "Not for me, but nicely bound.",
];

fn failed(error: rusqlite::Error) -> Failure {
    Failure::Demo(format!("the shop's own database says: {error}"))
}

fn name(person: u32) -> String {
    if person == ADA {
        return String::from("Ada Lovelace");
    }
    let (first, last) = (person as usize % FIRST.len(), person as usize / FIRST.len() % LAST.len());
    format!("{} {}", FIRST[first], LAST[last])
}

fn email(person: u32) -> String {
    if person == ADA { EMAIL.to_owned() } else { format!("customer{person}@mail.example") }
}

fn phone(person: u32) -> Option<String> {
    match person {
        ADA => Some(PHONE.to_owned()),
        _ if person.is_multiple_of(3) => None,
        _ => Some(format!("+49 30 {:07}", 1_000_000 + person)),
    }
}

fn day(year: u32, seed: u32) -> String {
    format!("{year}-{:02}-{:02} {:02}:{:02}:00", seed % 12 + 1, seed % 28 + 1, seed % 24, seed % 60)
}

fn sentence(seed: u32) -> &'static str {
    SENTENCES[seed as usize % SENTENCES.len()]
}

/// Makes the shop.
pub(crate) fn make(path: &Path) -> Result<(), Failure> {
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    connection.execute_batch(SCHEMA).map_err(failed)?;
    let tx = connection.transaction().map_err(failed)?;
    fill(&tx).map_err(failed)?;
    tx.commit().map_err(failed)?;
    connection.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);").map_err(failed)
}

fn fill(tx: &Connection) -> rusqlite::Result<()> {
    for (id, title) in
        [(1, "Atlas"), (2, "Sonnets"), (3, "Fountain pen"), (4, "Notebook"), (5, "Engine sketches")]
    {
        tx.execute("INSERT INTO products VALUES (?1, ?2, ?3)", params![id, title, f64::from(id) * 7.5])?;
    }
    let mut address = tx.prepare("INSERT INTO addresses VALUES (?1, ?2, ?3, 'DE')")?;
    let mut customer = tx.prepare(
        "INSERT INTO customers (id, email, full_name, phone, born_on, plan, ltv_score, referred_by, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut lives = tx.prepare("INSERT INTO customer_addresses VALUES (?1, ?2, ?3)")?;
    for person in 1..=PEOPLE {
        // neighbors share a home: 1815 with 1816
        let home = person.div_ceil(2);
        if !person.is_multiple_of(2) {
            address.execute(params![home, format!("{} Garden Lane", home), CITIES[home as usize % 5]])?;
        }
        address.execute(params![
            1_000_000 + person,
            format!("{person} Mill Road"),
            CITIES[person as usize % 5]
        ])?;
        customer.execute(params![
            person,
            email(person),
            name(person),
            phone(person),
            format!("{}-{:02}-17", 1940 + person % 65, person % 12 + 1),
            if person.is_multiple_of(4) { "plus" } else { "free" },
            f64::from(person % 97) / 4.0,
            person.is_multiple_of(5).then(|| person - 1).or((person == ADA + 2).then_some(ADA)),
            day(2009 + person % 15, person),
        ])?;
        lives.execute(params![person, home, "home"])?;
        lives.execute(params![person, 1_000_000 + person, "billing"])?;
    }
    orders(tx)?;
    between_people(tx)
}

fn orders(tx: &Connection) -> rusqlite::Result<()> {
    let mut order = tx.prepare("INSERT INTO orders VALUES (?1, ?2, 'shipped', ?3, ?4, ?5, ?6)")?;
    let mut item = tx.prepare("INSERT INTO order_items VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut invoice = tx.prepare("INSERT INTO invoices VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut id: u32 = 0;
    for person in 1..=PEOPLE {
        let count = if person == ADA { 6 } else { 1 + person % 3 };
        for number in 0..count {
            id += 1;
            // the first of Ada's is from 2012: its invoice need not be kept any longer
            let year = if person == ADA { 2012 + number * 2 } else { 2011 + (person + number * 5) % 15 };
            order.execute(params![
                id,
                person,
                name(person),
                format!("198.51.100.{}", person % 250 + 1),
                id.is_multiple_of(3).then(|| sentence(id)),
                day(year, id),
            ])?;
            item.execute(params![id, 1, id % 5 + 1, 1, id.is_multiple_of(4).then(|| name(person))])?;
            item.execute(params![id, 2, 4, id % 9 + 1, None::<String>])?;
            let amount = f64::from(id % 900) / 10.0;
            invoice.execute(params![
                id,
                person,
                format!("R-{id:07}"),
                name(person),
                amount,
                day(year, id)
            ])?;
        }
    }
    Ok(())
}

fn between_people(tx: &Connection) -> rusqlite::Result<()> {
    let mut message = tx.prepare("INSERT INTO messages VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut comment = tx.prepare("INSERT INTO comments VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut vote = tx.prepare("INSERT INTO votes VALUES (?1, ?2, ?3, ?4)")?;
    let mut ticket = tx.prepare("INSERT INTO tickets VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for person in 1..=PEOPLE {
        for step in [1, 2] {
            let id = person * 2 + step - 2;
            let to = (person + step - 1) % PEOPLE + 1;
            let ip = format!("203.0.113.{}", person % 250 + 1);
            message.execute(params![id, person, to, sentence(id), ip, day(2025, id)])?;
        }
        let parent = (person.is_multiple_of(3) || person == ADA + 1).then(|| person - 1);
        comment.execute(params![person, person, person % 5 + 1, parent, sentence(person)])?;
        let (message, about) = if person == 1 { (2, 1) } else { (person * 2 - 2, person - 1) };
        vote.execute(params![person, "message", message, 1])?;
        vote.execute(params![person, "comment", about, if person.is_multiple_of(7) { -1 } else { 1 }])?;
        if person.is_multiple_of(4) || person == ADA {
            let body = format!("Please write to {} about my order.", email(person));
            ticket.execute(params![person, email(person), "A question", body, day(2025, person)])?;
        }
    }
    Ok(())
}

/// Rows by table, in the order of their names.
pub(crate) fn counts(path: &Path) -> Result<Vec<(String, u64)>, Failure> {
    let connection = Connection::open(path).map_err(failed)?;
    let mut found = Vec::new();
    for table in tables(&connection, "name NOT LIKE 'sqlite_%'")? {
        let sql = format!("SELECT count(*) FROM \"{table}\"");
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)?;
        found.push((table, rows.unsigned_abs()));
    }
    Ok(found)
}

/// A digest over every row of every table, whatever order they lie in; counters of the database itself included.
pub(crate) fn digest(path: &Path) -> Result<String, Failure> {
    let connection = Connection::open(path).map_err(failed)?;
    let mut context = Context::new(&SHA256);
    for table in tables(&connection, "name NOT LIKE 'sqlite_stat%'")? {
        context.update(table.as_bytes());
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).map_err(failed)?;
        let columns = statement.column_count();
        let places: Vec<String> = (1..=columns).map(|place| place.to_string()).collect();
        let sql = format!("SELECT * FROM \"{table}\" ORDER BY {}", places.join(", "));
        statement = connection.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            for column in 0..columns {
                add(&mut context, row.get_ref(column).map_err(failed)?);
            }
        }
    }
    Ok(hex::encode(context.finish().as_ref()))
}

fn add(context: &mut Context, value: ValueRef<'_>) {
    let mut put = |tag: u8, bytes: &[u8]| {
        context.update(&[tag]);
        context.update(&(bytes.len() as u64).to_le_bytes());
        context.update(bytes);
    };
    match value {
        ValueRef::Null => put(0, &[]),
        ValueRef::Integer(number) => put(1, &number.to_le_bytes()),
        ValueRef::Real(number) => put(2, &number.to_le_bytes()),
        ValueRef::Text(text) => put(3, text),
        ValueRef::Blob(bytes) => put(4, bytes),
    }
}

/// In how many rows of which tables a text stands, looked for in every column.
pub(crate) fn places(path: &Path, text: &str) -> Result<BTreeMap<String, u64>, Failure> {
    let connection = Connection::open(path).map_err(failed)?;
    let mut found = BTreeMap::new();
    for table in tables(&connection, "name NOT LIKE 'sqlite_%'")? {
        let statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).map_err(failed)?;
        let tests: Vec<String> =
            statement.column_names().iter().map(|column| format!("instr(\"{column}\", ?1) > 0")).collect();
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE {}", tests.join(" OR "));
        let rows: i64 = connection.query_row(&sql, [text], |row| row.get(0)).map_err(failed)?;
        if rows > 0 {
            found.insert(table, rows.unsigned_abs());
        }
    }
    Ok(found)
}

/// Copies the database, as a backup would.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let connection = Connection::open(from).map_err(failed)?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").map_err(failed)?;
    drop(connection);
    std::fs::copy(from, to).map(|_| ()).map_err(|source| Failure::file("copy the shop to", to, source))
}

fn tables(connection: &Connection, which: &str) -> Result<Vec<String>, Failure> {
    let sql = format!("SELECT name FROM sqlite_master WHERE type = 'table' AND {which} ORDER BY name");
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let names = statement.query_map([], |row| row.get(0)).map_err(failed)?;
    names.collect::<rusqlite::Result<_>>().map_err(failed)
}
