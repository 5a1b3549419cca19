//! What operators see: numbers for whoever holds the token, and an id for every call.

use axum::http::{HeaderMap, Request, StatusCode};
use exeunt_app::access::Role;
use serde_json::json;

use crate::home::{Home, WATCH};

/// The samples of an exposition, checked line by line as its format is written down.
fn samples(text: &str) -> Vec<(String, f64)> {
    let name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let (mut typed, mut found) = (Vec::<String>::new(), Vec::<(String, f64)>::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (metric, kind) = rest.split_once(' ').unwrap();
            assert!(name(metric) && ["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(!typed.contains(&metric.to_owned()), "{metric} is told twice");
            assert_eq!(kind == "counter", metric.ends_with("_total"), "{line}");
            typed.push(metric.to_owned());
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let metric = series.split('{').next().unwrap();
            let last = typed.last().unwrap();
            let of_last = metric == last
                || ["_bucket", "_sum", "_count"].iter().any(|end| metric == format!("{last}{end}"));
            assert!(of_last && name(metric), "{line} stands under {last}");
            assert!(!found.iter().any(|(known, _)| known == series), "{series} is there twice");
            found.push((series.to_owned(), value.parse().unwrap()));
        }
    }
    found
}

fn of(samples: &[(String, f64)], series: &str) -> f64 {
    let found = samples.iter().find(|(known, _)| known == series);
    found.unwrap_or_else(|| panic!("no {series} in {samples:#?}")).1
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_shows_numbers_that_count_what_happened() {
    let home = Home::new().await;
    let agent = home.acme.key(Role::Agent);
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "email", "value": "canary@a.test" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    for _ in 0..3 {
        home.send(agent, "GET", &format!("/api/v1/requests/{request}"), None).await;
    }
    home.send(agent, "GET", "/canary/of/somebody", None).await;
    let shown = home.send(WATCH, "GET", "/metrics", None).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = shown.text();
    for secret in ["canary", &request, "req_", "org_", "usr_", "Acme", WATCH] {
        assert!(!text.contains(secret), "{secret} shows: {text}");
    }
    let samples = samples(&text);
    assert_eq!(of(&samples, "exeunt_requests{state=\"received\"}"), 1.0);
    assert_eq!(of(&samples, "exeunt_organizations"), 2.0);
    assert!(of(&samples, "exeunt_log_entries") > 10.0);
    let route = "method=\"GET\",route=\"/api/v1/requests/{request}\"";
    assert_eq!(of(&samples, &format!("exeunt_calls_total{{{route},status=\"200\"}}")), 3.0);
    assert_eq!(of(&samples, "exeunt_calls_total{method=\"GET\",route=\"none\",status=\"404\"}"), 1.0);
    let most = of(&samples, &format!("exeunt_call_duration_seconds_bucket{{{route},le=\"+Inf\"}}"));
    assert_eq!(most, of(&samples, &format!("exeunt_call_duration_seconds_count{{{route}}}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_waits_shows_with_its_age_and_who_did_it() {
    let home = Home::new().await;
    let (officer, agent) = (home.acme.key(Role::Officer), home.acme.key(Role::Agent));
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{request}/packages");
    let task = home.send(officer, "POST", &path, Some(json!({}))).await.word("task");
    home.world.skip_seconds(600);
    let waiting = samples(&home.send(WATCH, "GET", "/metrics", None).await.text());
    let labels = "kind=\"make_package\",state=\"waiting\"";
    assert_eq!(of(&waiting, &format!("exeunt_tasks{{{labels}}}")), 1.0);
    let age = of(&waiting, &format!("exeunt_task_oldest_age_seconds{{{labels}}}"));
    assert!((600.0..700.0).contains(&age), "{age}");
    let (stop, worker) = home.work();
    home.ended(officer, &task).await;
    stop.now();
    worker.await.unwrap();
    let done = samples(&home.send(WATCH, "GET", "/metrics", None).await.text());
    assert_eq!(of(&done, "exeunt_worker_places"), 2.0);
    assert_eq!(of(&done, "exeunt_worker_places_busy"), 0.0);
    assert!(of(&done, "exeunt_tasks_left_total{how=\"done\"}") >= 1.0);
    assert!(!done.iter().any(|(series, _)| series.starts_with("exeunt_tasks{")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_shows_without_the_token_and_nothing_is_there_when_it_is_off() {
    let home = Home::new().await;
    for shown in ["", "watch-0123456789-012345678", &format!("{WATCH}0"), home.acme.key(Role::Admin)] {
        let answer = home.send(shown, "GET", "/metrics", None).await;
        assert_eq!((answer.status, answer.word("code").as_str()), (StatusCode::UNAUTHORIZED, "E0912"));
    }
    let off = home.unwatched();
    let answer = off.send(WATCH, "GET", "/metrics", None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

fn id(headers: &HeaderMap) -> String {
    headers["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_has_an_id_of_ours_and_problems_tell_it() {
    let home = Home::new().await;
    let fine = home.send("", "GET", "/healthz", None).await;
    let lost = home.send("", "GET", "/nowhere", None).await;
    let request = Request::get("/api/v1/requests").header("x-request-id", "canary");
    let denied = home.call(request.body(axum::body::Body::empty()).unwrap()).await;
    let (one, two, three) = (id(&fine.headers), id(&lost.headers), id(&denied.headers));
    assert!(one.len() == 20 && one != two && two != three, "{one} {two} {three}");
    assert_eq!(lost.word("request_id"), two);
    assert_eq!(denied.word("request_id"), three);
    assert!(!denied.text().contains("canary") && three != "canary");
}
