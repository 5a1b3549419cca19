//! Risk signals: what is told, where, and that it says nothing about the person and stops nothing.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_engine::World;
use exeunt_store::stops::Stop;
use serde_json::{Value, json};

use crate::home::Home;

/// Takes a request in as the API does, and gives its id.
async fn asked(home: &Home, more: Value) -> String {
    let mut body =
        json!({ "right": "erasure", "identifiers": [{ "kind": "email", "value": "canary@person.test" }] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.word("id")
}

/// The words of a request's signals.
async fn words(home: &Home, id: &str) -> Vec<String> {
    let shown = home.send(home.acme.key(Role::Viewer), "GET", &format!("/api/v1/requests/{id}"), None).await;
    assert!(!shown.text().to_lowercase().contains("canary"), "{}", shown.text());
    let signals = shown.json()["signals"].as_array().unwrap().clone();
    signals.iter().map(|signal| signal["word"].as_str().unwrap().to_owned()).collect()
}

fn contact(email: &str) -> Value {
    json!({ "contact": { "email": email } })
}

#[tokio::test]
async fn a_quiet_request_has_no_signals_and_its_page_says_nothing() {
    let home = Home::new().await;
    let id = asked(
        &home,
        json!({ "contact": { "email": "Canary@person.test" }, "statement": "Canary: please erase me" }),
    )
    .await;
    assert!(words(&home, &id).await.is_empty());
    let page = home.visitor(Role::Officer).await.get(&format!("/requests/{id}")).await.text();
    assert!(!page.contains("Look twice"), "{page}");
}

#[tokio::test]
async fn pressure_is_answered_with_the_true_deadline() {
    let home = Home::new().await;
    let id = asked(&home, json!({ "statement": "Canary: delete it RIGHT NOW or I call my lawyer" })).await;
    assert_eq!(words(&home, &id).await, ["pressure"]);
    let officer = home.visitor(Role::Officer).await;
    for place in [format!("/requests/{id}"), format!("/requests/taken/{id}")] {
        let page = officer.get(&place).await.text();
        let twice = page.split("Look twice").nth(1).unwrap_or_else(|| panic!("{place}: {page}"));
        assert!(twice.contains("The law gives until <time datetime="), "{place}: {page}");
        assert!(
            twice.contains("Nothing is lost by checking first.") && twice.contains("They stop nothing"),
            "{page}"
        );
        assert!(!page.contains("Canary"), "{page}");
    }
    // it stops nothing
    let plan = home
        .send(home.acme.key(Role::Officer), "POST", "/api/v1/plans", Some(json!({ "requests": [id] })))
        .await;
    assert!(plan.status.is_success(), "{}", plan.text());
    let approve = officer.get(&format!("/requests/{id}/approve")).await.text();
    assert!(approve.contains("Look twice") && approve.contains("Approve exactly this plan"), "{approve}");
    home.world.skip_days(60);
    let officer = home.visitor(Role::Officer).await;
    let late = officer.get(&format!("/requests/{id}")).await.text();
    assert!(late.contains("The law gave until <time datetime="), "{late}");
}

#[tokio::test]
async fn other_and_new_addresses_are_told() {
    let home = Home::new().await;
    let first = asked(&home, contact("canary@person.test")).await;
    let second = asked(&home, contact("canary.thief@person.test")).await;
    assert!(words(&home, &first).await.is_empty(), "what came later is no reason to doubt the first");
    assert_eq!(words(&home, &second).await, ["other_address", "new_address"]);
}

#[tokio::test]
async fn one_address_behind_several_people_is_told_and_only_of_that_week() {
    let home = Home::new().await;
    let of = async |person: &str| {
        let identifiers = json!([{ "kind": "email", "value": format!("canary-{person}@person.test") }]);
        asked(&home, json!({ "identifiers": identifiers, "contact": { "email": "canary@office.test" }, "channel": "agent" })).await
    };
    of("a").await;
    of("b").await;
    let third = of("c").await;
    assert_eq!(words(&home, &third).await, ["other_address", "many_people", "agent_without_proof"]);
    home.world.skip_days(8);
    let fourth = of("d").await;
    assert_eq!(words(&home, &fourth).await, ["other_address", "agent_without_proof"]);
    let signed = json!({ "channel": "agent", "identity": { "level": 2, "how": "agent" } });
    assert!(!words(&home, &asked(&home, signed).await).await.contains(&String::from("agent_without_proof")));
}

#[tokio::test]
async fn the_same_person_again_and_again_is_told() {
    let home = Home::new().await;
    for _ in 0..4 {
        asked(&home, json!({})).await;
    }
    assert_eq!(words(&home, &asked(&home, json!({})).await).await, ["many_requests"]);
}

#[tokio::test]
async fn a_stop_link_is_told_on_the_request_and_on_the_persons_others() {
    let home = Home::new().await;
    let (stopped, other) = (asked(&home, json!({})).await, asked(&home, json!({})).await);
    let office = home.house.office(home.acme.id).unwrap();
    let mut change = office.engine.store.begin().await.unwrap();
    let stop = Stop {
        request: stopped.parse().unwrap(),
        organization: home.acme.id,
        at: home.world.now(),
        answer_by: String::from("2027-01-01"),
        ended_at: None,
    };
    change.add_stop(&stop).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(words(&home, &stopped).await, ["stopped"]);
    assert_eq!(words(&home, &other).await, ["stopped"]);
}

#[tokio::test]
async fn the_form_warns_while_it_is_filled_in_and_takes_the_request_all_the_same() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    assert!(!agent.get("/requests/new").await.text().contains("Look twice"));
    let pasted = "From: eve@canary.test\nDate: Mon, 2 Nov 2026 09:14:00 +0100\n\nLöschen Sie das sofort!";
    let read =
        agent.post("/requests/new", &[("once", "o1"), ("read", "yes"), ("pasted", pasted)]).await.text();
    assert!(
        read.contains("Presses for speed.")
            && read.contains("The law gives until <time datetime=\"2026-12-02\""),
        "{read}"
    );
    let fields = [
        ("once", "o2"),
        ("right", "erasure"),
        ("id-email", "ada@canary.test"),
        ("email", "eve@canary.test"),
        ("statement", "Sofort!"),
        ("asked", "2026-11-02"),
        ("regime", "eu-gdpr"),
        ("level", "1"),
        ("how", "vouched"),
        ("channel", "agent"),
    ];
    let taken = agent.post("/requests/new", &fields).await;
    let page = match taken.status {
        StatusCode::SEE_OTHER => agent.get(taken.headers["location"].to_str().unwrap()).await.text(),
        _ => taken.text(),
    };
    for words in ["Presses for speed.", "Another address.", "Agent without proof."] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

/// What a search finds is what the request's own page says, as things are at that moment.
#[tokio::test]
async fn the_list_is_narrowed_by_what_the_store_tells_by_itself() {
    let home = Home::new().await;
    let quiet = asked(&home, json!({})).await;
    let agents = asked(
        &home,
        json!({
            "identifiers": [{ "kind": "customer_id", "value": "3" }],
            "channel": "agent", "identity": { "level": 1, "how": "vouched" },
        }),
    )
    .await;
    assert!(words(&home, &agents).await.contains(&String::from("agent_without_proof")));
    let officer = home.visitor(Role::Officer).await;
    let found = async |search: &str| {
        let page = officer.get(&format!("/requests?q={search}")).await.text();
        (page.contains(&format!("/requests/{quiet}\"")), page.contains(&format!("/requests/{agents}\"")))
    };
    assert_eq!(found("signal%3Aagent_without_proof").await, (false, true));
    assert_eq!(found("-signal%3Aagent_without_proof").await, (true, false));
    assert_eq!(found("signal%3Astopped+signal%3Aagent_without_proof").await, (false, true), "they add up");
    let flawed = officer.get("/requests?q=signal%3Apressure").await.text();
    assert!(flawed.contains("the others are worked out when a request is opened"), "{flawed}");
    // over is over
    let path = format!("/api/v1/requests/{agents}/withdraw");
    let sent = Some(json!({ "because": "they said so" }));
    let withdrawn = home.send(home.acme.key(Role::Officer), "POST", &path, sent).await;
    assert_eq!(withdrawn.status, StatusCode::NO_CONTENT, "{}", withdrawn.text());
    assert_eq!(found("signal%3Aagent_without_proof").await, (false, false));
    assert!(words(&home, &agents).await.is_empty());
}
