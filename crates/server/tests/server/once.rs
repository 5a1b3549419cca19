//! Calls made twice: under one key they happen once.

use axum::http::{HeaderValue, StatusCode};
use exeunt_app::access::Role;
use serde_json::{Value, json};

use crate::home::{Answer, Home, request};

async fn submit(home: &Home, key: &str, name: &'static str, value: &str) -> Answer {
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": value }] });
    call(home, key, name, "/api/v1/requests", sent).await
}

async fn call(home: &Home, key: &str, name: &'static str, path: &str, sent: Value) -> Answer {
    let mut request = request(key, "POST", path, Some(sent));
    request.headers_mut().insert("idempotency-key", HeaderValue::from_static(name));
    home.call(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_one_name_happens_once_and_answers_alike() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let first = submit(&home, agent, "call-1", "1").await;
    let second = submit(&home, agent, "call-1", "1").await;
    assert_eq!((second.status, second.word("id")), (first.status, first.word("id")));
    assert_ne!(submit(&home, agent, "call-2", "1").await.word("id"), first.word("id"));
    // names belong to their callers
    assert_ne!(submit(&home, officer, "call-1", "1").await.word("id"), first.word("id"));
    let other = submit(&home, agent, "call-1", "2").await;
    assert_eq!((other.status, other.word("code").as_str()), (StatusCode::CONFLICT, "E0902"));
    let listed = home.send(agent, "GET", "/api/v1/requests", None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    // after a day the name is free again
    home.world.skip_days(2);
    let (stop, worker) = home.work();
    for _ in 0..600 {
        exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
        if submit(&home, agent, "call-1", "1").await.word("id") != first.word("id") {
            stop.now();
            return worker.await.unwrap();
        }
    }
    panic!("the name is never free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_one_name_at_the_same_moment_make_one_request() {
    let home = Home::new().await;
    let agent = home.acme.key(Role::Agent);
    let calls = (0..8).map(|_| submit(&home, agent, "call", "1"));
    let ids: std::collections::BTreeSet<String> =
        futures_util::future::join_all(calls).await.iter().map(|answer| answer.word("id")).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_the_same_moment_are_each_taken_in_once_and_answered_alone() {
    let home = Home::new().await;
    let agent = home.acme.key(Role::Agent);
    let size = async || {
        let checkpoint =
            home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/checkpoint", None).await;
        checkpoint.text().lines().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = size().await;
    let home = &home;
    let calls = (0..120).map(|number| async move {
        let path = "/api/v1/requests";
        let value = if number % 10 == 0 { String::from("%") } else { (number % 60 + 1).to_string() };
        let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": value }] });
        (number, home.send(agent, "POST", path, Some(sent)).await)
    });
    let mut ids = std::collections::BTreeSet::new();
    for (number, answer) in futures_util::future::join_all(calls).await {
        if number % 10 == 0 {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        } else {
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
            ids.insert(answer.word("id"));
        }
    }
    assert_eq!(ids.len(), 108);
    assert_eq!(size().await - before, 108, "an entry for each");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_asked_for_twice_is_done_once() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{request}/packages");
    let first = call(&home, officer, "package", &path, json!({})).await.word("task");
    let unnamed = home.send(officer, "POST", &path, Some(json!({}))).await.word("task");
    assert_eq!(first, unnamed, "the same is asked for once at a time");
    let other = home.send(officer, "POST", &path, Some(json!({ "formats": ["xml"] }))).await;
    assert_eq!(
        (other.status, other.word("code").as_str()),
        (StatusCode::CONFLICT, "E0409"),
        "{}",
        other.text()
    );
    assert_eq!(call(&home, officer, "late", &path, json!({})).await.word("task"), first);
    let (stop, worker) = home.work();
    assert_eq!(home.ended(officer, &first).await.word("state"), "done");
    for name in ["package", "late"] {
        assert_eq!(call(&home, officer, name, &path, json!({})).await.word("task"), first);
    }
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_done_is_told_to_whoever_repeats_the_call_for_it() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let request = submit(&home, agent, "call", "2").await.word("id");
    let plan = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let path = format!("/api/v1/plans/{}/approve", plan.word("id"));
    let approved = home.send(officer, "POST", &path, Some(json!({ "digest": plan.word("digest") }))).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    let wanted = json!({ "plan": plan.word("id") });
    let first = call(&home, officer, "job", "/api/v1/jobs", wanted.clone()).await.word("task");
    let (stop, worker) = home.work();
    assert_eq!(home.ended(officer, &first).await.word("state"), "done");
    let repeated = call(&home, officer, "job", "/api/v1/jobs", wanted.clone()).await;
    assert_eq!((repeated.status, repeated.word("task")), (StatusCode::ACCEPTED, first));
    let another = call(&home, officer, "another", "/api/v1/jobs", wanted).await;
    assert_eq!((another.status, another.word("code").as_str()), (StatusCode::CONFLICT, "E0404"));
    stop.now();
    worker.await.unwrap();
}
