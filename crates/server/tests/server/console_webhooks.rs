//! Webhooks on the settings pages: added, tried, looked at, rotated, turned off and removed by forms alone.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_app::work::{Stop, Worker};
use exeunt_outbound::Outbound;

use crate::home::Home;
use crate::receiver::Receiver;

const PLACE: &str = "/settings/webhooks";

async fn round(home: &Home) {
    let worker = Worker {
        house: home.house.clone(),
        owner: String::from("test"),
        at_once: 1,
        stop: Stop::default(),
        others: Default::default(),
    };
    worker.round().await.unwrap();
}

/// What can be copied first: a secret.
fn copied(page: &str) -> String {
    page.split("data-copy>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_adds_tries_turns_off_and_removes_a_webhook() {
    let receiver = Receiver::start();
    let place = receiver.place();
    let home = Home::furnished(|room| room.outbound = Outbound::new(vec![place.clone()], None)).await;
    let engineer = home.visitor(Role::Engineer).await;
    let page = engineer.get(PLACE).await;
    assert!(page.text().contains("No webhooks yet"), "{}", page.text());

    let wrong =
        [("address", "https://10.0.0.1/x"), ("note", "the <shop>"), ("kind", "exeunt.request.refused")];
    let page = engineer.post(PLACE, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    let text = page.text();
    assert!(text.contains("href=\"#address\"") && text.contains("value=\"the &#60;shop&#62;\""), "{text}");
    assert!(text.contains("value=\"exeunt.request.refused\" checked"), "{text}");
    let long = "x".repeat(201);
    let page = engineer.post(PLACE, &[("address", "https://hooks.example.com/x"), ("note", &long)]).await;
    assert!(page.text().contains("href=\"#note\""), "{}", page.text());

    let page = engineer.post(PLACE, &[("address", &receiver.address()), ("note", "the shop")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let secret = copied(&page.text());
    assert!(secret.starts_with("whsec_"), "{secret}");
    let list = engineer.get(PLACE).await.text();
    assert!(!list.contains("whsec_") && list.contains("the shop"), "{list}");
    let one = list.split(&format!("href=\"{PLACE}/whk_")).nth(1).unwrap().split('"').next().unwrap();
    let one = format!("{PLACE}/whk_{one}");

    let done = engineer.post(&format!("{one}/test"), &[]).await;
    assert_eq!(done.headers["location"], format!("{one}?done=webhook-tested"), "{}", done.text());
    round(&home).await;
    let call = receiver.heard().remove(0);
    assert!(call.is_verified_in_python(&secret));
    let text = engineer.get(&one).await.text();
    assert!(text.contains("exeunt.webhook.test") && text.contains("it answered 200"), "{text}");

    let event = call.header("webhook-id").to_owned();
    let done = engineer.post(&format!("{one}/deliveries/{event}/resend"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    round(&home).await;
    assert_eq!(receiver.heard().remove(0).header("webhook-id"), event);

    let page = engineer.post(&format!("{one}/rotate"), &[]).await;
    let new = copied(&page.text());
    assert!(new.starts_with("whsec_") && new != secret, "{}", page.text());
    assert!(engineer.get(&one).await.text().contains("Two secrets sign until"));
    let fields = [("address", receiver.address()), ("note", String::from("the till"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let fields = [fields.as_slice(), &[("kind", "exeunt.request.refused")]].concat();
    let done = engineer.post(&format!("{one}/change"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let text = engineer.get(&one).await.text();
    assert!(
        text.contains("value=\"the till\"") && text.contains("exeunt.request.refused\" checked"),
        "{text}"
    );

    engineer.post(&format!("{one}/turn"), &[("on", "no")]).await;
    let text = engineer.get(&one).await.text();
    assert!(text.contains("Somebody turned it off.") && !text.contains("Send test event"), "{text}");
    let refused = engineer.post(&format!("{one}/test"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    engineer.post(&format!("{one}/turn"), &[("on", "yes")]).await;
    receiver.answers(&["410 Gone"]);
    engineer.post(&format!("{one}/test"), &[]).await;
    round(&home).await;
    assert!(engineer.get(&one).await.text().contains("It answered that it wants no more (410)."));
    let today = engineer.get("/").await.text();
    assert!(today.contains("Webhooks") && today.contains("turned off"), "{today}");

    let done = engineer.post(&format!("{one}/remove"), &[]).await;
    assert_eq!(done.headers["location"], format!("{PLACE}?done=webhook-removed"), "{}", done.text());
    assert_eq!(engineer.get(&one).await.status, StatusCode::NOT_FOUND);
    let officer = home.visitor(Role::Officer).await;
    assert!(!officer.get("/settings").await.text().contains(PLACE), "only for those who may");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dangerous_asks_for_the_second_factor_again() {
    let home = Home::new().await;
    let (webhook, _) = home.webhook(&home.acme).await;
    let admin = home.visitor(Role::Admin).await;
    home.world.skip_seconds(20 * 60);
    let one = format!("{PLACE}/{webhook}");
    let text = admin.get(&one).await.text();
    for id in ["code", "rotate-code", "turn-code", "remove-code"] {
        assert!(text.contains(&format!("id=\"{id}\"")), "{id} in {text}");
    }
    let refused = admin.post(&format!("{one}/remove"), &[]).await;
    assert!(refused.status.is_client_error(), "{}", refused.text());
    let code = admin.code();
    let done = admin.post(&format!("{one}/remove"), &[("code", &code)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}
