//! Sub-processors: whoever wants to know is told beforehand, and nobody is engaged before the notice is over.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use exeunt_app::subprocessors::Rules;
use serde_json::{Value, json};

use crate::home::{Answer, Home};
use crate::posted::{EMAIL, Posted};

fn company(name: &str) -> Value {
    json!({
        "name": name,
        "purpose": "sending parcels",
        "categories": ["user.contact.address.street"],
        "region": "eu-fr",
        "contact": "privacy@parcels.test",
    })
}

async fn post(posted: &Posted, path: &str, body: Value) -> Answer {
    posted.home.send(posted.officer(), "POST", &format!("/api/v1/{path}"), Some(body)).await
}

async fn page(home: &Home, method: &str, path: &str, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    home.call(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn path_in(text: &str) -> String {
    let (_, rest) = text.split_once("https://privacy.acme.test").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn subscribers(posted: &Posted) -> Value {
    let listed = posted.home.send(posted.officer(), "GET", "/api/v1/subscribers", None).await;
    assert!(!listed.text().to_lowercase().contains("canary"), "{}", listed.text());
    listed.json()["items"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_confirmed_is_told_and_nobody_is_engaged_before_the_notice_is_over() {
    let posted = Posted::new().await;
    let (stop, worker) = posted.home.work();
    let asked = post(&posted, "subscribers", json!({ "email": EMAIL, "language": "en" })).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let again = post(&posted, "subscribers", json!({ "email": EMAIL.to_uppercase() })).await;
    assert_eq!(again.word("subscriber"), asked.word("subscriber"), "nobody is on the list twice");
    let link = path_in(&posted.told("Somebody at Acme wrote down").await.text());

    // announced while nobody confirmed: nobody is told
    let first = post(&posted, "subprocessors", company("First Ltd")).await.json();
    let first = first["items"][0]["id"].as_str().unwrap().to_owned();
    let told = post(&posted, &format!("subprocessors/{first}/announce"), json!({})).await;
    assert_eq!(told.json(), json!({ "told": 0 }), "{}", told.text());

    // looking confirms nothing, and a link that is a little different is nobody's
    let looked = page(&posted.home, "GET", &link, "").await;
    assert!(looked.status == StatusCode::OK && looked.text().contains("Yes, tell me"), "{}", looked.text());
    assert!(subscribers(&posted).await[0]["confirmed_at"].is_null());
    let wrong = format!("{}{}", &link[..link.len() - 1], if link.ends_with('0') { '1' } else { '0' });
    assert_eq!(page(&posted.home, "POST", &wrong, "act=confirm").await.status, StatusCode::NOT_FOUND);
    let confirmed = page(&posted.home, "POST", &link, "act=confirm").await;
    assert!(confirmed.text().contains("You get these notices from Acme"), "{}", confirmed.text());
    assert!(subscribers(&posted).await[0]["confirmed_at"].is_string());

    let second = post(&posted, "subprocessors", company("Parcels & Co")).await.json();
    let second = second["items"][0]["id"].as_str().unwrap().to_owned();
    let soon = json!({ "effective_on": "2026-01-01" });
    let refused = post(&posted, &format!("subprocessors/{second}/announce"), soon).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0988"));
    let told = post(&posted, &format!("subprocessors/{second}/announce"), json!({})).await;
    assert_eq!(told.json(), json!({ "told": 1 }), "{}", told.text());
    let letter = posted.told("Parcels & Co").await.text();
    for part in ["sending parcels", "eu-fr", "- user.contact.address.street", link.as_str()] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    let engage = format!("subprocessors/{second}/engage");
    assert_eq!(post(&posted, &engage, json!({})).await.word("code"), "E0988");
    posted.home.world.skip_days(31);

    // an objection is not passed over in silence
    let objected =
        post(&posted, &format!("subprocessors/{second}/objections"), json!({ "words": "Ada Canary: no" }))
            .await;
    assert_eq!(objected.json(), json!({ "number": 1 }));
    let officer = posted.home.acme.key(exeunt_app::access::Role::Officer);
    let path = format!("/api/v1/subprocessors/{second}/objections");
    let read = posted.home.send(officer, "GET", &path, None).await.json();
    assert_eq!(
        (read["items"].as_array().unwrap().len(), &read["items"][0]["words"]),
        (1, &json!("Ada Canary: no"))
    );
    assert_eq!(post(&posted, &engage, json!({})).await.word("code"), "E0988");
    let despite = json!({ "despite_objections": "there is no other" });
    assert_eq!(post(&posted, &engage, despite).await.status, StatusCode::NO_CONTENT);
    let end = format!("subprocessors/{second}/end");
    assert_eq!(post(&posted, &end, json!({ "because": "too slow" })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(post(&posted, &end, json!({ "because": "too slow" })).await.word("code"), "E0987");

    // whoever stops is forgotten
    let stopped = page(&posted.home, "POST", &link, "act=stop").await;
    assert!(stopped.text().contains("We have forgotten your address"), "{}", stopped.text());
    assert_eq!(subscribers(&posted).await, json!([]));
    assert_eq!(page(&posted.home, "GET", &link, "").await.status, StatusCode::NOT_FOUND);
    stop.now();
    worker.await.unwrap();
    posted.home.house.store.flush_destroyed().await.unwrap();
    posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_never_answers_is_forgotten_after_a_week() {
    let posted = Posted::new().await;
    post(&posted, "subscribers", json!({ "email": EMAIL })).await;
    let (stop, worker) = posted.home.work();
    posted.told("Somebody at Acme").await;
    posted.home.world.skip_days(8);
    stop.now();
    worker.await.unwrap();
    let (stop, worker) = posted.home.work();
    while subscribers(&posted).await != json!([]) {
        tokio::task::yield_now().await;
    }
    stop.now();
    worker.await.unwrap();
}

#[tokio::test]
async fn the_register_is_shown_to_anybody_only_where_it_was_switched_on() {
    let home = Home::furnished(|room| {
        room.policy.subprocessors = Rules { is_public: room.name == "Acme", ..Rules::default() };
    })
    .await;
    let officer = home.acme.key(exeunt_app::access::Role::Officer);
    let since = |day: &str| {
        let mut sent = company("Parcels & Co");
        sent["engaged_since"] = json!(day);
        sent
    };
    let future = home.send(officer, "POST", "/api/v1/subprocessors", Some(since("2990-01-01"))).await;
    assert_eq!(future.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", future.text());
    for (key, value) in
        [("region", json!("eu-central-1")), ("categories", json!(["user.shoe"])), ("name", json!("\n"))]
    {
        let mut sent = company("Wrong");
        sent[key] = value;
        let refused = home.send(officer, "POST", "/api/v1/subprocessors", Some(sent)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{key}: {}", refused.text());
    }
    let added = home.send(officer, "POST", "/api/v1/subprocessors", Some(since("2020-05-01"))).await;
    assert_eq!(added.json()["items"][0]["state"], "engaged", "{}", added.text());
    let twice = home.send(officer, "POST", "/api/v1/subprocessors", Some(company("Parcels & Co"))).await;
    assert_eq!(twice.word("code"), "E0987");
    home.send(officer, "POST", "/api/v1/subprocessors", Some(company("Only Planned"))).await;
    let of = |id: String| format!("/api/v1/organizations/{id}/subprocessors");
    let shown = home.send("", "GET", &of(home.acme.id.to_string()), None).await;
    let items = shown.json()["items"].clone();
    assert_eq!((items.as_array().unwrap().len(), items[0]["name"].as_str()), (1, Some("Parcels & Co")));
    let hidden = home.send("", "GET", &of(home.globex.id.to_string()), None).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{}", hidden.text());
    let record = home.send(officer, "GET", "/api/v1/reports/processing", None).await.json();
    assert_eq!(record["subprocessors"][0]["effective_on"], "2020-05-01");
}
