//! Webhooks: what happens is told thin, signed, at least once, to those who want to know, and to no neighbor of ours.

use std::time::Duration;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_app::work::{Stop, Worker};
use exeunt_audit::kind::Kind;
use exeunt_outbound::{Limits, Outbound};
use serde_json::{Value, json};

use crate::home::Home;
use crate::receiver::{Call, Receiver};

const WEBHOOKS: &str = "/api/v1/webhooks";

/// A home whose first organization tells one webhook.
struct Told {
    home: Home,
    receiver: Receiver,
    webhook: String,
    secret: String,
}

impl Told {
    async fn all() -> Self {
        Self::of(&[]).await
    }

    async fn of(kinds: &[&str]) -> Self {
        let receiver = Receiver::start();
        let place = receiver.place();
        let limits = Limits { time: Duration::from_secs(2), ..Limits::default() };
        let home = Home::furnished(|room| {
            room.outbound = Outbound::new(vec![place.clone()], None).with_limits(limits);
        })
        .await;
        let sent = json!({ "address": receiver.address(), "note": "the shop", "events": kinds });
        let added = home.send(home.acme.key(Role::Engineer), "POST", WEBHOOKS, Some(sent)).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
        let (webhook, secret) = (added.word("webhook"), added.word("secret"));
        Self { home, receiver, webhook, secret }
    }

    fn worker(&self) -> Worker {
        Worker {
            house: self.home.house.clone(),
            owner: String::from("test"),
            at_once: 2,
            stop: Stop::default(),
            others: Default::default(),
        }
    }

    /// What is told in one round of the workers.
    async fn told(&self) -> Vec<Call> {
        self.worker().round().await.unwrap();
        self.receiver.heard()
    }

    async fn submit(&self, right: &str) -> String {
        let sent = json!({ "right": right, "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
        let agent = self.home.acme.key(Role::Agent);
        self.home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id")
    }

    async fn ask(&self, method: &str, rest: &str, body: Option<Value>) -> crate::home::Answer {
        let path = format!("{WEBHOOKS}/{}{rest}", self.webhook);
        self.home.send(self.home.acme.key(Role::Engineer), method, &path, body).await
    }

    /// The delivery of the newest event.
    async fn newest(&self) -> Value {
        self.ask("GET", "/deliveries", None).await.json()["items"][0].clone()
    }

    /// Whether the log tells of it.
    async fn is_logged(&self, kind: Kind) -> bool {
        let entries = self.home.house.store.audit_entries(self.home.acme.id, 0, 10_000).await.unwrap();
        let kind = format!("\"kind\":\"{kind}\"");
        entries.iter().any(|(_, entry)| String::from_utf8_lossy(entry).contains(&kind))
    }
}

fn kinds(calls: &[Call]) -> Vec<String> {
    let mut kinds: Vec<String> =
        calls.iter().map(|call| call.json()["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_thin_signed_and_told_once() {
    let told = Told::all().await;
    let request = told.submit("access").await;
    let calls = told.told().await;
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(call.line, "POST /hook?of=acme HTTP/1.1");
    assert_eq!(call.header("content-type"), "application/cloudevents+json");
    let event = call.json();
    let wanted = json!({
        "specversion": "1.0",
        "id": call.header("webhook-id"),
        "source": format!("urn:exeunt:{}", told.home.acme.id),
        "type": "exeunt.request.received",
        "subject": request,
        "time": event["time"],
        "datacontenttype": "application/json",
        "data": { "request": request, "right": "access", "state": "received" },
    });
    assert_eq!(event, wanted, "and nothing about the person");
    assert!(event["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{event}");
    assert!(call.headers.keys().all(|name| name != "cookie" && name != "authorization"), "{call:?}");

    assert!(call.is_verified_in_python(&told.secret));
    assert!(call.is_verified_in_javascript(&told.secret));
    let forged = Call { body: call.body.replace("access", "erasure"), ..call.clone() };
    assert!(!forged.is_verified_in_python(&told.secret));
    assert!(!forged.is_verified_in_javascript(&told.secret));

    assert_eq!(told.told().await, [], "once");
    let delivery = told.newest().await;
    assert_eq!(delivery["event"], call.header("webhook-id"));
    assert_eq!(
        [&delivery["state"], &delivery["status"], &delivery["tries"], &delivery["request"]],
        [&json!("delivered"), &json!(200), &json!(1), &json!(request)]
    );
    // a neighbor's requests are told to nobody here
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
    told.home.send(told.home.globex.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await;
    assert_eq!(told.told().await, []);
    assert!(told.is_logged(Kind::WebhookAdded).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_told_from_asking_to_its_end() {
    let told = Told::all().await;
    let (home, officer) = (&told.home, told.home.acme.key(Role::Officer));
    let request = told.submit("erasure").await;
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
    let request_kinds = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| format!("exeunt.request.{name}")).collect()
    };
    assert_eq!(kinds(&told.told().await), request_kinds(&["approved", "hidden", "planned", "received"]));
    home.send(officer, "POST", &format!("/api/v1/requests/{request}/restore"), Some(json!({}))).await;
    assert_eq!(kinds(&told.told().await), request_kinds(&["restored"]));
    let other = told.submit("access").await;
    let sent = json!({ "grounds": ["unfounded"], "because": "the fifth time" });
    home.send(officer, "POST", &format!("/api/v1/requests/{other}/refuse"), Some(sent)).await;
    assert_eq!(kinds(&told.told().await), request_kinds(&["received", "refused"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_what_it_chose_and_nothing_while_it_is_off() {
    let told = Told::of(&["exeunt.request.refused"]).await;
    told.submit("access").await;
    assert_eq!(told.told().await, []);
    let tested = told.ask("POST", "/test", None).await;
    assert_eq!(tested.status, StatusCode::ACCEPTED, "{}", tested.text());
    let calls = told.told().await;
    assert_eq!(kinds(&calls), ["exeunt.webhook.test"], "that always");
    assert_eq!((calls[0].json().get("subject"), &calls[0].json()["data"]), (None, &json!({})));
    assert_eq!(calls[0].header("webhook-id"), tested.word("event"));
    told.ask("PATCH", "", Some(json!({ "events": [], "on": false }))).await;
    told.submit("access").await;
    assert!(!told.home.house.store.has_happenings(told.home.acme.id).await.unwrap(), "nothing is written");
    let refused = told.ask("POST", "/test", None).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0928"));
    let shown = told.ask("PATCH", "", Some(json!({ "on": true }))).await.json();
    assert_eq!((&shown["on"], &shown["events"], &shown["why_off"]), (&json!(true), &json!([]), &Value::Null));
    assert_eq!(told.told().await, [], "what happened meanwhile is not told");
    told.submit("access").await;
    assert_eq!(kinds(&told.told().await), ["exeunt.request.received"]);
    assert_eq!(told.ask("DELETE", "", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told.ask("GET", "", None).await.status, StatusCode::NOT_FOUND);
    assert!(told.is_logged(Kind::WebhookChanged).await);
    assert!(told.is_logged(Kind::WebhookRemoved).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_sign_for_a_day_after_one_was_rotated() {
    let told = Told::all().await;
    let rotated = told.ask("POST", "/rotate", None).await;
    assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.text());
    let new = rotated.word("secret");
    assert_ne!(new, told.secret);
    assert!(rotated.json()["two_signatures_until"].is_string());
    assert!(!told.ask("GET", "", None).await.text().contains("whsec_"), "shown once");
    told.submit("access").await;
    let call = told.told().await.remove(0);
    assert_eq!(call.header("webhook-signature").split(' ').count(), 2);
    assert!(call.is_verified_in_python(&told.secret) && call.is_verified_in_python(&new));
    told.home.world.skip_days(1);
    told.submit("access").await;
    let call = told.told().await.remove(0);
    assert!(!call.is_verified_in_python(&told.secret) && call.is_verified_in_python(&new));
    assert!(told.is_logged(Kind::WebhookRotated).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_get_through_is_tried_ten_times_with_the_same_id_and_given_up() {
    let told = Told::all().await;
    told.submit("access").await;
    told.receiver.answers(&["500 No"; 10]);
    let first = told.told().await.remove(0);
    assert_eq!(told.told().await, [], "not at once");
    let pauses = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (place, pause) in pauses.into_iter().enumerate() {
        let waiting = told.newest().await;
        assert_eq!(
            (&waiting["state"], &waiting["tries"]),
            (&json!("waiting"), &json!(place + 1)),
            "{waiting}"
        );
        assert_eq!((&waiting["status"], &waiting["trouble"]), (&json!(500), &json!("it answered 500")));
        // at most a tenth longer
        told.home.world.skip_seconds(pause + pause / 10 + 1);
        let calls = told.told().await;
        let [call] = calls.as_slice() else { panic!("after {pause}: {calls:?}") };
        assert_eq!((call.header("webhook-id"), &call.body), (first.header("webhook-id"), &first.body));
        assert!(call.is_verified_in_python(&told.secret), "signed anew, with its own time");
    }
    let given_up = told.newest().await;
    assert_eq!((&given_up["state"], &given_up["tries"]), (&json!("failed"), &json!(10)), "{given_up}");
    assert_eq!(
        told.ask("GET", "", None).await.json()["on"],
        json!(true),
        "for three days nobody is turned off"
    );
    let event = given_up["event"].as_str().unwrap().to_owned();

    // nothing for five days: the next that is given up turns it off
    told.home.world.skip_days(2);
    let again = told.ask("POST", &format!("/deliveries/{event}/resend"), None).await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text());
    told.receiver.answers(&["500 No"; 10]);
    for _ in 0..10 {
        assert_eq!(told.told().await.len(), 1);
        told.home.world.skip_days(2);
    }
    let off = told.ask("GET", "", None).await.json();
    assert_eq!((&off["on"], &off["why_off"]), (&json!(false), &json!("failing")), "{off}");
    assert!(told.is_logged(Kind::WebhookTurnedOff).await);

    // mended: by the same id
    told.ask("PATCH", "", Some(json!({ "on": true }))).await;
    told.ask("POST", &format!("/deliveries/{event}/resend"), None).await;
    let call = told.told().await.remove(0);
    assert_eq!((call.header("webhook-id"), &call.body), (first.header("webhook-id"), &first.body));
    assert_eq!(told.ask("GET", "", None).await.json()["failing_since"], Value::Null);
    told.home.world.skip_days(31);
    told.told().await;
    assert_eq!(told.newest().await, Value::Null, "forgotten after 30 days");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_gone_is_turned_off_and_a_redirect_is_not_followed() {
    let told = Told::all().await;
    told.submit("access").await;
    let elsewhere = format!("302 Found\r\nlocation: {}", told.receiver.address());
    told.receiver.answers(&[&elsewhere, "410 Gone"]);
    assert_eq!(told.told().await.len(), 1);
    let redirected = told.newest().await;
    assert_eq!(redirected["state"], "waiting");
    assert!(redirected["trouble"].as_str().unwrap().contains("redirects"), "{redirected}");
    told.home.world.skip_seconds(7);
    told.submit("access").await;
    assert_eq!(told.told().await.len(), 1, "after that one nothing more");
    let off = told.ask("GET", "", None).await.json();
    assert_eq!((&off["on"], &off["why_off"]), (&json!(false), &json!("gone")), "{off}");
    let all = told.ask("GET", "/deliveries", None).await.json();
    let states: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, [&json!("failed"), &json!("failed")]);
    assert!(told.is_logged(Kind::WebhookTurnedOff).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_busy_is_left_alone_for_as_long_as_they_ask() {
    let told = Told::all().await;
    told.submit("access").await;
    told.submit("access").await;
    told.receiver.answers(&["429 Slow Down\r\nretry-after: 600"]);
    assert_eq!(told.told().await.len(), 1, "the other waits too");
    told.home.world.skip_seconds(590);
    assert_eq!(told.told().await, []);
    told.home.world.skip_seconds(11);
    assert_eq!(told.told().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_answer_is_tried_again() {
    let told = Told::all().await;
    told.submit("access").await;
    told.receiver.answers(&["hang"]);
    assert_eq!(told.told().await.len(), 1);
    let waiting = told.newest().await;
    assert_eq!((&waiting["state"], &waiting["status"]), (&json!("waiting"), &Value::Null), "{waiting}");
    assert!(waiting["trouble"].as_str().unwrap().contains("took too long"), "{waiting}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_dies_before_the_answer_is_written_down_tells_it_again() {
    let told = Told::all().await;
    told.submit("access").await;
    told.receiver.answers(&["hang"]);
    let worker = told.worker();
    let heard = async {
        while !told.receiver.has_heard() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = worker.round() => panic!("nobody answered"),
        () = heard => {}
    }
    let first = told.receiver.heard().remove(0);
    assert_eq!(told.told().await, [], "it is in the hands of whoever died");
    told.home.world.skip_seconds(61);
    let again = told.told().await.remove(0);
    assert_eq!((again.header("webhook-id"), &again.body), (first.header("webhook-id"), &first.body));
    assert_eq!(told.newest().await["tries"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_inside_is_called_and_nothing_odd_is_kept() {
    let home = Home::new().await;
    let engineer = home.acme.key(Role::Engineer);
    for address in [
        "http://hooks.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://0x7f.1/x",
        "https://localhost/x",
        "https://intranet/x",
        "https://user:word@hooks.example.com/x",
        "https://hooks.example.com:22/x",
        "ftp://hooks.example.com/x",
        "hooks",
        "",
    ] {
        let answer = home.send(engineer, "POST", WEBHOOKS, Some(json!({ "address": address }))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}: {}", answer.text());
        assert_eq!(answer.word("code"), "E0927", "{address}");
    }
    let good = "https://hooks.example.com/x";
    for odd in [
        json!({ "address": good, "note": "a\nb" }),
        json!({ "address": good, "note": "x".repeat(201) }),
        json!({ "address": good, "events": ["exeunt.request.eaten"] }),
    ] {
        let answer = home.send(engineer, "POST", WEBHOOKS, Some(odd)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.word("code").as_str()),
            (422, "E0927"),
            "{}",
            answer.text()
        );
    }
    for _ in 0..20 {
        let answer = home.send(engineer, "POST", WEBHOOKS, Some(json!({ "address": good }))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    }
    let answer = home.send(engineer, "POST", WEBHOOKS, Some(json!({ "address": good }))).await;
    assert_eq!(answer.word("code"), "E0927", "20 are enough");
    let all = home.send(engineer, "GET", WEBHOOKS, None).await;
    assert!(!all.text().contains("whsec_"), "{}", all.text());
    let one = all.json()["items"][0]["webhook"].as_str().unwrap().to_owned();
    let moved = json!({ "address": "https://192.168.0.1/x" });
    let answer = home.send(engineer, "PATCH", &format!("{WEBHOOKS}/{one}"), Some(moved)).await;
    assert_eq!(answer.word("code"), "E0927", "nor later");
}
