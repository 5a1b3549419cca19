//! The suppression list: whoever was erased is a match from the purge on and not before, and nobody reads it out.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_base::hex;
use exeunt_plan::digest;
use exeunt_testkit::search::Search;
use serde_json::{Value, json};

use crate::home::{Answer, Home};

const CHECK: &str = "/api/v1/suppression/check";
const LIST: &str = "/api/v1/suppression";
const REMOVE: &str = "/api/v1/suppression/remove";

/// Asks as an engineer, whose imports these are.
async fn ask(home: &Home, purpose: &str, identifiers: &[(&str, &str)]) -> Answer {
    let all: Vec<Value> =
        identifiers.iter().map(|(kind, value)| json!({ "kind": kind, "value": value })).collect();
    let sent = json!({ "purpose": purpose, "identifiers": all });
    home.send(home.acme.key(Role::Engineer), "POST", CHECK, Some(sent)).await
}

async fn matches(home: &Home, purpose: &str, identifiers: &[(&str, &str)]) -> Vec<bool> {
    let answer = ask(home, purpose, identifiers).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let results = answer.json()["results"].as_array().unwrap().clone();
    results.iter().map(|result| result == "match").collect()
}

/// Has the second customer erased, by what identifies them, up to the beginning of the window.
async fn erased(home: &Home, right: &str, identifier: (&str, &str)) -> String {
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let (kind, value) = identifier;
    let sent = json!({ "right": right, "identifiers": [{ "kind": kind, "value": value }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let ran = home.ended(officer, &started.word("task")).await;
    assert_eq!(ran.word("state"), "done", "{}", ran.text());
    request
}

async fn act(home: &Home, request: &str, act: &str) -> Answer {
    let officer = home.acme.key(Role::Officer);
    let path = format!("/api/v1/requests/{request}/{act}");
    let asked = home.send(officer, "POST", &path, Some(json!({}))).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    home.ended(officer, &asked.word("task")).await
}

const TWO: [(&str, &str); 3] =
    [("customer_id", "2"), ("email", "two@mail.test"), ("email", " TWO@Mail.test ")];
const OTHERS: [(&str, &str); 3] =
    [("customer_id", "1"), ("email", "one@mail.test"), ("phone", "+49 30 123456")];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_is_a_match_from_the_purge_on_and_until_their_time_is_over() {
    let home = Home::furnished(|room| room.settings.suppression_days = 30).await;
    let (stop, worker) = home.work();
    assert_eq!(matches(&home, "erased", &TWO).await, [false; 3]);
    let request = erased(&home, "erasure", ("customer_id", "2")).await;
    assert_eq!(matches(&home, "erased", &TWO).await, [false; 3], "they can still come back");
    home.world.skip_days(19);
    let done = act(&home, &request, "purge").await;
    assert_eq!(done.word("state"), "done", "{}", done.text());

    assert_eq!(matches(&home, "erased", &TWO).await, [true; 3]);
    assert_eq!(matches(&home, "marketing", &TWO).await, [true; 3], "nor does anybody write to them");
    assert_eq!(matches(&home, "erased", &OTHERS).await, [false; 3]);
    let sent = json!({ "identifiers": [{ "kind": "email", "value": "two@mail.test" }] });
    let other = home.send(home.globex.key(Role::Engineer), "POST", CHECK, Some(sent)).await;
    assert_eq!(other.json(), json!({ "results": ["no_match"] }), "another organization's list");

    let listed = home.send(home.acme.key(Role::Viewer), "GET", LIST, None).await.json();
    let kinds: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["purpose"], &one["kind"], &one["entries"]))
        .collect();
    assert_eq!(
        kinds,
        [
            (&json!("erased"), &json!("customer_id"), &json!(1)),
            (&json!("erased"), &json!("email"), &json!(1))
        ]
    );
    let shown =
        home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/reports/retention", None).await.json();
    let class = shown["items"].as_array().unwrap().iter().find(|one| one["class"] == "suppressed").unwrap();
    assert_eq!(class["items"], 2, "{class}");

    // another key to everything changes nothing about it
    let admin = home.acme.key(Role::Admin);
    let rotated = home.send(admin, "POST", "/api/v1/organization/key/rotate", None).await;
    assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.text());
    assert_eq!(matches(&home, "erased", &TWO).await, [true; 3]);

    home.world.skip_days(31);
    let gone = async {
        loop {
            if home.send(home.acme.key(Role::Viewer), "GET", LIST, None).await.json()["items"] == json!([]) {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), gone).await.unwrap();
    assert_eq!(matches(&home, "erased", &TWO).await, [false; 3]);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_restored_or_only_looks_is_on_no_list() {
    let home = Home::new().await;
    let (stop, worker) = home.work();
    let request = erased(&home, "erasure", ("customer_id", "2")).await;
    let back = act(&home, &request, "restore").await;
    assert_eq!(back.json()["outcome"]["whole"], true, "{}", back.text());
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    let access = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{access}/packages");
    let asked = home.send(officer, "POST", &path, Some(json!({}))).await.word("task");
    assert_eq!(home.ended(officer, &asked).await.word("state"), "done");
    home.world.skip_days(19);
    let all: Vec<_> = TWO.into_iter().chain(OTHERS).collect();
    assert_eq!(matches(&home, "erased", &all).await, [false; 6]);
    assert_eq!(home.send(officer, "GET", LIST, None).await.json()["items"], json!([]));
    stop.now();
    worker.await.unwrap();
}

/// A text and what anybody could make of it without a key.
fn disguises(text: &str) -> Vec<Vec<u8>> {
    let digest = digest::of_text(text);
    let digest = digest.rsplit(':').next().unwrap();
    let raw = hex::decode(digest).unwrap();
    assert_eq!(raw.len(), 32);
    vec![text.as_bytes().to_vec(), digest.as_bytes().to_vec(), digest.to_uppercase().into_bytes(), raw]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_identifier_and_no_plain_digest_of_one_stands_anywhere_after_the_purge() {
    let home = Home::new().await;
    let (stop, worker) = home.work();
    let request = erased(&home, "erasure", ("email", "two@mail.test")).await;
    home.world.skip_days(19);
    let done = act(&home, &request, "purge").await;
    assert_eq!(done.word("state"), "done", "{}", done.text());
    let sent = json!({
        "purpose": "marketing",
        "identifiers": [{ "kind": "email", "value": "objector@mail.test" }],
        "because": "on the phone",
    });
    let added = home.send(home.acme.key(Role::Agent), "POST", LIST, Some(sent)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert_eq!(matches(&home, "marketing", &[("email", "objector@mail.test")]).await, [true]);
    stop.now();
    worker.await.unwrap();
    let store = home.dir.path().join("home");
    for person in ["two@mail.test", "objector@mail.test"] {
        assert_eq!(Search::for_texts(&[person]).dir(&store).unwrap(), []);
        for disguise in disguises(person) {
            let mut folders = vec![store.clone()];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                        continue;
                    }
                    let bytes = std::fs::read(&path).unwrap();
                    let there = bytes.windows(disguise.len()).any(|window| window == disguise);
                    assert!(!there, "{person} in {}", path.display());
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_counts_at_once_and_is_taken_back_with_a_reason() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let who = json!({ "kind": "email", "value": "Fan@mail.test" });
    let sent = json!({ "purpose": "marketing", "identifiers": [who], "because": "said so on the phone" });
    let added = home.send(agent, "POST", LIST, Some(sent.clone())).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    assert!(added.json()["until"].is_string());
    assert_eq!(
        home.send(agent, "POST", LIST, Some(sent)).await.status,
        StatusCode::CREATED,
        "again tells nothing"
    );
    assert_eq!(matches(&home, "marketing", &[("email", "fan@mail.test")]).await, [true]);
    assert_eq!(
        matches(&home, "erased", &[("email", "fan@mail.test")]).await,
        [false],
        "they are still a customer"
    );

    // the reason must not become what the digest keeps out
    for because in ["fan@mail.test phoned", "FAN@MAIL.TEST", "write to x@y.test instead", "", "a\nb"] {
        let sent = json!({ "purpose": "marketing", "identifiers": [who], "because": because });
        let refused = home.send(agent, "POST", LIST, Some(sent)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{because}: {}", refused.text());
        assert!(!refused.text().to_lowercase().contains("fan@"), "{}", refused.text());
    }

    let sent = json!({ "purpose": "marketing", "identifier": who, "because": "wants the letters again" });
    let denied = home.send(agent, "POST", REMOVE, Some(sent.clone())).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.text());
    let removed = home.send(officer, "POST", REMOVE, Some(sent.clone())).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.text());
    assert_eq!(matches(&home, "marketing", &[("email", "fan@mail.test")]).await, [false]);
    let again = home.send(officer, "POST", REMOVE, Some(sent)).await;
    assert_eq!((again.status, again.word("code").as_str()), (StatusCode::CONFLICT, "E0984"));

    let log = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/export", None).await.text();
    for kind in ["suppression.added", "suppression.checked", "suppression.removed"] {
        assert!(log.contains(kind), "{kind}: {log}");
    }
    assert!(!log.contains("mail.test") && !log.contains("phone"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_importers_key_checks_and_does_nothing_else() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    let sent = json!({ "label": "import", "scopes": ["suppression:check"], "days": 30 });
    let made = home.send(&engineer.session(), "POST", "/api/v1/api-keys", Some(sent)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let key = made.word("token");
    let who = json!({ "kind": "email", "value": "a@b.test" });
    let checked = home.send(&key, "POST", CHECK, Some(json!({ "identifiers": [who] }))).await;
    assert_eq!(checked.json(), json!({ "results": ["no_match"] }), "{}", checked.text());
    for (method, path, body) in [
        ("GET", LIST, None),
        ("POST", LIST, Some(json!({ "purpose": "erased", "identifiers": [who], "because": "x" }))),
        ("POST", REMOVE, Some(json!({ "purpose": "erased", "identifier": who, "because": "x" }))),
        ("GET", "/api/v1/requests", None),
    ] {
        let answer = home.send(&key, method, path, body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_up_is_named_by_its_place_and_answers_nothing() {
    let home = Home::new().await;
    let bad = [
        ("email", "fine@mail.test"),
        ("email", "canary"),
        ("e-mail", "canary@mail.test"),
        ("login", "canary"),
        ("email", "NULL"),
        ("phone", "canary"),
    ];
    let answer = ask(&home, "erased", &bad).await;
    assert_eq!((answer.status, answer.word("code").as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "E0980"));
    let places: Vec<Value> =
        answer.json()["errors"].as_array().unwrap().iter().map(|one| one["pointer"].clone()).collect();
    assert_eq!(
        places,
        ["/identifiers/1", "/identifiers/2", "/identifiers/3", "/identifiers/4", "/identifiers/5"]
    );
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    assert!(answer.json()["results"].is_null());

    assert_eq!(ask(&home, "erased", &[]).await.word("code"), "E0980");
    let many = vec![("email", "a@b.test"); 1_001];
    assert_eq!(ask(&home, "erased", &many).await.word("code"), "E0980");
    assert_eq!(ask(&home, "everything", &[("email", "a@b.test")]).await.word("code"), "E0906");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_long_identifiers_fit_one_call_and_whoever_guesses_is_slowed() {
    let home = Home::new().await;
    let long = format!("{}@{}.mail.test", "x".repeat(60), "y".repeat(60));
    let many = vec![("email", long.as_str()); 1_000];
    assert_eq!(matches(&home, "erased", &many).await, vec![false; 1_000]);
    let mut slowed = None;
    for _ in 0..400 {
        let answer = ask(&home, "erased", &[("email", "a@b.test")]).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            slowed = Some(answer);
            break;
        }
    }
    let slowed = slowed.unwrap();
    assert!(slowed.headers.contains_key("retry-after"), "{}", slowed.text());
    // one importer keeps nobody else from asking
    let sent = json!({ "identifiers": [{ "kind": "email", "value": "a@b.test" }] });
    let officer = home.send(home.acme.key(Role::Officer), "POST", CHECK, Some(sent)).await;
    assert_eq!(officer.status, StatusCode::OK, "{}", officer.text());
    home.world.skip_seconds(5);
    assert_eq!(matches(&home, "erased", &[("email", "a@b.test")]).await, [false]);
}
