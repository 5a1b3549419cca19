//! Holds beyond one request: what they cover outlives every purge, the rest goes, and when they are lifted it all goes on.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_engine::World;
use serde_json::{Value, json};

use crate::home::{Answer, Home};

/// Asks for the second customer to be erased, by their number alone, and has it done up to the end of the window.
async fn erased(home: &Home) -> String {
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
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

async fn purged(home: &Home, request: &str) -> Answer {
    let officer = home.acme.key(Role::Officer);
    let path = format!("/api/v1/requests/{request}/purge");
    let asked = home.send(officer, "POST", &path, Some(json!({}))).await;
    home.ended(officer, &asked.word("task")).await
}

async fn shown(home: &Home, request: &str) -> Value {
    home.send(home.acme.key(Role::Officer), "GET", &format!("/api/v1/requests/{request}"), None).await.json()
}

async fn place(home: &Home, sent: Value) -> Answer {
    home.send(home.acme.key(Role::Officer), "POST", "/api/v1/holds", Some(sent)).await
}

async fn placed(home: &Home, sent: Value) -> String {
    let answer = place(home, sent).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.word("hold")
}

async fn listed(home: &Home, hold: &str) -> Value {
    let all = home.send(home.acme.key(Role::Viewer), "GET", "/api/v1/holds", None).await.json();
    all["items"].as_array().unwrap().iter().find(|one| one["hold"] == hold).unwrap().clone()
}

/// Two people lift it.
async fn lifted(home: &Home, hold: &str) -> Value {
    let path = format!("/api/v1/holds/{hold}/lift");
    let first = home.send(home.acme.key(Role::Officer), "POST", &path, None).await;
    assert_eq!((first.status, first.word("code").as_str()), (StatusCode::CONFLICT, "E0976"));
    assert!(listed(home, hold).await["lifted_at"].is_null(), "one is not enough");
    let second = home.send(&home.second().await, "POST", &path, None).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.text());
    second.json()
}

/// Whether a text stands anywhere in the home's own files.
fn is_anywhere(home: &Home, canary: &str) -> bool {
    let mut folders = vec![home.dir.path().join("home")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path)
                .unwrap()
                .windows(canary.len())
                .any(|window| window == canary.as_bytes())
            {
                return true;
            }
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_on_a_row_keeps_that_row_and_no_other_until_it_is_lifted() {
    let home = Home::new().await;
    let (stop, worker) = home.work();
    let request = erased(&home).await;
    // one on somebody else's row keeps nothing of this person
    let others =
        placed(&home, json!({ "model": "shop.notes", "keys": [["1"]], "because": "another case" })).await;
    let sent = json!({ "model": "shop.notes", "keys": [["2"], ["2"]], "because": "Canary v. Acme" });
    let hold = placed(&home, sent).await;
    home.world.skip_days(19);
    let done = purged(&home, &request).await;
    assert_eq!(done.word("state"), "done", "{}", done.text());

    let after = shown(&home, &request).await;
    assert_eq!(after["state"], "completed_with_exceptions", "{after}");
    assert_eq!(listed(&home, &hold).await["rows"], 1);
    assert_eq!(listed(&home, &others).await["rows"], 0);
    let rows = format!("/api/v1/holds/{hold}/rows");
    let kept = home.send(home.acme.key(Role::Officer), "GET", &rows, None).await.json();
    assert_eq!(
        kept["items"],
        json!([{ "model": "shop.notes", "action": "delete",
                 "columns": { "id": "2", "customer_id": "2", "body": "likes coffee" } }])
    );
    let agent = home.send(home.acme.key(Role::Agent), "GET", &rows, None).await;
    assert_eq!(agent.status, StatusCode::FORBIDDEN, "{}", agent.text());
    assert!(!is_anywhere(&home, "likes coffee"), "only sealed");
    assert!(!is_anywhere(&home, "Canary v.") || is_in_the_store_alone(&home, "Canary v."), "{after}");

    let receipts = home.house.store.receipts_of(request.parse().unwrap()).await.unwrap();
    let receipt: Value = serde_json::from_str(&receipts[0].body).unwrap();
    assert_eq!(receipt["held"], json!([{ "source": "shop", "model": "notes", "rows": { "held": 1 } }]));
    let retained =
        home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/reports/retention", None).await.text();
    assert!(retained.contains("held_rows"), "{retained}");

    assert_eq!(lifted(&home, &hold).await["rows"], 1);
    let over = home.send(home.acme.key(Role::Officer), "GET", &rows, None).await;
    assert_eq!((over.status, over.word("code").as_str()), (StatusCode::CONFLICT, "E0312"));
    assert!(home.house.store.held_rows(hold.parse().unwrap()).await.unwrap().is_empty());
    stop.now();
    worker.await.unwrap();
}

/// Reasons are for those who work here; the log and its exports only commit to them.
fn is_in_the_store_alone(home: &Home, canary: &str) -> bool {
    let elsewhere =
        ["audit", "receipts", "vault", "packages"].map(|name| home.dir.path().join("home").join(name));
    elsewhere.iter().filter(|folder| folder.is_dir()).all(|folder| {
        std::fs::read_dir(folder).unwrap().all(|entry| {
            let path = entry.unwrap().path();
            path.is_dir() || !String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(canary)
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_on_a_person_or_a_model_stops_every_purge_it_meets_until_it_is_lifted() {
    for sent in [
        // the request never gave the address: it was found with the person
        json!({ "identifiers": [{ "kind": "email", "value": "Two@mail.test" }], "because": "a court" }),
        json!({ "model": "shop.orders", "because": "an audit of the tax office" }),
    ] {
        let home = Home::new().await;
        let hold = placed(&home, sent).await;
        let (stop, worker) = home.work();
        let request = erased(&home).await;
        home.world.skip_days(19);
        let refused = purged(&home, &request).await;
        assert_eq!(refused.word("state"), "failed", "{}", refused.text());
        let still = shown(&home, &request).await;
        assert_eq!(still["state"], "hidden");
        assert_eq!(
            (&still["holds"][0]["hold"], &still["holds"][0]["state"]),
            (&json!(hold), &json!("stopped"))
        );
        assert_eq!(listed(&home, &hold).await["stopped"], 1);
        let office = home.house.office(home.acme.id).unwrap();
        let service = exeunt_app::Actor::service(home.acme.id);
        assert_eq!(office.due_for_purge(&service).await.unwrap(), [], "nobody tries again meanwhile");

        assert_eq!(lifted(&home, &hold).await["rows"], 0);
        let id: exeunt_base::RequestId = request.parse().unwrap();
        assert_eq!(office.due_for_purge(&service).await.unwrap(), [id], "it goes on by itself");
        let done = purged(&home, &request).await;
        assert_eq!(done.word("state"), "done", "{}", done.text());
        assert_eq!(shown(&home, &request).await["state"], "completed");
        stop.now();
        worker.await.unwrap();
    }
}

/// Workers do what is due until something is so.
async fn work_until(home: &Home, is_so: impl AsyncFn() -> bool) {
    let (stop, worker) = home.work();
    for _ in 0..600 {
        if is_so().await {
            break;
        }
        home.world.wait(std::time::Duration::from_millis(50)).await;
    }
    stop.now();
    worker.await.unwrap();
    assert!(is_so().await, "the workers did not get there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hold_stopped_is_purged_without_being_asked_once_it_is_lifted() {
    let home = Home::new().await;
    let hold = placed(&home, json!({ "model": "shop.notes", "because": "a court" })).await;
    let (stop, worker) = home.work();
    let request = erased(&home).await;
    stop.now();
    worker.await.unwrap();
    home.world.skip_days(19);
    work_until(&home, async || listed(&home, &hold).await["stopped"] == 1).await;
    // nor does a person who tried in vain keep it from going on
    let (stop, worker) = home.work();
    assert_eq!(purged(&home, &request).await.word("state"), "failed");
    stop.now();
    worker.await.unwrap();
    lifted(&home, &hold).await;
    work_until(&home, async || shown(&home, &request).await["state"] == "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_by_itself_and_nobody_elses_data_is_held() {
    let home = Home::new().await;
    let today = home.world.now().to_utc().date();
    let until = exeunt_rights::Day::from_date(today).plus_days(25).to_string();
    let sent = json!({ "identifiers": [{ "kind": "customer_id", "value": "2" }], "because": "a court", "until": until });
    let hold = placed(&home, sent).await;
    let strangers =
        placed(&home, json!({ "identifiers": [{ "kind": "customer_id", "value": "3" }], "because": "x" }))
            .await;
    let (stop, worker) = home.work();
    let request = erased(&home).await;
    home.world.skip_days(19);
    assert_eq!(purged(&home, &request).await.word("state"), "failed");
    home.world.skip_days(9);
    assert_eq!(purged(&home, &request).await.word("state"), "done");
    assert!(listed(&home, &hold).await["lifted_at"].is_string());
    assert_eq!(listed(&home, &strangers).await["stopped"], 0);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_would_hold_nothing_is_refused() {
    let home = Home::new().await;
    let many: Vec<Value> = (0..1_001).map(|key| json!([key.to_string()])).collect();
    for (sent, told) in [
        (json!({ "because": "x" }), "/identifiers"),
        (json!({ "keys": [["1"]], "because": "x" }), "/keys"),
        (
            json!({ "model": "shop.notes", "identifiers": [{ "kind": "email", "value": "a@b.test" }], "because": "x" }),
            "/model",
        ),
        (json!({ "model": "shop.note", "because": "x" }), "shop.notes"),
        (json!({ "model": "shop.notes", "keys": [["1", "2"]], "because": "x" }), "1st key"),
        (json!({ "model": "shop.notes", "keys": [[""]], "because": "x" }), "1st key"),
        (json!({ "model": "shop.notes", "keys": many, "because": "x" }), "1000 rows"),
        (json!({ "identifiers": [{ "kind": "emial", "value": "a@b.test" }], "because": "x" }), "email"),
        (json!({ "model": "shop.notes", "because": "" }), "reason"),
        (json!({ "model": "shop.notes", "because": "x", "until": "2001-01-01" }), "2001-01-01"),
        (json!({ "model": "shop.notes", "because": "x", "until": "soon" }), "/until"),
    ] {
        let answer = place(&home, sent.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{sent}: {}", answer.text());
        assert!(answer.text().contains(told), "{sent}: {}", answer.text());
    }
    assert_eq!(
        home.send(home.acme.key(Role::Viewer), "GET", "/api/v1/holds", None).await.json()["items"],
        json!([])
    );
}
