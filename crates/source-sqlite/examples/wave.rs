//! tmp
use exeunt_base::{Cell, Name, Row, TableRef};
use exeunt_source::{Anchor, Branch, Compare, Delete, Join, KeyBy, Lock, Referrer, Selection, Source};
use exeunt_source_sqlite::{Settings, SqliteSource};
use std::time::Instant;
fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}
fn table(text: &str) -> TableRef {
    TableRef { schema: name("main"), name: name(text) }
}
#[tokio::main]
async fn main() {
    let file = std::env::args().nth(1).unwrap();
    let step: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let mode = std::env::args().nth(3).unwrap();
    let copy = format!("{file}.copy");
    let tables = ["messages", "events", "order_items", "orders", "addresses", "customers"];
    let people: Vec<i64> = (1..=100_000).filter(|c| c % 10 == 0).collect();
    let fresh = || {
        for e in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{copy}{e}"));
        }
        std::fs::copy(&file, &copy).unwrap();
    };
    if mode != "ours" {
        fresh();
        let c = rusqlite::Connection::open(&copy).unwrap();
        c.execute_batch("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; CREATE TEMP TABLE w (id INTEGER PRIMARY KEY)").unwrap();
        for p in &people {
            c.execute("INSERT INTO w VALUES (?1)", [p]).unwrap();
        }
        let all = Instant::now();
        let mut n = 0;
        c.execute_batch("BEGIN IMMEDIATE").unwrap();
        for t in tables {
            let start = Instant::now();
            let w = match t {
                "messages" => "sender_id IN (SELECT id FROM w) OR recipient_id IN (SELECT id FROM w)",
                "order_items" => {
                    "order_id IN (SELECT id FROM orders WHERE customer_id IN (SELECT id FROM w))"
                }
                "customers" => "id IN (SELECT id FROM w)",
                _ => "customer_id IN (SELECT id FROM w)",
            };
            let d = c.execute(&format!("DELETE FROM {t} WHERE {w}"), []).unwrap();
            n += d;
            println!("  bulk {t}: {d} in {:?}", start.elapsed());
        }
        c.execute_batch("COMMIT").unwrap();
        let s = all.elapsed().as_secs_f64();
        println!("bulk: {n} rows in {s:.2} s: {:.0}/s", n as f64 / s);
    }
    fresh();
    let source = SqliteSource::new(Settings::for_file(&copy));
    let catalog = source.describe().await.unwrap();
    let anchor = Anchor { rows: people.iter().map(|p| (*p as u32, vec![Cell::Int(*p)])).collect() };
    let all = Instant::now();
    let mut n = 0;
    let mut finding = std::time::Duration::ZERO;
    for t in tables {
        let start = Instant::now();
        let by = |column: &str| Branch {
            filters: vec![],
            joins: vec![],
            columns: vec![name(column)],
            anchor: 0,
            compare: Compare::Exact,
        };
        let branches = match t {
            "messages" => vec![by("sender_id"), by("recipient_id")],
            "order_items" => vec![Branch {
                joins: vec![Join {
                    table: table("orders"),
                    on: vec![(name("order_id"), name("id"))],
                    filters: vec![],
                }],
                ..by("customer_id")
            }],
            "customers" => vec![by("id")],
            _ => vec![by("customer_id")],
        };
        let d = catalog.table(&table(t)).unwrap();
        let key = KeyBy::Columns(d.primary_key.clone());
        let width = d.primary_key.len();
        let columns: Vec<Name> = d.written_columns().map(|c| c.name.clone()).collect();
        let what = Selection { table: table(t), key: key.clone(), branches, filters: vec![], unless: vec![] };
        let mut keys: Vec<Row> = Vec::new();
        let mut reader = source.snapshot().await.unwrap();
        let mut pages = reader.find(&what, std::slice::from_ref(&anchor), &[]).await.unwrap();
        while let Some(page) = pages.next().await.unwrap() {
            keys.extend(page.into_iter().map(|mut r| {
                r.remove(0);
                r.truncate(width);
                r
            }));
        }
        keys.dedup();
        drop(reader);
        let found = start.elapsed();
        finding += found;
        let delete = Delete { table: table(t), key: key.clone(), columns };
        let mut m = 0;
        for chunk in keys.chunks(step) {
            let mut tx = source.begin().await.unwrap();
            if mode == "refer" && (t == "customers" || t == "orders") {
                let by = if t == "customers" {
                    Referrer { table: table("orders"), on: vec![(name("customer_id"), name("id"))] }
                } else {
                    Referrer { table: table("order_items"), on: vec![(name("order_id"), name("id"))] }
                };
                let lock = Lock { table: table(t), key: key.clone(), columns: vec![] };
                assert!(tx.referred(&lock, &by, chunk).await.unwrap().is_empty());
            }
            let mut pages = tx.delete(&delete, chunk.to_vec()).await.unwrap();
            while let Some(page) = pages.next().await.unwrap() {
                m += page.len();
            }
            tx.commit().await.unwrap();
        }
        n += m;
        println!("  ours {t}: {m} in {:?} (found in {found:?})", start.elapsed());
    }
    let s = all.elapsed().as_secs_f64();
    println!("ours: {n} rows in {s:.2} s: {:.0}/s, finding {finding:?}", n as f64 / s);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
