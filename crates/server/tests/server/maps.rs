//! The data map and the sources over the API: drafted, held against the map in force, published by two; connected and taken away.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_app::sources::added::Connector;
use exeunt_app::sources::reach::{Reach, in_folder};
use exeunt_server::{Service, Watch};
use exeunt_source::Source;
use serde_json::{Value, json};

use crate::home::{Answer, Home};

const MAP: &str = include_str!("../../../exeunt/tests/cli/small.yaml");
const DRAFT: &str = "/api/v1/map/draft";

async fn save(home: &Home, text: &str, revision: i64) -> Answer {
    let sent = json!({ "text": text, "revision": revision });
    home.send(home.acme.key(Role::Engineer), "PUT", DRAFT, Some(sent)).await
}

async fn publish(home: &Home, role: Role, revision: i64) -> Answer {
    let sent = json!({ "revision": revision });
    home.send(home.acme.key(role), "POST", "/api/v1/map/draft/publish", Some(sent)).await
}

#[tokio::test]
async fn a_map_is_drafted_read_against_the_one_in_force_and_published_by_two() {
    let home = Home::furnished(|room| room.maps.clear()).await;
    let engineer = home.acme.key(Role::Engineer);
    let none = home.send(engineer, "GET", "/api/v1/map", None).await.json();
    assert_eq!((&none["held"], &none["text"], &none["models"]), (&json!("store"), &Value::Null, &json!(0)));
    assert_eq!(home.send(engineer, "GET", DRAFT, None).await.status, StatusCode::NOT_FOUND);
    let flawed = save(&home, "source: shop\nmodels: [", 0).await;
    assert_eq!((flawed.status, &flawed.json()["revision"]), (StatusCode::OK, &json!(1)));
    let draft = home.send(engineer, "GET", DRAFT, None).await.json();
    assert_eq!(draft["reads"], json!(false));
    assert!(draft["problems"][0]["line"].as_u64().is_some_and(|line| line > 0), "{draft}");
    for (method, path) in [("GET", "/api/v1/map/draft/diff"), ("POST", "/api/v1/map/draft/check")] {
        let refused = home.send(engineer, method, path, None).await;
        let told = (refused.status, refused.word("code"));
        assert_eq!(told, (StatusCode::UNPROCESSABLE_ENTITY, String::from("E0101")), "{path}");
    }
    // somebody else's words are not written over
    let late = save(&home, MAP, 0).await;
    assert_eq!((late.status, late.word("code")), (StatusCode::CONFLICT, String::from("E0996")));
    assert_eq!(save(&home, MAP, 1).await.json()["revision"], json!(2));
    let checked = home.send(engineer, "POST", "/api/v1/map/draft/check", None).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    assert!(!checked.text().contains("\"error\""), "{}", checked.text());
    let first = publish(&home, Role::Engineer, 2).await;
    assert_eq!((first.status, &first.json()["version"]), (StatusCode::OK, &json!(1)), "{}", first.text());
    let seen = home.send(engineer, "GET", "/api/v1/map", None).await.json();
    assert_eq!((&seen["version"], &seen["text"], &seen["draft"]), (&json!(1), &json!(MAP), &json!(false)));

    let second = MAP.replace("ship_name: user.name\n", "ship_name: user.contact\n");
    assert_eq!(save(&home, &second, 0).await.json()["revision"], json!(1));
    let diff = home.send(engineer, "GET", "/api/v1/map/draft/diff", None).await.json();
    let lines = diff["stretches"][0].as_array().unwrap().clone();
    let of = |sort: &str| lines.iter().find(|line| line["sort"] == sort).unwrap()["text"].to_string();
    assert!(of("gone").contains("ship_name: user.name") && of("new").contains("user.contact"), "{lines:?}");
    let proposed = publish(&home, Role::Engineer, 1).await;
    assert_eq!((proposed.status, proposed.word("code")), (StatusCode::CONFLICT, String::from("E0976")));
    let both = publish(&home, Role::Officer, 1).await;
    assert_eq!((both.status, &both.json()["version"]), (StatusCode::OK, &json!(2)), "{}", both.text());
    let versions = home.send(engineer, "GET", "/api/v1/map/versions", None).await.json();
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    assert_eq!(versions["items"][0]["version"], json!(2));
}

#[tokio::test]
async fn a_draft_is_thrown_away_by_its_revision_and_a_large_one_is_taken() {
    let home = Home::new().await;
    let engineer = home.acme.key(Role::Engineer);
    let long = format!("{MAP}{}", "# a remark of somebody\n".repeat(40_000));
    assert_eq!(save(&home, &long, 0).await.status, StatusCode::OK);
    let wrong = home.send(engineer, "DELETE", &format!("{DRAFT}?revision=7"), None).await;
    assert_eq!(wrong.word("code"), "E0996");
    let gone = home.send(engineer, "DELETE", &format!("{DRAFT}?revision=1"), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text());
    assert_eq!(home.send(engineer, "GET", DRAFT, None).await.status, StatusCode::NOT_FOUND);
    // what files hold is published by nobody
    assert_eq!(save(&home, &MAP.replace("Small Ltd", "Other Ltd"), 0).await.status, StatusCode::OK);
    assert_eq!(publish(&home, Role::Engineer, 1).await.word("code"), "E0997");
}

#[tokio::test]
async fn a_check_tells_findings_and_how_many_references_find_their_row() {
    let home = Home::new().await;
    home.acme.run(
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, customer_id INTEGER);
         INSERT INTO visits (customer_id) VALUES (901), (902), (NULL);",
    );
    let file = home.dir.path().join("Acme.yaml");
    let visits = "  visits:\n    table: visits\n    key: [id]\n    relations: [{ to: customers, by: customer_id, as: owned_by }]\n    on_erase: delete\n";
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}{visits}")).unwrap();
    let checked = home.send(home.acme.key(Role::Auditor), "POST", "/api/v1/map/check", None).await.json();
    let codes: Vec<&str> =
        checked["findings"].as_array().unwrap().iter().filter_map(|found| found["code"].as_str()).collect();
    assert!(codes.contains(&"join-finds-nothing"), "{checked}");
    let rate = json!({ "model": "shop.visits", "by": ["customer_id"], "to": "shop.customers", "on": ["id"], "sampled": 2, "found": 0 });
    assert_eq!(checked["joins"], json!([rate]));
}

/// Connects SQLite files of a folder.
#[derive(Debug)]
struct Files(PathBuf);

impl Connector for Files {
    fn connect(&self, reach: &Reach) -> Arc<dyn Source> {
        let path = match reach {
            Reach::Sqlite { file } => in_folder(&self.0, file).unwrap(),
            Reach::Postgres(server) => self.0.join(format!("{}.db", server.database)),
        };
        let settings = exeunt_source_sqlite::Settings::for_file(path);
        Arc::new(exeunt_source_sqlite::SqliteSource::new(settings))
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.0)
    }
}

#[tokio::test]
async fn a_source_is_tried_connected_and_taken_away_and_its_password_never_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let tables = "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)";
    rusqlite::Connection::open(folder.path().join("crm.db")).unwrap().execute_batch(tables).unwrap();
    let files = Arc::new(Files(folder.path().to_owned()));
    let mut home = Home::furnished(|room| {
        if room.name == "Acme" {
            room.connector = Some(Arc::clone(&files) as Arc<dyn Connector>);
        }
    })
    .await;
    let engineer = home.acme.key(Role::Engineer).to_owned();
    let add = |name: &str, reach: Value| Some(json!({ "name": name, "reach": reach }));
    let sent = add("crm", json!({ "kind": "sqlite", "file": "none.db" }));
    let refused = home.send(&engineer, "POST", "/api/v1/sources", sent).await;
    assert_eq!(
        (refused.status, refused.word("code")),
        (StatusCode::UNPROCESSABLE_ENTITY, String::from("E0925"))
    );
    let server = json!({ "kind": "postgres", "host": "127.0.0.1", "database": "crm", "user": "exeunt",
        "password": "canary-of-a-password", "security": "open" });
    let connected = home.send(&engineer, "POST", "/api/v1/sources", add("crm", server)).await;
    assert_eq!(connected.status, StatusCode::CREATED, "{}", connected.text());
    assert_eq!(connected.json(), json!({ "source": "crm", "tables": 1 }));

    let (house, _) = home.house.with_added_sources().await.unwrap();
    let (stop, watch) = (home.stop.clone(), Watch::default());
    home.router =
        exeunt_server::router(Service { house: house.clone(), stop, watch, proxies: Default::default() });
    home.house = house;
    let list = home.send(&engineer, "GET", "/api/v1/sources", None).await;
    let names: Vec<Value> =
        list.json()["items"].as_array().unwrap().iter().map(|one| one["source"].clone()).collect();
    assert_eq!(names, ["crm", "shop"]);
    let one = home.send(&engineer, "GET", "/api/v1/sources/crm", None).await;
    assert_eq!(one.word("reached"), "exeunt@127.0.0.1:5432/crm");
    assert!(!list.text().contains("canary") && !one.text().contains("canary"));
    let checked = home.send(&engineer, "POST", "/api/v1/sources/crm/check", None).await;
    assert_eq!(
        (checked.status, &checked.json()["tables"]),
        (StatusCode::OK, &json!(1)),
        "{}",
        checked.text()
    );
    // one of the settings stays, one that the map speaks of as well
    let kept = home.send(&engineer, "DELETE", "/api/v1/sources/shop", None).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.text());
    let gone = home.send(&engineer, "DELETE", "/api/v1/sources/crm", None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text());
    let log = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/export?format=jsonl", None).await;
    for words in ["source.added", "source.removed"] {
        assert!(log.text().contains(words), "{words}");
    }
    assert!(!log.text().contains("canary"));
}
