//! Delta tables by the service: what waits is pushed by itself, or when somebody asks.

use std::sync::Arc;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_base::Name;
use exeunt_engine::delta::Target;
use exeunt_source::Without;
use serde_json::json;

use crate::home::Home;

const TABLE: &str = "exeunt_delta_storage_deletion_requests";

async fn home() -> Home {
    Home::furnished(|room| {
        let target = Target::usual(Some("main"));
        for (name, source) in &mut room.sources {
            let tables = vec![target.table.clone()];
            *source = Arc::new(Without { source: Arc::clone(source), tables });
            room.settings.deltas.insert(name.clone(), target.clone());
        }
    })
    .await
}

async fn submit(home: &Home, right: &str) -> String {
    let sent = json!({ "right": right, "identifiers": [{ "kind": "customer_id", "value": "3" }] });
    home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_pushed_by_itself_and_when_somebody_asks() {
    let home = home().await;
    let engineer = home.acme.key(Role::Engineer);
    submit(&home, "access").await;
    let status = async || home.send(engineer, "GET", "/api/v1/deltas", None).await.json()["items"][0].clone();
    assert_eq!(status().await["waiting"], 0, "an answer leaves nobody out");
    let request = submit(&home, "erasure").await;
    assert_eq!(
        (status().await["waiting"].clone(), status().await["source"].clone()),
        (json!(1), json!("shop"))
    );
    let (stop, worker) = home.work();
    while status().await["rows"] != 1 {
        tokio::task::yield_now().await;
    }
    let count = |what: &str| home.acme.ask(&format!("SELECT count(*) FROM {TABLE} WHERE {what}"));
    assert_eq!(
        count(&format!(
            "request_id = '{request}' AND event = 'requested' AND subject_keys = '[{{\"id\":3}}]'"
        )),
        1
    );
    // before the hour is over only somebody who asks has it pushed
    submit(&home, "erasure").await;
    let asked = home.send(engineer, "POST", "/api/v1/deltas/push", None).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let done = home.ended(engineer, &asked.word("task")).await.json();
    // the same task as the hour's, where that has not quite ended
    let pushed = done["outcome"]["pushed"].as_u64().unwrap();
    assert!(done["state"] == "done" && (1..=2).contains(&pushed), "{done}");
    assert_eq!(count("event = 'requested'"), 2);
    stop.now();
    worker.await.unwrap();
    assert_eq!(home.globex.ask("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'exeunt%'"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_table_there_is_nothing_to_push() {
    let home = Home::new().await;
    let asked = home.send(home.acme.key(Role::Officer), "POST", "/api/v1/deltas/push", None).await;
    assert_eq!((asked.status, asked.word("code").as_str()), (StatusCode::CONFLICT, "E0950"));
    let office = home.house.office(home.acme.id).unwrap();
    let service = exeunt_app::Actor::service(home.acme.id);
    let named = office.push_deltas(&service, &[Name::new("shop").unwrap()]).await.unwrap();
    assert_eq!(named[0].1.as_ref().unwrap_err().code(), "E0950");
}
