//! Rows that a source refuses: listed, tried again when nothing stands in the way any more, or left by two people.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::{Value, json};

use crate::home::Home;

const TRIGGER: &str = "CREATE TRIGGER stuck BEFORE DELETE ON notes WHEN OLD.id = 3
                       BEGIN SELECT RAISE(ABORT, 'this note is stuck'); END;";

/// A home in which the erasure of customer 2 waits for review, and its job.
async fn stuck() -> (Home, String) {
    let home = Home::new().await;
    home.acme.run(TRIGGER);
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let ended = ended(&home, &started.word("task")).await;
    assert_eq!(ended["outcome"]["state"], "review", "{ended}");
    (home, started.word("job"))
}

/// What became of a task, by a worker that comes for it.
async fn ended(home: &Home, task: &str) -> Value {
    let (stop, worker) = home.work();
    let ended = home.ended(home.acme.key(Role::Officer), task).await.json();
    stop.now();
    worker.await.unwrap();
    ended
}

async fn reviews(home: &Home, job: &str) -> Vec<Value> {
    let path = format!("/api/v1/jobs/{job}/reviews");
    let listed = home.send(home.acme.key(Role::Viewer), "GET", &path, None).await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text());
    listed.json().as_array().unwrap().clone()
}

async fn state(home: &Home, job: &str) -> String {
    home.send(home.acme.key(Role::Viewer), "GET", &format!("/api/v1/jobs/{job}"), None).await.word("state")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_a_trigger_refuses_is_listed_and_goes_when_the_trigger_is_gone() {
    let (home, job) = stuck().await;
    let officer = home.acme.key(Role::Officer);
    let listed = reviews(&home, &job).await;
    // the customer cannot go while the note stays
    let models: Vec<&Value> = listed.iter().map(|row| &row["model"]).collect();
    assert_eq!(models, ["shop.notes", "shop.customers"]);
    assert!(listed.iter().all(|row| row["state"] == "open"), "{listed:?}");
    let told = json!(listed).to_string();
    assert!(!told.contains("moved house") && !told.contains("two@mail"), "{told}");

    let retry = format!("/api/v1/jobs/{job}/reviews/retry");
    let asked = home.send(officer, "POST", &retry, None).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let again = home.send(officer, "POST", &retry, None).await;
    assert_eq!(again.word("task"), asked.word("task"), "it is asked for already");
    let first = ended(&home, &asked.word("task")).await;
    assert_eq!(
        (&first["kind"], &first["outcome"]["failed"]),
        (&json!("retry_reviews"), &json!(2)),
        "{first}"
    );
    assert_eq!(state(&home, &job).await, "review");

    home.acme.run("DROP TRIGGER stuck");
    let asked = home.send(officer, "POST", &retry, None).await.word("task");
    assert_eq!(ended(&home, &asked).await["outcome"], json!({ "done": 2, "gone": 0, "failed": 0 }));
    assert_eq!(state(&home, &job).await, "settled");
    assert!(reviews(&home, &job).await.iter().all(|row| row["state"] == "done"));
    assert_eq!(home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 2"), 0);
    for path in [retry, format!("/api/v1/jobs/{job}/reviews/leave")] {
        let body = path.ends_with("leave").then(|| json!({ "because": "x" }));
        let late = home.send(officer, "POST", &path, body).await;
        assert_eq!((late.status, late.word("code").as_str()), (StatusCode::CONFLICT, "E0404"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_leave_a_row_as_it_is_for_a_reason() {
    let (home, job) = stuck().await;
    let (officer, second) = (home.acme.key(Role::Officer).to_owned(), home.second().await);
    let path = format!("/api/v1/jobs/{job}/reviews/leave");
    let leave = async |key: &str, because: &str| {
        home.send(key, "POST", &path, Some(json!({ "because": because }))).await
    };
    assert_eq!(leave(&officer, "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (status, code) in [(StatusCode::CONFLICT, "E0976"), (StatusCode::FORBIDDEN, "E0975")] {
        let alone = leave(&officer, "the shop keeps it").await;
        assert_eq!((alone.status, alone.word("code").as_str()), (status, code));
    }
    assert_eq!(leave(&second, "for fun").await.word("code"), "E0976", "that is something else");
    assert_eq!(reviews(&home, &job).await[0]["state"], "open");
    let asked = leave(&second, "the shop keeps it").await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    assert_eq!(ended(&home, &asked.word("task")).await["outcome"], json!({ "left": 2 }));
    let left = reviews(&home, &job).await.remove(0);
    assert_eq!((&left["state"], &left["reason"]), (&json!("skipped"), &json!("the shop keeps it")));
    assert_eq!(state(&home, &job).await, "settled");
    assert_eq!(home.acme.ask("SELECT count(*) FROM notes WHERE id = 3"), 1);
}
