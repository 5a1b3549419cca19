//! Versions: who has an answer need not read it again, and who decides on what they saw decides on nothing else.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use exeunt_app::access::Role;
use serde_json::{Value, json};

use crate::home::{Answer, Home};

async fn call(
    home: &Home,
    role: Role,
    method: &str,
    path: &str,
    header: (&str, &str),
    body: Value,
) -> Answer {
    let key = home.acme.key(role);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .header(header.0, header.1);
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    home.call(request.body(body).unwrap()).await
}

fn tag(answer: &Answer) -> String {
    answer
        .headers
        .get("etag")
        .unwrap_or_else(|| panic!("no tag: {}", answer.text()))
        .to_str()
        .unwrap()
        .to_owned()
}

async fn get(home: &Home, path: &str) -> Answer {
    home.send(home.acme.key(Role::Officer), "GET", path, None).await
}

async fn request(home: &Home) -> String {
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id")
}

#[tokio::test]
async fn who_has_an_answer_need_not_read_it_again() {
    let home = Home::new().await;
    let path = format!("/api/v1/requests/{}", request(&home).await);
    for path in [path.as_str(), "/api/v1/requests", "/api/v1/openapi.json", "/api/v1/users"] {
        let role = if path.ends_with("users") { Role::Admin } else { Role::Officer };
        let first = home.send(home.acme.key(role), "GET", path, None).await;
        let again = call(&home, role, "GET", path, ("if-none-match", &tag(&first)), Value::Null).await;
        assert_eq!((again.status, again.text().as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        assert_eq!(tag(&again), tag(&first));
        let other = call(&home, role, "GET", path, ("if-none-match", "\"x\""), Value::Null).await;
        assert_eq!((other.status, other.text()), (StatusCode::OK, first.text()));
    }
    // another one's is not confirmed to be there
    let stranger = home.globex.key(Role::Officer);
    let theirs = home.send(stranger, "GET", &path, None).await;
    assert!(theirs.status == StatusCode::NOT_FOUND && theirs.headers.get("etag").is_none());
    let before = tag(&get(&home, &path).await);
    let hold = format!("{path}/hold");
    home.send(home.acme.key(Role::Officer), "POST", &hold, Some(json!({ "because": "a court" }))).await;
    let after = call(&home, Role::Officer, "GET", &path, ("if-none-match", &before), Value::Null).await;
    assert_eq!(after.status, StatusCode::OK);
    assert_ne!(tag(&after), before);
}

#[tokio::test]
async fn a_change_to_another_version_than_the_one_seen_is_refused() {
    let home = Home::new().await;
    let path = format!("/api/v1/requests/{}", request(&home).await);
    let seen = tag(&get(&home, &path).await);
    let change = async |what: &str, seen: &str, body: Value| {
        call(&home, Role::Officer, "POST", &format!("{path}/{what}"), ("if-match", seen), body).await
    };
    let because = json!({ "because": "a court" });
    let held = change("hold", &seen, because.clone()).await;
    assert!(held.status.is_success(), "{}", held.text());
    let refused = change("release", &seen, Value::Null).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::PRECONDITION_FAILED, "E0989"));
    assert_eq!(get(&home, &path).await.json()["held"], true, "nothing was done");
    let log = || async {
        home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/checkpoint", None).await.text()
    };
    let before = log().await;
    assert_eq!(change("withdraw", &seen, because.clone()).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(log().await, before, "and nothing was written down");
    // a hold is released by two
    assert_eq!(change("release", "*", Value::Null).await.word("code"), "E0976");
    let second = home.second().await;
    let released = home.send(&second, "POST", &format!("{path}/release"), None).await;
    assert!(released.status.is_success(), "{}", released.text());
    let now = tag(&get(&home, &path).await);
    assert_eq!(seen.split('-').next(), now.split('-').next(), "it is as it was seen");
    assert!(change("hold", &seen, because.clone()).await.status.is_success());
    for wrong in ["x", "\"\"", "\"a\", \"b\"", "W/\"a\""] {
        assert_eq!(change("release", wrong, Value::Null).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let sent = json!({ "requests": [] });
    let plan = call(&home, Role::Officer, "POST", "/api/v1/work/stop", ("if-match", &now), sent).await;
    assert_eq!(plan.status, StatusCode::BAD_REQUEST, "there is nothing to hold it against");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_call_is_answered_again_though_the_thing_has_changed_since() {
    let home = Home::new().await;
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
    let officer = home.acme.key(Role::Officer);
    let id = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{id}");
    let seen = tag(&get(&home, &path).await);
    let package = async |name: &str, body: Value| {
        let request = Request::builder()
            .method("POST")
            .uri(format!("{path}/packages"))
            .header("authorization", format!("Bearer {officer}"))
            .header("content-type", "application/json")
            .header("if-match", &seen)
            .header("idempotency-key", name);
        home.call(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let first = package("one", json!({})).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text());
    let hold = format!("{path}/hold");
    home.send(officer, "POST", &hold, Some(json!({ "because": "a court" }))).await;
    let again = package("one", json!({})).await;
    assert_eq!((again.status, again.text()), (StatusCode::ACCEPTED, first.text()));
    assert_eq!(package("one", json!({ "formats": ["xml"] })).await.word("code"), "E0902", "another call");
    assert_eq!(package("two", json!({})).await.status, StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn users_keys_and_subprocessors_are_shown_one_by_one_with_their_versions() {
    let home = Home::new().await;
    let admin = home.acme.key(Role::Admin);
    for (list, field) in [("/api/v1/users", "user"), ("/api/v1/api-keys", "key")] {
        let listed = home.send(admin, "GET", list, None).await.json();
        let first = &listed["items"][0];
        let path = format!("{list}/{}", first[field].as_str().unwrap());
        let shown = home.send(admin, "GET", &path, None).await;
        assert_eq!(shown.json(), *first);
        assert!(tag(&shown).contains('-'), "a version stands in its tag");
        assert_eq!(
            home.send(home.acme.key(Role::Viewer), "GET", &path, None).await.status,
            StatusCode::FORBIDDEN
        );
    }
    let officer = home.acme.key(Role::Officer);
    let sent = json!({ "name": "Post Ltd", "purpose": "letters", "categories": ["user.contact.email"],
                       "region": "eu-de", "contact": "privacy@post.test" });
    let added = home.send(officer, "POST", "/api/v1/subprocessors", Some(sent)).await.json();
    let id = added["items"][0]["id"].as_str().unwrap();
    let shown = home.send(officer, "GET", &format!("/api/v1/subprocessors/{id}"), None).await;
    assert_eq!(shown.json(), added["items"][0]);
}
