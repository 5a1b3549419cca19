//! Progress as it reaches a page: how soon after its checkpoint, what a dropped connection misses, and when it closes.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use exeunt_app::Actor;
use exeunt_app::access::{Powers, Role};
use exeunt_audit::kind::Kind;
use exeunt_base::Timestamp;
use exeunt_engine::World;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::home::Home;
use crate::visitor::Visitor;

/// How long a checkpoint may take to the reader.
const SOON: f64 = 1.0;

/// A plan that is approved, with its request: erasing one person of the shop.
async fn approved(home: &Home) -> (String, String) {
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    (request, planned.word("id"))
}

/// A stream as it comes in, event by event, each with the moment it was here.
struct Reader {
    body: Body,
    text: String,
}

impl Reader {
    async fn open(home: &Home, by: &Visitor<'_>, path: &str, last: Option<&str>) -> Self {
        let cookie = format!("__Host-exeunt={}", by.session());
        let mut asked = Request::get(path).header(header::COOKIE, cookie);
        if let Some(last) = last {
            asked = asked.header("last-event-id", last);
        }
        let answer = home.router.clone().oneshot(asked.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body(), text: String::new() }
    }

    /// The next event: what it is called by, and its text. Nothing when the stream is closed.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                // a comment keeps the connection open, and tells nothing
                if event.lines().any(|line| line.starts_with("event:")) {
                    let id = event.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or_default();
                    return Some((id.to_owned(), event));
                }
                continue;
            }
            let frame = self.body.frame().await?.unwrap();
            if let Ok(bytes) = frame.into_data() {
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
            }
        }
    }
}

fn operator(home: &Home) -> Actor {
    Actor { id: None, organization: home.acme.id, powers: Powers::all() }
}

/// When each batch was closed, in their order, as the log has it.
async fn checkpoints(home: &Home) -> Vec<Timestamp> {
    let office = home.house.office(home.acme.id).unwrap();
    let head = office.engine.store.audit_head(home.acme.id).await.unwrap();
    let entries =
        office.engine.store.audit_entries(home.acme.id, 0, u32::try_from(head.size).unwrap()).await.unwrap();
    let entries =
        entries.iter().map(|(_, bytes)| serde_json::from_slice::<serde_json::Value>(bytes).unwrap());
    let closed = entries.filter(|entry| entry["kind"] == Kind::BatchClosed.as_str());
    closed.map(|entry| entry["at"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_at_the_reader_within_a_second_of_its_checkpoint() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let (request, plan) = approved(&home).await;
    let key = home.acme.key(Role::Officer);
    home.send(key, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    let mut page = Reader::open(&home, &officer, &format!("/requests/{request}/progress"), None).await;
    assert!(page.next().await.unwrap().1.contains("event: part"));
    let (stop, worker) = home.work();
    let mut seen: Vec<(usize, Timestamp)> = Vec::new();
    let mut last = String::new();
    while let Some((id, event)) = page.next().await {
        // a step is called by the batches that are closed, and more
        seen.extend(
            id.split('.')
                .next()
                .and_then(|batches| batches.parse().ok())
                .map(|batches| (batches, home.world.now())),
        );
        last = event;
    }
    assert!(last.contains("event: over"), "{last}");
    let closed = checkpoints(&home).await;
    assert!(!closed.is_empty() && seen.last().unwrap().0 == closed.len(), "{seen:?} {closed:?}");
    let mut worst: f64 = 0.0;
    for (number, at) in closed.iter().enumerate() {
        // the first event that knows of this batch
        let (_, arrived) = seen.iter().find(|(batches, _)| *batches > number).unwrap();
        worst = worst.max(arrived.seconds_since(*at));
    }
    println!("checkpoint to reader: {:.0} ms at most, {} batches", worst * 1_000.0, closed.len());
    assert!(worst < SOON, "a checkpoint took {worst} s to the reader");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_is_taken_up_where_it_broke() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let (request, plan) = approved(&home).await;
    let path = format!("/requests/{request}/progress");
    let key = home.acme.key(Role::Officer);
    home.send(key, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    let mut first = Reader::open(&home, &officer, &path, None).await;
    let (id, _) = first.next().await.unwrap();
    drop(first);
    let (stop, worker) = home.work();
    let mut again = Reader::open(&home, &officer, &path, Some(&id)).await;
    let mut told = Vec::new();
    while let Some((id, event)) = again.next().await {
        told.push((id, event));
    }
    assert!(told.iter().all(|(known, _)| *known != id), "what was read is told again: {told:?}");
    assert!(told.iter().any(|(_, event)| event.contains("Done:")), "{told:?}");
    assert!(told.last().unwrap().1.contains("event: over"));
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_closes_when_a_role_is_taken_away_and_when_the_session_ends() {
    let home = Home::new().await;
    let (demoted, leaving) = (home.visitor(Role::Officer).await, home.visitor(Role::Officer).await);
    let (request, plan) = approved(&home).await;
    let path = format!("/requests/{request}/progress");
    // no worker: the job stays where it is, and only what is taken away ends the streams
    home.send(home.acme.key(Role::Officer), "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    let reads = async |by: &Visitor<'_>| {
        let mut reader = Reader::open(&home, by, &path, None).await;
        assert!(reader.next().await.is_some());
        reader
    };
    // they go on reading while something is taken away
    let goes_on = |mut reader: Reader| tokio::spawn(async move { (reader.next().await, Instant::now()) });
    let (one, other) = (goes_on(reads(&demoted).await), goes_on(reads(&leaving).await));
    let office = home.house.office(home.acme.id).unwrap();
    let began = Instant::now();
    office.change_roles(&operator(&home), demoted.user, &[Role::Engineer]).await.unwrap();
    let (next, at) = one.await.unwrap();
    assert_eq!(next, None, "a revoked permission closes it");
    println!("revoked to closed: {} ms", at.duration_since(began).as_millis());
    assert!(
        at.duration_since(began) < Duration::from_secs_f64(SOON),
        "it took {:?}",
        at.duration_since(began)
    );
    let left = leaving.post("/sign-out", &[]).await;
    assert!(left.status.is_redirection(), "{}", left.text());
    assert_eq!(other.await.unwrap().0, None, "an ended session closes it");
}
