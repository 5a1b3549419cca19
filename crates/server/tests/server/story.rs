//! From asking to the receipt, by calls alone: workers do the rest.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::json;

use crate::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_goes_from_asking_to_the_receipt() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
    let submitted = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await;
    assert_eq!(submitted.status, StatusCode::CREATED, "{}", submitted.text());
    assert!(!submitted.text().contains("one@mail"), "nobody is told whose it is");
    let request = submitted.word("id");
    let place = submitted.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(place, format!("/api/v1/requests/{request}"));

    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    assert_eq!(planned.status, StatusCode::CREATED, "{}", planned.text());
    let (plan, digest) = (planned.word("id"), planned.word("digest"));
    let early = home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    assert_eq!((early.status, early.word("code").as_str()), (StatusCode::CONFLICT, "E0309"));
    let approve = format!("/api/v1/plans/{plan}/approve");
    let wrong = home.send(officer, "POST", &approve, Some(json!({ "digest": "sha256:000000000000" }))).await;
    assert_eq!((wrong.status, wrong.word("code").as_str()), (StatusCode::CONFLICT, "E0308"));
    let approved = home.send(officer, "POST", &approve, Some(json!({ "digest": digest }))).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());

    let (stop, worker) = home.work();
    let started = home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text());
    let ran = home.ended(officer, &started.word("task")).await;
    assert_eq!(ran.word("state"), "done", "{}", ran.text());
    let job = home.send(officer, "GET", &format!("/api/v1/jobs/{}", started.word("job")), None).await.json();
    assert_eq!(
        (job["state"].as_str(), job["rows_done"].as_u64()),
        (Some("settled"), job["rows_total"].as_u64())
    );
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers WHERE id = 1"), 0);
    assert_eq!(home.globex.ask("SELECT count(*) FROM customers WHERE id = 1"), 1, "another's shop");

    // changed their mind, and again
    let restored = home.send(officer, "POST", &format!("{place}/restore"), Some(json!({}))).await;
    let restored = home.ended(officer, &restored.word("task")).await;
    assert_eq!(restored.json()["outcome"]["whole"], true, "{}", restored.text());
    assert_eq!(home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 1"), 1);
    let after = home.send(officer, "GET", &place, None).await.json();
    assert!(after["deadline"]["answered_at"].is_string(), "nobody waits for an answer any more: {after}");
    let period = "/api/v1/reports/metrics?from=2020-01-01&to=2099-12-31";
    let figures = home.send(officer, "GET", period, None).await.json();
    assert_eq!((&figures["all"]["withdrawn"], &figures["all"]["open"]), (&json!(1), &json!(0)));
    let again = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    let second = home.send(agent, "POST", "/api/v1/requests", Some(again)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [second] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    assert_eq!(home.ended(officer, &started.word("task")).await.word("state"), "done");

    // nobody asks for the purge: the window ends
    home.world.skip_days(15);
    let place = format!("/api/v1/requests/{second}");
    let mut shown = home.send(officer, "GET", &place, None).await.json();
    for _ in 0..600 {
        if shown["state"] == "completed" {
            break;
        }
        exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
        shown = home.send(officer, "GET", &place, None).await.json();
    }
    assert_eq!(
        (shown["state"].as_str(), shown["receipts"].as_array().map(Vec::len)),
        (Some("completed"), Some(1))
    );
    assert_eq!(shown["sealed_rows"], 0);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_that_cannot_be_decided_waits_for_a_person() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let (stop, worker) = home.work();
    assert_eq!(home.ended(officer, &started.word("task")).await.word("state"), "done");
    stop.now();
    worker.await.unwrap();
    home.acme.run("INSERT INTO customers VALUES (9, 'one@mail.test', 'Back Again')");
    home.world.skip_days(15);
    let (stop, worker) = home.work();
    let mut failed = Vec::new();
    for _ in 0..600 {
        failed = home.house.store.tasks_about(&request).await.unwrap();
        if !failed.is_empty() {
            break;
        }
        exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
    }
    let [task] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!((task.kind.as_str(), task.state.as_str()), ("purge", "failed"));
    assert!(
        task.outcome.as_deref().is_some_and(|outcome| outcome.contains("\"code\":\"E0")),
        "{:?}",
        task.outcome
    );
    let purge = format!("/api/v1/requests/{request}/purge");
    let asked = home.send(officer, "POST", &purge, Some(json!({ "include_new": true }))).await;
    let done = home.ended(officer, &asked.word("task")).await;
    assert_eq!(done.word("state"), "done", "{}", done.text());
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers WHERE email = 'one@mail.test'"), 0);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_followed_to_its_end_and_nothing_is_told_twice() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let path = format!("/api/v1/jobs/{}/events", started.word("job"));
    let (stop, worker) = home.work();
    // the stream closes by itself
    let followed = home.send(officer, "GET", &path, None).await;
    assert_eq!(followed.headers["content-type"], "text/event-stream");
    let text = followed.text();
    let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert!(ids.last().is_some_and(|id| id.ends_with(".settled")), "{text}");
    assert!(text.contains("\"state\":\"settled\""), "{text}");
    let mut again = crate::home::request(officer, "GET", &path, None);
    again.headers_mut().insert("last-event-id", ids.last().unwrap().parse().unwrap());
    assert_eq!(home.call(again).await.text(), "", "nothing new");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_closes_when_its_key_no_longer_counts() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let path = format!("/api/v1/jobs/{}/events", started.word("job"));
    let office = home.house.office(home.acme.id).unwrap();
    let operator = exeunt_app::Actor::service(home.acme.id);
    let keys = office.list_api_keys(&operator, None).await.unwrap();
    let viewer = keys.iter().find(|key| key.scopes == Role::Viewer.permissions()).unwrap();
    // no worker: the job stays where it is, and only the revocation ends the stream
    let follow = home.send(home.acme.key(Role::Viewer), "GET", &path, None);
    let revoke = async {
        exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(700)).await;
        office.revoke_api_key(&operator, viewer.id).await.unwrap();
    };
    let (followed, ()) = futures_util::future::join(follow, revoke).await;
    assert!(followed.text().contains("\"state\":\"queued\""), "{}", followed.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_request_is_answered_by_a_package_that_expires() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "email", "value": "two@mail.test" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let (stop, worker) = home.work();
    let packages = format!("/api/v1/requests/{request}/packages");
    let wanted = json!({ "formats": ["json"], "passphrase": "a phrase of the person's own" });
    let asked = home.send(officer, "POST", &packages, Some(wanted)).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let made = home.ended(officer, &asked.word("task")).await;
    let package =
        made.json()["outcome"]["package"].as_str().unwrap_or_else(|| panic!("{}", made.text())).to_owned();
    let path = format!("/api/v1/packages/{package}");
    let shown = home.send(officer, "GET", &path, None).await.json();
    let fetched = home.send(officer, "POST", &format!("{path}/download"), None).await;
    assert_eq!(
        (fetched.status, fetched.bytes.len() as u64),
        (StatusCode::OK, shown["bytes"].as_u64().unwrap())
    );
    assert!(fetched.bytes.starts_with(b"age-encryption.org/v1"));
    assert!(fetched.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(home.send(officer, "GET", &path, None).await.json()["opened"], 1);
    home.world.skip_days(8);
    for _ in 0..600 {
        if !home.send(officer, "GET", &path, None).await.json()["removed_at"].is_null() {
            break;
        }
        exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
    }
    let gone = home.send(officer, "POST", &format!("{path}/download"), None).await;
    assert_eq!((gone.status, gone.word("code").as_str()), (StatusCode::CONFLICT, "E0605"));
    assert_eq!(std::fs::read_dir(home.dir.path().join("home/packages")).unwrap().count(), 0);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_enters_a_request_does_not_approve_its_plan() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
    let request = home.send(officer, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    let refused =
        home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0903"));
    // nor by asking for the package, which approves its plan
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
    let request = home.send(officer, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{request}/packages");
    let refused = home.send(officer, "POST", &path, Some(json!({}))).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0903"));
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_that_end_together_are_purged_together() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let mut requests = Vec::new();
    for person in ["1", "2", "3"] {
        let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": person }] });
        requests.push(home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id"));
    }
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": requests }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let (stop, worker) = home.work();
    assert_eq!(home.ended(officer, &started.word("task")).await.word("state"), "done");
    stop.now();
    worker.await.unwrap();
    home.world.skip_days(15);
    let (stop, worker) = home.work();
    for request in &requests {
        let place = format!("/api/v1/requests/{request}");
        let mut state = String::new();
        for _ in 0..600 {
            state = home.send(officer, "GET", &place, None).await.word("state");
            if state == "completed" {
                break;
            }
            exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(state, "completed");
    }
    stop.now();
    worker.await.unwrap();
    let tasks = home.house.store.tasks_about(&home.acme.id.to_string()).await.unwrap();
    let outcomes: Vec<_> = tasks.iter().map(|task| task.outcome.as_deref()).collect();
    assert_eq!(outcomes, [Some("{\"purged\":3,\"failed\":0,\"held\":0}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_on_where_the_page_before_ended() {
    let home = Home::new().await;
    let agent = home.acme.key(Role::Agent);
    for number in 1..=4 {
        let sent = json!({ "right": if number == 2 { "access" } else { "erasure" },
            "identifiers": [{ "kind": "customer_id", "value": number.to_string() }] });
        assert_eq!(
            home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.status,
            StatusCode::CREATED
        );
    }
    let mut path = String::from("/api/v1/requests?right=erasure&limit=2");
    let mut pages = Vec::new();
    loop {
        let page = home.send(agent, "GET", &path, None).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        pages.push(page.json()["items"].as_array().unwrap().len());
        let Some(link) = page.headers.get("link") else { break };
        path = link.to_str().unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(pages, [2, 1]);
}
