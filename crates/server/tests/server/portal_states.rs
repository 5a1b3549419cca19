//! What a request's page says in each state, in words of its own; and links that other addresses get.

use axum::http::StatusCode;
use exeunt_app::{Actor, access::Powers};
use exeunt_store::portals::Portal;
use serde_json::{Value, json};

use crate::portal::{Made, Opened, path_in};
use crate::posted::EMAIL;

impl Opened {
    async fn officer_sends(&self, path: &str, body: Value) -> Value {
        let answer = self.posted.home.send(self.posted.officer(), "POST", path, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        if answer.bytes.is_empty() { Value::Null } else { answer.json() }
    }

    async fn says(&self, made: &Made, parts: &[&str]) {
        let page = self.look(&made.path, &made.cookie).await;
        assert_eq!(page.status, StatusCode::OK);
        for part in parts {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_its_reason_and_its_law() {
    let opened = Opened::new().await;
    let made = opened.made("access", &[]).await;
    let path = format!("/api/v1/requests/{}/refuse", made.id);
    let because = "asked <b>five</b> times this week";
    opened.officer_sends(&path, json!({ "grounds": ["unfounded"], "because": because })).await;
    opened
        .says(
            &made,
            &[
                "We cannot do what you asked for",
                "The reason: asked &#60;b&#62;five&#60;/b&#62; times this week",
                "The law: ",
                "Answered on",
                "You may complain",
            ],
        )
        .await;
    let page = opened.look(&made.path, &made.cookie).await.text();
    assert!(!page.contains("How far we are") && !page.contains("Stop this request"), "{page}");
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_identified_reads_what_would_help_and_goes_on() {
    let opened = Opened::new().await;
    let made = opened.made("erasure", &[]).await;
    let path = format!("/api/v1/requests/{}", made.id);
    let wanted = json!({ "wanted": "the number of one of your orders" });
    opened.officer_sends(&format!("{path}/cannot-identify"), wanted).await;
    opened
        .says(&made, &["We cannot tell that it is you", "This would help: the number of one of your orders"])
        .await;
    opened.officer_sends(&format!("{path}/reopen"), json!({ "because": "they named it" })).await;
    opened.says(&made, &["We are working on it.", "How far we are"]).await;
    opened.officer_sends(&format!("{path}/withdraw"), json!({ "because": "by phone" })).await;
    opened.says(&made, &["This request was taken back."]).await;
    // nothing is left to stop
    let stop = path_in(&opened.mailed("Your reference is").await, "stop/");
    let over = opened.get(&stop).await;
    assert_eq!(over.status, StatusCode::GONE);
    assert!(over.text().contains("It can no longer be stopped."), "{}", over.text());
    let pressed = opened.post(&stop, &[("act", "stop")]).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER);
    assert!(!opened.shown(&made.id).await["held"].as_bool().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_time_is_told_with_its_reason() {
    let opened = Opened::new().await;
    let made = opened.made("access", &[]).await;
    let path = format!("/api/v1/requests/{}/extend", made.id);
    opened.officer_sends(&path, json!({ "kind": "complexity", "because": "there are many systems" })).await;
    opened.says(&made, &["It takes longer than we first said.", "The reason: there are many systems"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_is_ready_is_told_and_its_link_dies_when_somebody_stops_it() {
    let opened = Opened::new().await;
    opened.posted.home.acme.run(&format!("UPDATE customers SET email = '{EMAIL}' WHERE id = 1"));
    let made = opened.made("access", &[]).await;
    let (stop, worker) = opened.posted.home.work();
    let path = format!("/api/v1/requests/{}/packages", made.id);
    let asked = opened.officer_sends(&path, json!({ "deliver": true })).await;
    let ended = opened.posted.home.ended(opened.posted.officer(), asked["task"].as_str().unwrap()).await;
    assert_eq!(ended.word("state"), "done", "{}", ended.text());
    let text = opened.posted.told("The data you asked for is ready").await.text();
    stop.now();
    worker.await.unwrap();
    opened
        .says(&made, &["Your data is ready. You can get it until", "You can get it 3 more times.", "ZIP"])
        .await;
    let from = text.find("https://privacy.acme.test/d/").unwrap() + "https://privacy.acme.test".len();
    let download = text[from..].split_whitespace().next().unwrap().to_owned();
    assert_eq!(opened.get(&download).await.status, StatusCode::OK);

    let stop = path_in(&opened.mailed("Your reference is").await, "stop/");
    assert_eq!(opened.post(&stop, &[("act", "stop")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(opened.get(&download).await.status, StatusCode::GONE);
    opened.says(&made, &["This request is paused"]).await;
    let package = opened.posted.home.send(opened.posted.officer(), "GET", "/api/v1/packages", None).await;
    let package = package.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let again = format!("/api/v1/packages/{package}/links");
    let refused = opened.posted.home.send(opened.posted.officer(), "POST", &again, None).await;
    assert_eq!(refused.word("code"), "E0979", "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_of_the_person_gets_a_link_that_stops_and_none_that_shows() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let sent = json!({
        "right": "erasure",
        "identifiers": [{ "kind": "email", "value": "other@mail.test" }, { "kind": "customer_id", "value": "1" }],
        "contact": { "email": EMAIL, "language": "de" },
    });
    let submitted = home.send(opened.posted.agent(), "POST", "/api/v1/requests", Some(sent)).await;
    let id = submitted.word("id");
    let planned = opened.officer_sends("/api/v1/plans", json!({ "requests": [id] })).await;
    let approve = format!("/api/v1/plans/{}/approve", planned["id"].as_str().unwrap());
    opened.officer_sends(&approve, json!({ "digest": planned["digest"] })).await;
    let (stop, worker) = home.work();
    opened.posted.letter("asked", "sent").await;
    stop.now();
    worker.await.unwrap();
    let taken = opened.posted.smtp.taken().unwrap();
    let text = taken.iter().find(|one| one.to == ["other@mail.test"]).unwrap().text();
    assert!(!text.contains("/requests/"), "{text}");
    let link = path_in(&text, "stop/");
    let page = opened.get(&link).await;
    assert!(page.text().contains(&id) && page.text().contains("<html lang=\"de\">"), "{}", page.text());
    assert_eq!(opened.post(&link, &[("act", "stop")]).await.status, StatusCode::SEE_OTHER);
    assert!(opened.shown(&id).await["held"].as_bool().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn links_in_letters_work_still_where_the_portal_was_shut() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let made = opened.made("erasure", &[]).await;
    let operator = Actor { id: None, organization: home.acme.id, powers: Powers::all() };
    let office = home.house.office(home.acme.id).unwrap();
    let shut = Portal { opened: false, ..office.portal(&operator).await.unwrap() };
    assert_eq!(office.set_portal(&operator, shut).await.unwrap(), Ok(()));
    assert_eq!(opened.get("/portal/acme").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        opened.post("/portal/acme", &[("right", "access"), ("email", EMAIL)]).await.status,
        StatusCode::NOT_FOUND
    );
    opened.says(&made, &["How far we are"]).await;
    // letters lead there no more
    let text = opened.mailed("Your reference is").await;
    assert!(!text.contains("/portal/"), "{text}");
}
