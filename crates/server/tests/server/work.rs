//! Halting work by the service, and how long others wait beside a job that takes every place.

use std::time::Instant;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_app::work::{Stop, Worker};
use exeunt_base::Name;
use serde_json::{Value, json};

use crate::home::Home;

/// Customer 1 of Acme gets so many notes.
fn many_notes(home: &Home, notes: u32) {
    home.acme.run(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 999 + {notes})
         INSERT INTO notes SELECT i, 1, 'one of many' FROM n"
    ));
}

async fn home(rows_per_second: u32) -> Home {
    Home::furnished(|room| {
        room.settings.sources.insert(Name::new("shop").unwrap());
        if room.name == "Acme" {
            room.settings.rows_per_second = Some(rows_per_second);
        }
    })
    .await
}

/// Approves an erasure of a customer of Acme, and asks for its job.
async fn job(home: &Home, customer: &str) -> Value {
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": customer }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await.json()
}

async fn shown(home: &Home, what: &str, id: &Value) -> Value {
    let path = format!("/api/v1/{what}/{}", id.as_str().unwrap());
    home.send(home.acme.key(Role::Officer), "GET", &path, None).await.json()
}

async fn post(home: &Home, key: &str, path: &str, body: Option<Value>) -> (StatusCode, String) {
    let answer = home.send(key, "POST", path, body).await;
    let code = if answer.status.is_success() { String::new() } else { answer.word("code") };
    (answer.status, code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_waits_for_its_source_says_why_and_goes_on() {
    let home = home(1_000).await;
    let (engineer, officer) = (home.acme.key(Role::Engineer), home.acme.key(Role::Officer));
    let because = json!({ "source": "shop", "because": "its disk is being changed" });
    let wrong = json!({ "source": "shp", "because": "x" });
    assert_eq!(post(&home, engineer, "/api/v1/work/pause", Some(wrong)).await.1, "E0211");
    assert_eq!(
        post(&home, engineer, "/api/v1/work/pause", Some(because.clone())).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(post(&home, engineer, "/api/v1/work/pause", Some(because)).await.1, "E0956");
    let halts = home.send(officer, "GET", "/api/v1/work/halts", None).await.json();
    assert_eq!((&halts["items"][0]["source"], halts["items"].as_array().unwrap().len()), (&json!("shop"), 1));
    let started = job(&home, "3").await;
    let (stop, worker) = home.work();
    let put_back = async || {
        let task = shown(&home, "tasks", &started["task"]).await;
        (task["state"] == "waiting" && task["outcome"]["code"] == "E0953").then_some(task)
    };
    let task = loop {
        match put_back().await {
            Some(task) => break task,
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!(task["tries"], 0, "waiting is no try");
    assert!(task["outcome"]["message"].as_str().unwrap().contains("its disk is being changed"));
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers WHERE id = 3"), 1);
    assert_eq!(
        post(&home, engineer, "/api/v1/work/resume", Some(json!({ "source": "shop" }))).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(home.ended(officer, started["task"].as_str().unwrap()).await.word("state"), "done");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_stops_what_destroys_and_two_lift_it() {
    let home = home(300).await;
    many_notes(&home, 3_000);
    let started = job(&home, "1").await;
    let (stop, worker) = home.work();
    while shown(&home, "jobs", &started["job"]).await["rows_done"].as_u64() < Some(300) {
        tokio::task::yield_now().await;
    }
    let (engineer, officer, admin) =
        (home.acme.key(Role::Engineer), home.acme.key(Role::Officer), home.acme.key(Role::Admin));
    let because = json!({ "because": "the wrong people" });
    assert_eq!(post(&home, engineer, "/api/v1/work/stop", Some(because)).await.0, StatusCode::NO_CONTENT);
    let told = loop {
        let task = shown(&home, "tasks", &started["task"]).await;
        if task["state"] == "waiting" {
            break task;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(told["outcome"]["code"], "E0954", "{told}");
    let left = home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 1");
    assert!(left > 0, "nothing was left to stop");
    assert_eq!(post(&home, engineer, "/api/v1/work/lift", None).await.0, StatusCode::FORBIDDEN);
    let lift = async |key: &str| home.send(key, "POST", "/api/v1/work/lift", None).await;
    assert_eq!(lift(officer).await.json(), json!({ "lifted": false }));
    assert_eq!(lift(officer).await.word("code"), "E0957");
    assert_eq!(home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 1"), left, "the stop held");
    assert_eq!(lift(admin).await.json(), json!({ "lifted": true }));
    assert_eq!(lift(admin).await.word("code"), "E0956");
    assert_eq!(home.ended(officer, started["task"].as_str().unwrap()).await.word("state"), "done");
    stop.now();
    worker.await.unwrap();
}

/// With a single place, the hardest case: whoever else comes gets it at the next batch.
#[tokio::test(flavor = "multi_thread")]
async fn others_wait_no_longer_than_two_seconds_beside_a_huge_job() {
    let home = home(100).await;
    many_notes(&home, 50_000);
    let started = job(&home, "1").await;
    let stop = Stop::default();
    let worker = Worker {
        house: home.house.clone(),
        owner: String::from("test"),
        at_once: 1,
        stop: stop.clone(),
        others: Default::default(),
    };
    let worker = tokio::spawn(worker.run());
    while shown(&home, "jobs", &started["job"]).await["rows_done"].as_u64() < Some(100) {
        tokio::task::yield_now().await;
    }
    let (agent, officer) = (home.globex.key(Role::Agent), home.globex.key(Role::Officer));
    let mut times = Vec::new();
    for _ in 0..12 {
        let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
        let access = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
        let begun = Instant::now();
        let path = format!("/api/v1/requests/{access}/packages");
        let asked = home.send(officer, "POST", &path, Some(json!({}))).await.word("task");
        assert_eq!(home.ended(officer, &asked).await.word("state"), "done");
        times.push(begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let p95 = times[times.len() * 95 / 100];
    println!(
        "one place, beside a job of 50,000 rows: median {:.2} s, p95 {p95:.2} s",
        times[times.len() / 2]
    );
    assert!(p95 <= 2.0, "{times:?}");
    let job = shown(&home, "jobs", &started["job"]).await;
    assert!(job["rows_done"].as_u64() < job["rows_total"].as_u64(), "the huge job was over: {job}");
    stop.now();
    worker.await.unwrap();
}
