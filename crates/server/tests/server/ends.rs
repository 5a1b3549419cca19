//! How requests end, wait and begin again: nobody can tell who asks, a hold that ends by itself, a day of receipt that was wrong.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_rights::{Calendar, Day, Pack};
use serde_json::{Value, json};

use crate::home::{Answer, Home};
use crate::posted::Posted;

async fn submitted(home: &Home, email: &str, regime: &str) -> String {
    let sent =
        json!({ "right": "erasure", "regime": regime, "identifiers": [{ "kind": "email", "value": email }] });
    let answer = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.word("id")
}

async fn done(home: &Home, request: &str, act: &str, sent: Value) -> Answer {
    let path = format!("/api/v1/requests/{request}/{act}");
    home.send(home.acme.key(Role::Officer), "POST", &path, Some(sent)).await
}

async fn shown(home: &Home, request: &str) -> Value {
    home.send(home.acme.key(Role::Officer), "GET", &format!("/api/v1/requests/{request}"), None).await.json()
}

fn plus(day: &Value, days: i64) -> String {
    day.as_str().unwrap().parse::<Day>().unwrap().plus_days(days).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_when_nobody_can_tell_who_asks_and_goes_on_with_what_the_person_adds() {
    let home = Home::new().await;
    let wanted = json!({ "wanted": "the number of an order" });
    for (regime, email, waits) in [("uk-gdpr", "one@mail.test", true), ("us-ca-ccpa", "two@mail.test", false)]
    {
        let request = submitted(&home, email, regime).await;
        let before = shown(&home, &request).await;
        let ended = done(&home, &request, "cannot-identify", wanted.clone()).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT, "{}", ended.text());
        let after = shown(&home, &request).await;
        assert_eq!(after["state"], "cannot_identify");
        assert!(after["deadline"]["answered_at"].is_string(), "{after}");
        let twice = done(&home, &request, "cannot-identify", wanted.clone()).await;
        assert_eq!((twice.status, twice.word("code").as_str()), (StatusCode::CONFLICT, "E0312"));
        let planned = json!({ "requests": [request] });
        let planned = home.send(home.acme.key(Role::Officer), "POST", "/api/v1/plans", Some(planned)).await;
        assert_eq!(planned.status, StatusCode::CONFLICT, "{}", planned.text());

        home.world.skip_days(10);
        let reopened = done(&home, &request, "reopen", json!({ "because": "order 17, and it fits" })).await;
        assert_eq!(reopened.status, StatusCode::NO_CONTENT, "{}", reopened.text());
        let now = shown(&home, &request).await;
        assert_eq!((&now["state"], &now["deadline"]["answered_at"]), (&json!("received"), &Value::Null));
        let pack = Pack::shipped(regime).unwrap();
        let received: Day = before["deadline"]["received_on"].as_str().unwrap().parse().unwrap();
        let due = pack.deadlines(received, &Calendar::default(), if waits { 10 } else { 0 }).answer;
        assert_eq!(now["deadline"]["answer_by"], due.to_string(), "{regime}");
        let again = done(&home, &request, "reopen", json!({ "because": "once more" })).await;
        assert_eq!((again.status, again.word("code").as_str()), (StatusCode::CONFLICT, "E0312"));
    }
    let period = "/api/v1/reports/metrics?from=2020-01-01&to=2099-12-31";
    let figures = home.send(home.acme.key(Role::Officer), "GET", period, None).await.json();
    assert_eq!((&figures["all"]["denied"], &figures["all"]["open"]), (&json!(0), &json!(2)), "{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_is_told_what_would_help() {
    let posted = Posted::new().await;
    let (stop, worker) = posted.home.work();
    let request = posted.submit("access", "1", "de").await;
    let ended =
        done(&posted.home, &request, "cannot-identify", json!({ "wanted": "Ihre Kundennummer" })).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT, "{}", ended.text());
    let told = posted.told("Ihre Kundennummer").await.text();
    assert!(told.contains(&request) && told.contains("keine Kopie Ihres Ausweises"), "{told}");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_receipt_is_corrected_and_every_day_that_counts_from_it_moves_along() {
    let home = Home::new().await;
    let request = submitted(&home, "one@mail.test", "us-ca-ccpa").await;
    let before = shown(&home, &request).await;
    let entered = before["entered_at"].as_str().unwrap().to_owned();
    let earlier = plus(&before["deadline"]["received_on"], -6);
    let sent = |at: &str| json!({ "received_at": at, "because": "the letter lay for six days" });
    let late = done(&home, &request, "received", sent("2099-01-01T00:00:00Z")).await;
    assert_eq!(
        (late.status, late.word("code").as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "E0801"),
        "{}",
        late.text()
    );
    let no_time = done(&home, &request, "received", sent("last week")).await;
    assert_eq!(no_time.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no_time.text());
    let moved = done(&home, &request, "received", sent(&format!("{earlier}T12:00:00Z"))).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    let after = shown(&home, &request).await;
    let pack = Pack::shipped("us-ca-ccpa").unwrap();
    let days = pack.deadlines(earlier.parse().unwrap(), &Calendar::default(), 0);
    assert_eq!(after["deadline"]["received_on"], earlier);
    assert_eq!(after["deadline"]["answer_by"], days.answer.to_string());
    assert_eq!(after["deadline"]["acknowledge_by"], days.acknowledge.unwrap().to_string());
    assert_eq!(after["entered_at"], entered, "when it was entered stays");
    done(&home, &request, "withdraw", json!({ "because": "by telephone" })).await;
    let over = done(&home, &request, "received", sent(&format!("{earlier}T12:00:00Z"))).await;
    assert_eq!((over.status, over.word("code").as_str()), (StatusCode::CONFLICT, "E0315"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_by_itself_and_what_it_held_goes_on() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let request = submitted(&home, "one@mail.test", "eu-gdpr").await;
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    let (stop, worker) = home.work();
    let started =
        home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    assert_eq!(home.ended(officer, &started.word("task")).await.word("state"), "done");

    let today = shown(&home, &request).await["deadline"]["received_on"].clone();
    let hold = |until: String| json!({ "because": "a court asks", "until": until });
    let past = done(&home, &request, "hold", hold(plus(&today, -1))).await;
    assert_eq!(past.word("code"), "E0801", "{}", past.text());
    let no_day = done(&home, &request, "hold", hold(String::from("soon"))).await;
    assert_eq!(no_day.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no_day.text());
    let held = done(&home, &request, "hold", hold(plus(&today, 20))).await;
    assert_eq!(held.status, StatusCode::NO_CONTENT, "{}", held.text());

    // the window has ended long before; another one's end shows that the workers had looked
    home.world.skip_days(19);
    let asked = done(&home, &request, "purge", json!({})).await;
    let refused = home.ended(officer, &asked.word("task")).await;
    assert_eq!(refused.word("state"), "failed", "{}", refused.text());
    let still = shown(&home, &request).await;
    assert_eq!((&still["state"], &still["held"]), (&json!("hidden"), &json!(true)));
    assert!(still["held_until"].as_str().unwrap().starts_with(&plus(&today, 21)), "{still}");

    home.world.skip_days(2);
    let asked = done(&home, &request, "purge", json!({})).await;
    let purged = home.ended(officer, &asked.word("task")).await;
    assert_eq!(purged.word("state"), "done", "{}", purged.text());
    let after = shown(&home, &request).await;
    assert_eq!(
        (&after["state"], &after["held"], &after["held_until"]),
        (&json!("completed"), &json!(false), &Value::Null)
    );
    stop.now();
    worker.await.unwrap();
}
