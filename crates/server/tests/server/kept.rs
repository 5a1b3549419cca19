//! What is kept is counted, and when its time is over it is nowhere: not in the store's file, its log, a package or the vault, and
//! not even sealed.

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_testkit::search::Search;
use serde_json::{Value, json};

use crate::home::Home;
use crate::posted::{EMAIL, NAME, Posted};

/// Where the store keeps what is sealed, or opens it.
const SEALED: [(&str, &str); 9] = [
    ("requests", "identities"),
    ("requests", "case_key"),
    ("requests", "salt"),
    ("intakes", "words"),
    ("letters", "content"),
    ("links", "person"),
    ("link_downloads", "caller"),
    ("packages", "key"),
    ("tasks", "wanted"),
];

/// Every sealed value that the store holds now.
fn sealed(home: &Home) -> Vec<(String, Vec<u8>)> {
    let store = rusqlite::Connection::open(home.dir.path().join("home/control.db")).unwrap();
    let mut found = Vec::new();
    for (table, column) in SEALED {
        let text = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
        let mut question = store.prepare(&text).unwrap();
        let rows = question.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        found.extend(rows.map(|row| (format!("{table}.{column}"), row.unwrap())));
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

async fn classes(home: &Home) -> Vec<Value> {
    let shown = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/reports/retention", None).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    shown.json()["items"].as_array().unwrap().clone()
}

async fn items(home: &Home, class: &str) -> u64 {
    let all = classes(home).await;
    all.iter().find(|one| one["class"] == class).unwrap()["items"].as_u64().unwrap()
}

/// Lets so many days pass, and the workers do what is due then, until nothing of these classes is left.
async fn pass(home: &Home, days: i64, gone: &[&str]) {
    home.world.skip_days(days);
    let (stop, worker) = home.work();
    for class in gone {
        let mut left = items(home, class).await;
        for _ in 0..600 {
            if left == 0 {
                break;
            }
            exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
            left = items(home, class).await;
        }
        assert_eq!(left, 0, "{class} is still there after {days} days: {:?}", classes(home).await);
    }
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_time_is_over_nobody_is_found_in_any_file() {
    let posted = Posted::new().await;
    let home = &posted.home;
    let (stop, worker) = home.work();
    let access = posted.submit("access", "1", "en").await;
    let path = format!("/api/v1/requests/{access}/packages");
    let asked = home.send(posted.officer(), "POST", &path, Some(json!({ "deliver": true }))).await;
    home.ended(posted.officer(), &asked.word("task")).await;
    posted.letter("ready", "sent").await;
    let erasure = posted.submit("erasure", "2", "de").await;
    posted.erase(&erasure).await;
    // one whose letter no mail server takes, and which is taken back
    posted.smtp.answer("451").unwrap();
    let third = posted.submit("erasure", "3", "en").await;
    let withdraw = format!("/api/v1/requests/{third}/withdraw");
    let withdrawn =
        home.send(posted.officer(), "POST", &withdraw, Some(json!({ "because": "as said" }))).await;
    assert!(withdrawn.status.is_success(), "{}", withdrawn.text());
    posted.tried("received").await;
    stop.now();
    worker.await.unwrap();

    let before = sealed(home);
    for (class, least) in [("vault", 1), ("packages", 1), ("outbox", 1), ("identities", 2), ("requests", 3)] {
        assert!(items(home, class).await >= least, "{class}: {:?}", classes(home).await);
    }
    assert!(classes(home).await.iter().all(|one| one["overdue"] == false), "{:?}", classes(home).await);
    assert!(before.len() > 8, "{:?}", before.iter().map(|(place, _)| place).collect::<Vec<_>>());
    let home_dir = home.dir.path().join("home");
    // what a crash would leave
    let left = home_dir.join("packages/pkg_00000000000000000000000000.zip.age.part");
    std::fs::write(&left, EMAIL).unwrap();

    // nobody works for a month: then it shows
    home.world.skip_days(31);
    let overdue: Vec<_> = classes(home).await.into_iter().filter(|one| one["overdue"] == true).collect();
    let overdue: Vec<_> = overdue.iter().map(|one| one["class"].as_str().unwrap()).collect();
    assert!(["packages", "vault"].iter().all(|class| overdue.contains(class)), "{overdue:?}");

    posted.smtp.answer("250").unwrap();
    pass(home, 0, &["transit", "vault", "packages"]).await;
    pass(home, 31, &["outbox"]).await;
    pass(home, 91, &["temporary", "downloads", "outbox"]).await;
    assert_eq!(items(home, "identities").await, 2, "a year is not over");
    pass(home, 230, &["identities"]).await;
    home.house.store.flush_destroyed().await.unwrap();

    assert!(!left.exists(), "an unfinished file");
    assert_eq!(files(&home_dir.join("packages")), Vec::<PathBuf>::new());
    assert_eq!(files(&home_dir.join("vault")), Vec::<PathBuf>::new());
    let found = Search::for_texts(&[EMAIL, NAME]).dir(&home_dir).unwrap();
    assert!(found.is_empty(), "{found:?}");
    let kept = sealed(home);
    for (place, bytes) in before.iter().filter(|(_, bytes)| bytes.len() >= 16) {
        assert!(!kept.contains(&(place.clone(), bytes.clone())), "{place} is still there");
        for file in files(&home_dir) {
            let whole = std::fs::read(&file).unwrap();
            let found = whole.windows(bytes.len()).any(|window| window == bytes.as_slice());
            assert!(!found, "a value of {place} is still in {}", file.display());
        }
    }
    assert!(classes(home).await.iter().all(|one| one["overdue"] == false), "{:?}", classes(home).await);
}
