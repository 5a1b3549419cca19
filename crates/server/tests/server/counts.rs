//! A plan counted and rehearsed by a worker, the objections to a sub-processor, the log written out.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_audit::export::verify_export;
use exeunt_base::Name;
use serde_json::{Value, json};

use crate::home::{Answer, Home};

async fn planned(home: &Home, customer: &str) -> Answer {
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": customer }] });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await
}

async fn counted(home: &Home, plan: &str, body: Value) -> Value {
    let officer = home.acme.key(Role::Engineer);
    let asked = home.send(officer, "POST", &format!("/api/v1/plans/{plan}/count"), Some(body)).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    home.ended(officer, &asked.word("task")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_counts_a_plan_and_rehearses_it_and_nothing_is_touched() {
    let home = Home::furnished(|room| {
        room.settings.sources.insert(Name::new("shop").unwrap());
    })
    .await;
    let (stop, worker) = home.work();
    let plan = planned(&home, "2").await;
    let task = counted(&home, &plan.word("id"), json!({})).await;
    assert_eq!((&task["state"], &task["kind"]), (&json!("done"), &json!("count_plan")), "{task}");
    let outcome = &task["outcome"];
    let model = |name: &str| {
        outcome["models"].as_array().unwrap().iter().find(|line| line["model"] == name).unwrap().clone()
    };
    assert_eq!((&model("shop.customers")["delete"], &model("shop.notes")["delete"]), (&json!(1), &json!(2)));
    assert_eq!(model("shop.orders")["anonymize"], 1);
    assert!(outcome["steps"].as_array().unwrap().iter().all(|step| step["struck"].is_null()));
    let told = outcome.to_string();
    assert!(!told.contains("mail.test") && !told.contains("Person") && !told.contains("moved"), "{told}");

    let task = counted(&home, &plan.word("id"), json!({ "dry_run": true })).await;
    assert_eq!((&task["state"], &task["kind"]), (&json!("done"), &json!("rehearse_plan")), "{task}");
    let steps = task["outcome"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["found"] == step["struck"]), "{steps:?}");
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers"), 4);
    assert_eq!(home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 2"), 2);

    // whoever only looks is told at once what stands in the way
    let because = json!({ "source": "shop", "because": "a new disk" });
    home.send(home.acme.key(Role::Engineer), "POST", "/api/v1/work/pause", Some(because)).await;
    let task = counted(&home, &plan.word("id"), json!({ "dry_run": true })).await;
    assert_eq!((&task["state"], &task["outcome"]["code"]), (&json!("failed"), &json!("E0953")), "{task}");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_job_has_begun_is_not_counted_again() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let plan = planned(&home, "3").await;
    let count = format!("/api/v1/plans/{}/count", plan.word("id"));
    let approve = format!("/api/v1/plans/{}/approve", plan.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": plan.word("digest") }))).await;
    let asked = home.send(officer, "POST", &count, Some(json!({}))).await.word("task");
    home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan.word("id") }))).await;
    let late = home.send(officer, "POST", &count, Some(json!({}))).await;
    assert_eq!((late.status, late.word("code").as_str()), (StatusCode::CONFLICT, "E0312"));
    let (stop, worker) = home.work();
    let task = home.ended(officer, &asked).await.json();
    assert_eq!((&task["state"], &task["outcome"]["code"]), (&json!("failed"), &json!("E0312")), "{task}");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_written_out_and_that_is_its_next_entry() {
    let home = Home::new().await;
    planned(&home, "2").await;
    let auditor = home.acme.key(Role::Auditor);
    let export =
        async |query: &str| home.send(auditor, "GET", &format!("/api/v1/audit/export{query}"), None).await;
    let first = export("").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    assert_eq!(first.headers["content-type"], "application/jsonl");
    let lines = |text: &str| text.lines().count();
    let again = export("?format=jsonl").await;
    assert_eq!(lines(&again.text()), lines(&first.text()) + 1, "the export is an entry");
    assert!(again.text().contains("audit.exported") && !again.text().contains("@"), "{}", again.text());
    let key = home.house.office(home.acme.id).unwrap().log_key.clone();
    let report = verify_export(again.bytes.as_slice(), Some(&key)).unwrap();
    assert!(report.failure.is_none() && report.entries as usize == lines(&again.text()) - 2, "{report:?}");
    let table = export("?format=csv").await;
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    assert!(table.text().starts_with("index,at,kind,actor,"), "{}", table.text());
    assert_eq!(lines(&table.text()), lines(&again.text()), "one line of names instead of two around");
    assert_eq!(export("?format=xml").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
