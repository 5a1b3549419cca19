//! What takes two people: one proposes, another one wants the very same, and the same person twice is nobody.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::{Value, json};

use crate::home::{Answer, Home};

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.word("code"))
}

fn proposed() -> (u16, String) {
    (409, String::from("E0976"))
}

fn same_person() -> (u16, String) {
    (403, String::from("E0975"))
}

/// The newest proposal.
async fn newest(home: &Home) -> Value {
    let listed = home.send(home.acme.key(Role::Officer), "GET", "/api/v1/proposals", None).await.json();
    listed["items"][0].clone()
}

/// How the proposal stands that says this.
async fn of(home: &Home, words: &str) -> Value {
    let listed = home.send(home.acme.key(Role::Officer), "GET", "/api/v1/proposals", None).await.json();
    let says = |one: &&Value| one["what"].as_str().is_some_and(|what| what.contains(words));
    listed["items"].as_array().unwrap().iter().find(says).unwrap()["state"].clone()
}

async fn held(home: &Home, customer: &str) -> String {
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": customer }] });
    let request =
        home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id");
    hold(home, &request).await;
    request
}

async fn hold(home: &Home, request: &str) {
    let path = format!("/api/v1/requests/{request}/hold");
    let sent = Some(json!({ "because": "a court" }));
    let held = home.send(home.acme.key(Role::Officer), "POST", &path, sent).await;
    assert_eq!(held.status, StatusCode::NO_CONTENT, "{}", held.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_released_by_two_different_people() {
    let home = Home::new().await;
    let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
    let second = second.as_str();
    let request = held(&home, "3").await;
    let release = format!("/api/v1/requests/{request}/release");
    assert_eq!(told(&home.send(officer, "POST", &release, None).await), proposed());
    assert_eq!(told(&home.send(officer, "POST", &release, None).await), same_person());
    // a program counts as whoever made its key
    let sent = json!({ "label": "x", "scopes": ["requests:hold"], "days": 1 });
    let program = home.send(officer, "POST", "/api/v1/api-keys", Some(sent)).await;
    if program.status == StatusCode::CREATED {
        let program = program.word("token");
        assert_eq!(told(&home.send(&program, "POST", &release, None).await), same_person());
    }
    let proposal = newest(&home).await;
    assert_eq!(
        (&proposal["act"], &proposal["subject"], &proposal["state"]),
        (&json!("release_hold"), &json!(request), &json!("open"))
    );
    assert!(proposal["what"].as_str().unwrap().contains("a court"));
    assert_eq!(home.send(second, "POST", &release, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(newest(&home).await["state"], json!("spent"));
    // another hold, even for the same reason, takes two again
    hold(&home, &request).await;
    assert_eq!(told(&home.send(second, "POST", &release, None).await), proposed());
    assert_eq!(told(&home.send(second, "POST", &release, None).await), same_person());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_confirmed_withdrawn_or_over_after_a_week() {
    let home = Home::new().await;
    let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
    let second = second.as_str();
    let request = held(&home, "3").await;
    let release = format!("/api/v1/requests/{request}/release");
    home.send(officer, "POST", &release, None).await;
    let id = newest(&home).await["proposal"].as_str().unwrap().to_owned();
    let (confirm, withdraw) =
        (format!("/api/v1/proposals/{id}/confirm"), format!("/api/v1/proposals/{id}/withdraw"));
    assert_eq!(told(&home.send(officer, "POST", &confirm, None).await), same_person());
    for (role, wanted) in [(Role::Engineer, 403), (Role::Viewer, 403), (Role::Agent, 403)] {
        let answer = home.send(home.acme.key(role), "POST", &confirm, None).await;
        assert_eq!(answer.status.as_u16(), wanted, "{}", answer.text());
        let answer = home.send(home.acme.key(role), "POST", &withdraw, None).await;
        assert_eq!(answer.status.as_u16(), wanted, "{}", answer.text());
    }
    assert_eq!(
        home.send(home.globex.key(Role::Officer), "POST", &confirm, None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(home.send(second, "POST", &confirm, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told(&home.send(second, "POST", &confirm, None).await), (409, String::from("E0977")));
    // taken back after all
    assert_eq!(home.send(second, "POST", &withdraw, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told(&home.send(second, "POST", &withdraw, None).await), (409, String::from("E0977")));
    assert_eq!(told(&home.send(officer, "POST", &release, None).await), proposed());
    // whoever proposed does it, once somebody else has confirmed
    let id = newest(&home).await["proposal"].as_str().unwrap().to_owned();
    let confirm = format!("/api/v1/proposals/{id}/confirm");
    assert_eq!(home.send(second, "POST", &confirm, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(home.send(officer, "POST", &release, None).await.status, StatusCode::NO_CONTENT);
    // a week later nobody remembers
    hold(&home, &request).await;
    assert_eq!(told(&home.send(officer, "POST", &release, None).await), proposed());
    home.world.skip_days(7);
    let id = newest(&home).await["proposal"].as_str().unwrap().to_owned();
    let confirm = format!("/api/v1/proposals/{id}/confirm");
    assert_eq!(told(&home.send(second, "POST", &confirm, None).await), (409, String::from("E0977")));
    assert_eq!(told(&home.send(second, "POST", &release, None).await), proposed());
}

/// A plan for a customer, and its digest; entered by an agent.
async fn planned(home: &Home, customer: &str) -> (String, String) {
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": customer }] });
    let request =
        home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let sent = json!({ "requests": [request] });
    let planned = home.send(home.acme.key(Role::Officer), "POST", "/api/v1/plans", Some(sent)).await;
    (planned.word("id"), planned.word("digest"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_erases_data_of_a_special_category_is_approved_by_two() {
    let home = Home::furnished(|room| {
        let map = std::fs::read_to_string(&room.maps[0]).unwrap();
        let map = map.replace("body: user.content.private", "body: user.health_and_medical");
        std::fs::write(&room.maps[0], map).unwrap();
    })
    .await;
    let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
    let second = second.as_str();
    let (plan, digest) = planned(&home, "3").await;
    let (path, sent) = (format!("/api/v1/plans/{plan}/approve"), Some(json!({ "digest": digest })));
    let wrong = Some(json!({ "digest": "sha256:000000000000" }));
    assert_eq!(told(&home.send(officer, "POST", &path, wrong.clone()).await).1, "E0308");
    assert_eq!(told(&home.send(officer, "POST", &path, sent.clone()).await), proposed());
    assert_eq!(told(&home.send(officer, "POST", &path, sent.clone()).await), same_person());
    let proposal = newest(&home).await;
    let what = proposal["what"].as_str().unwrap();
    assert!(what.contains(&digest) && what.contains("user.health_and_medical"), "{what}");
    // the second one approves what they read, too
    assert_eq!(told(&home.send(second, "POST", &path, wrong).await).1, "E0308");
    let approved = home.send(second, "POST", &path, sent).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    assert_eq!(newest(&home).await["state"], json!("spent"));

    // nobody is one of the two for a request that they entered themselves
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "4" }] });
    let request = home.send(second, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let path = format!("/api/v1/plans/{}/approve", planned.word("id"));
    let sent = Some(json!({ "digest": planned.word("digest") }));
    assert_eq!(told(&home.send(officer, "POST", &path, sent.clone()).await), proposed());
    assert_eq!(told(&home.send(second, "POST", &path, sent).await).1, "E0903");
    let id = newest(&home).await["proposal"].as_str().unwrap().to_owned();
    let answer = home.send(second, "POST", &format!("/api/v1/proposals/{id}/confirm"), None).await;
    assert_eq!(told(&answer).1, "E0903");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_plan_is_approved_by_one_and_going_over_the_cap_takes_two() {
    let home = Home::new().await;
    let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
    let second = second.as_str();
    let (plan, digest) = planned(&home, "3").await;
    let approve = format!("/api/v1/plans/{plan}/approve");
    let approved = home.send(officer, "POST", &approve, Some(json!({ "digest": digest }))).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    let over = |rows: u64| Some(json!({ "plan": plan, "confirm": { "rows": rows } }));
    let path = "/api/v1/jobs";
    assert_eq!(told(&home.send(officer, "POST", path, over(2_000_000)).await), proposed());
    assert_eq!(told(&home.send(officer, "POST", path, over(2_000_000)).await), same_person());
    // another number is another thing
    assert_eq!(told(&home.send(second, "POST", path, over(3_000_000)).await), proposed());
    let started = home.send(second, "POST", path, over(2_000_000)).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text());
    assert_eq!(of(&home, "2000000").await, json!("spent"), "the task carries on by itself");
    assert_eq!(of(&home, "3000000").await, json!("open"), "another thing waits on");
    // the very same again, while it is not over, is that task and asks nobody
    let run = format!("/api/v1/jobs/{}/run", started.word("job"));
    let sent = Some(json!({ "confirm": { "rows": 2_000_000 } }));
    let again = home.send(officer, "POST", &run, sent).await;
    assert_eq!(
        (again.status, again.word("task")),
        (StatusCode::ACCEPTED, started.word("task")),
        "{}",
        again.text()
    );
    let (stop, worker) = home.work();
    assert_eq!(home.ended(officer, &started.word("task")).await.word("state"), "done");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn purging_early_takes_two_and_one_is_enough_where_the_settings_say_so() {
    for two_people in [true, false] {
        let home = Home::furnished(|room| room.policy.two_people = two_people).await;
        let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
        let second = second.as_str();
        let (plan, digest) = planned(&home, "3").await;
        let approve = format!("/api/v1/plans/{plan}/approve");
        home.send(officer, "POST", &approve, Some(json!({ "digest": digest }))).await;
        let started = home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
        let (stop, worker) = home.work();
        home.ended(officer, &started.word("task")).await;
        let shown = home.send(officer, "GET", &format!("/api/v1/plans/{plan}"), None).await.json();
        let request = shown["requests"][0].as_str().unwrap().to_owned();
        let purge = format!("/api/v1/requests/{request}/purge");
        let early = Some(json!({ "now_because": "the person insists" }));
        let mut asked = home.send(officer, "POST", &purge, early.clone()).await;
        if two_people {
            assert_eq!(told(&asked), proposed());
            assert_eq!(told(&home.send(officer, "POST", &purge, early.clone()).await), same_person());
            // for another reason is another thing
            let other = Some(json!({ "now_because": "we are in a hurry" }));
            assert_eq!(told(&home.send(second, "POST", &purge, other).await), proposed());
            asked = home.send(second, "POST", &purge, early).await;
            assert_eq!(of(&home, "insists").await, json!("spent"));
        }
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
        let ended = home.ended(officer, &asked.word("task")).await;
        assert_eq!(ended.word("state"), "done", "{}", ended.text());
        stop.now();
        worker.await.unwrap();
    }
}
