//! Data that stays where it may be: plans that would move it out, and workers elsewhere.

use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_plan::residency::{Residency, Server};
use serde_json::json;

use crate::home::Home;

/// A home whose files are in `storage`, with workers in two regions, and whose process is `here`.
async fn home(storage: &str, here: &str) -> Home {
    let residency = Arc::new(Residency {
        allowed: ["eu"].iter().map(|word| word.parse().unwrap()).collect(),
        storage: Some(storage.parse().unwrap()),
        store: Server::None,
        workers: ["eu-de", "us"].iter().map(|word| word.parse().unwrap()).collect(),
        here: Some(here.parse().unwrap()),
    });
    Home::furnished(|room| {
        room.policy.residency = Arc::clone(&residency);
        here_is(&room.maps[0], "eu-de");
    })
    .await
}

fn here_is(map: &Path, region: &str) {
    let text = std::fs::read_to_string(map).unwrap();
    std::fs::write(map, text.replacen("source: shop\n", &format!("source: shop\nregion: {region}\n"), 1))
        .unwrap();
}

async fn request(home: &Home) -> String {
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id")
}

#[tokio::test]
async fn a_plan_that_would_move_data_out_is_refused_with_the_reason() {
    let home = home("us", "eu-de").await;
    let request = request(&home).await;
    let officer = home.acme.key(Role::Officer);
    let refused = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0985"));
    for part in ["shop", "`eu-de`", "`us` (`residency.storage`)", "allows `eu`"] {
        assert!(refused.text().contains(part), "{part}: {}", refused.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_elsewhere_leaves_a_job_to_others() {
    let home = home("eu-fr", "us").await;
    let officer = home.acme.key(Role::Officer);
    let sent = json!({ "requests": [request(&home).await] });
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(sent)).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let path = format!("/api/v1/tasks/{}", started.word("task"));
    let (stop, worker) = home.work();
    let told = loop {
        let task = home.send(officer, "GET", &path, None).await.json();
        if task["outcome"].is_object() {
            break task;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((told["state"].as_str(), told["outcome"]["code"].as_str()), (Some("waiting"), Some("E0986")));
    let message = told["outcome"]["message"].as_str().unwrap();
    assert!(message.contains("runs in `us`") && message.contains("in `eu-de`"), "{message}");
    stop.now();
    worker.await.unwrap();
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers WHERE id = 1"), 1, "nothing was touched");
    let backlog = home.house.store.backlog(home.house.world.now()).await.unwrap();
    assert_eq!(backlog.len(), 1, "whoever may takes it at once");
    let task = started.word("task").parse().unwrap();
    assert!(home.house.store.backlog_but_for(&[task], home.house.world.now()).await.unwrap().is_empty());
}
