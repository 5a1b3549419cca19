//! Bad input at every door: a clear answer in one form, nothing quoted, nothing lost.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use exeunt_app::access::Role;
use serde_json::json;

use crate::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_fit_is_told_by_its_place_and_never_quoted() {
    let home = Home::new().await;
    let agent = home.acme.key(Role::Agent);
    let huge = format!("{{\"right\":\"{}\"}}", "canary".repeat(20_000));
    for (sent, status, words) in [
        ("", 400, "not JSON"),
        ("canary", 400, "not JSON"),
        ("[]", 422, "expected"),
        (r#"{"right":"canary","identifiers":[{"kind":"email","value":"canary@x.test"}]}"#, 422, "/right"),
        (r#"{"right":"erasure"}"#, 422, "identifiers"),
        (r#"{"right":"erasure","identifiers":[]}"#, 422, "at least one"),
        (r#"{"right":"erasure","identifiers":[{"kind":"email","value":7}]}"#, 422, "/identifiers/0/value"),
        (r#"{"right":"erasure","identifiers":[{"kind":"email","value":"%canary%"}]}"#, 422, "1st"),
        (r#"{"right":"erasure","identifiers":[{"kind":"shoe_size","value":"canary"}]}"#, 422, "shoe_size"),
        (
            r#"{"right":"erasure","identifiers":[{"kind":"email","value":"canary@x.test"}],"canary":1}"#,
            422,
            "another name",
        ),
        (r#"{"right":"erasure","right":"access","identifiers":[]}"#, 422, "does not fit"),
        (
            r#"{"right":"erasure","identifiers":[{"kind":"email","value":"canary@x.test"}],"received_at":"canary"}"#,
            422,
            "/received_at",
        ),
        (
            r#"{"right":"erasure","identifiers":[{"kind":"email","value":"canary@x.test"}],"received_at":"2999-01-01T00:00:00Z"}"#,
            422,
            "future",
        ),
        (huge.as_str(), 413, "bytes"),
    ] {
        let request = Request::post("/api/v1/requests")
            .header("authorization", format!("Bearer {agent}"))
            .header("content-type", "application/json")
            .body(Body::from(sent.to_owned()))
            .unwrap();
        let answer = home.call(request).await;
        let text = answer.text();
        assert_eq!(answer.status.as_u16(), status, "{:.80}: {text}", sent);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(text.contains(words) && !text.contains("canary"), "{:.80}: {text}", sent);
        let problem = answer.json();
        assert_eq!(problem["status"].as_u64(), Some(u64::from(status)));
        assert!(problem["type"].as_str().unwrap().ends_with(problem["code"].as_str().unwrap()));
    }
    let listed = home.send(agent, "GET", "/api/v1/requests", None).await.json();
    assert_eq!(listed, json!({ "items": [] }), "nothing was taken in");
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_queries_and_headers_that_do_not_fit_have_a_plain_answer() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    for (method, path, status) in [
        ("GET", "/api/v1/requests/canary@x.test", 404),
        ("GET", "/api/v1/requests/req_00000000000000000000000000", 404),
        ("GET", "/api/v1/requests/%00%ff", 404),
        ("GET", "/api/v1/requests/../../etc/passwd", 404),
        ("GET", "/api/v1/jobs/req_00000000000000000000000000", 404),
        ("GET", "/api/v1/canary", 404),
        ("GET", "/canary", 404),
        ("PATCH", "/api/v1/requests", 405),
        ("DELETE", "/api/v1/plans/pln_00000000000000000000000000", 405),
        ("GET", "/api/v1/requests?limit=0", 422),
        ("GET", "/api/v1/requests?limit=201", 422),
        ("GET", "/api/v1/requests?limit=canary", 422),
        ("GET", "/api/v1/requests?canary=1", 422),
        ("GET", "/api/v1/requests?cursor=canary", 422),
        ("GET", "/api/v1/requests?state=%27canary", 422),
        ("GET", "/api/v1/requests?state=received&state=hidden", 422),
        ("POST", "/api/v1/plans", 415),
    ] {
        let answer = home.send(officer, method, path, None).await;
        let text = answer.text();
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {text}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert!(!text.contains("canary") && !text.contains("passwd"), "{path}: {text}");
    }
    let plan = |requests| home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": requests })));
    let none = plan(json!([])).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", none.text());
    let wrong = plan(json!(["req_00000000000000000000000000", "canary"])).await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/requests/1", "{}", wrong.text());
    for name in ["", " ", "a b", "ä", &"x".repeat(256)] {
        let request = Request::post("/api/v1/jobs")
            .header("authorization", format!("Bearer {officer}"))
            .header("idempotency-key", axum::http::HeaderValue::from_bytes(name.as_bytes()).unwrap())
            .header("content-type", "application/json")
            .body(Body::from(r#"{"plan":"pln_00000000000000000000000000"}"#))
            .unwrap();
        assert_eq!(home.call(request).await.status, StatusCode::BAD_REQUEST, "`{name:.9}`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_headers_that_keep_it_apart() {
    let home = Home::new().await;
    for path in ["/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/requests", "/nowhere"] {
        let answer = home.send("", "GET", path, None).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_ends_says_so() {
    let home = Home::new().await;
    home.stop.now();
    let answer = home.send(home.acme.key(Role::Viewer), "GET", "/api/v1/requests", None).await;
    assert_eq!((answer.status, answer.word("code").as_str()), (StatusCode::SERVICE_UNAVAILABLE, "E0907"));
    assert_eq!(home.send("", "GET", "/readyz", None).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(home.send("", "GET", "/healthz", None).await.status, StatusCode::OK);
}
