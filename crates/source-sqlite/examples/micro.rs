//! tmp
use rusqlite::Connection;
use rusqlite::types::Value;
use std::time::Instant;
fn main() {
    let file = std::env::args().nth(1).unwrap();
    let copy = format!("{file}.micro");
    let open = || {
        for e in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{copy}{e}"));
        }
        std::fs::copy(&file, &copy).unwrap();
        let c = Connection::open(&copy).unwrap();
        c.execute_batch("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536").unwrap();
        c
    };
    let keys = |c: &Connection| -> Vec<i64> {
        c.prepare("SELECT id FROM events WHERE customer_id % 10 = 0 ORDER BY id")
            .unwrap()
            .query_map([], |r| r.get(0))
            .unwrap()
            .map(|r| r.unwrap())
            .collect()
    };
    for how in ["in-int", "in-pk", "each", "returning", "each-fkoff", "in-nosecure"] {
        let c = open();
        let keys = keys(&c);
        if how == "each-fkoff" {
            c.execute_batch("PRAGMA foreign_keys=OFF").unwrap();
        }
        if how == "in-nosecure" {
            c.execute_batch("PRAGMA secure_delete=OFF").unwrap();
        }
        c.execute_batch("BEGIN IMMEDIATE").unwrap();
        let t = Instant::now();
        c.execute_batch(if how == "in-pk" {
            "CREATE TEMP TABLE k (c0 INTEGER PRIMARY KEY)"
        } else {
            "CREATE TEMP TABLE k (n INTEGER PRIMARY KEY, c0 INTEGER)"
        })
        .unwrap();
        if how.starts_with("in") {
            let mut ins = c
                .prepare(if how == "in-pk" {
                    "INSERT INTO k VALUES (?1)"
                } else {
                    "INSERT INTO k(c0) VALUES (?1)"
                })
                .unwrap();
            for k in &keys {
                ins.execute([k]).unwrap();
            }
        }
        let fill = t.elapsed();
        let t = Instant::now();
        let mut bytes = 0;
        if how != "returning" {
            let mut s = c.prepare("SELECT t.id, customer_id, kind, at, path, user_agent, payload, ip FROM events AS t WHERE t.id = ?1").unwrap();
            for k in &keys {
                let mut rows = s.query([k]).unwrap();
                let r = rows.next().unwrap().unwrap();
                let v: Vec<Value> = (0..8).map(|i| r.get(i).unwrap()).collect();
                bytes += v.len();
                assert!(rows.next().unwrap().is_none());
            }
        }
        let read = t.elapsed();
        let t = Instant::now();
        if how == "in-int" || how == "in-pk" || how == "in-nosecure" {
            assert_eq!(
                c.execute("DELETE FROM main.events AS t WHERE (t.id) IN (SELECT k.c0 FROM temp.k AS k)", [])
                    .unwrap(),
                keys.len()
            );
        } else if how == "returning" {
            let mut s = c.prepare("DELETE FROM events WHERE id = ?1 RETURNING id, customer_id, kind, at, path, user_agent, payload, ip").unwrap();
            for k in &keys {
                let mut rows = s.query([k]).unwrap();
                let r = rows.next().unwrap().unwrap();
                let v: Vec<Value> = (0..8).map(|i| r.get(i).unwrap()).collect();
                bytes += v.len();
                assert!(rows.next().unwrap().is_none());
            }
        } else {
            let mut s = c.prepare("DELETE FROM events WHERE id = ?1").unwrap();
            for k in &keys {
                s.execute([k]).unwrap();
            }
        }
        let delete = t.elapsed();
        let t = Instant::now();
        c.execute_batch("COMMIT").unwrap();
        println!("{how}: fill {fill:?} read {read:?} delete {delete:?} commit {:?} ({bytes})", t.elapsed());
        if how.starts_with("in-int") {
            let c = open();
            let t = Instant::now();
            c.execute_batch(
                "BEGIN IMMEDIATE; CREATE TEMP TABLE w AS SELECT id FROM customers WHERE id % 10 = 0",
            )
            .unwrap();
            let n = c.execute("DELETE FROM events WHERE customer_id IN (SELECT id FROM w)", []).unwrap();
            let d = t.elapsed();
            c.execute_batch("COMMIT").unwrap();
            println!("bulk {n}: {d:?} all {:?}", t.elapsed());
        }
    }
}
