//! The room of the suppression list: counts for those who see requests, a question for those who import, changes with a reason.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::console_request::{followed, no_canary, shown};
use crate::home::Home;

const PATH: &str = "/suppression";

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_is_entered_checked_and_taken_back_without_being_shown() {
    let home = Home::new().await;
    let (agent, officer) = (home.visitor(Role::Agent).await, home.visitor(Role::Officer).await);
    let page = shown(&agent, PATH).await;
    assert!(page.contains("Nobody is on the list."), "{page}");
    assert!(page.contains("Enter somebody by hand") && !page.contains("Take somebody out"), "{page}");
    assert!(!page.contains("Check people"), "an agent learns of nobody whether they are there: {page}");

    let fields = |because: &'static str| {
        [("purpose", "marketing"), ("kind", "email"), ("value", "fan.canary@mail.test"), ("because", because)]
    };
    for because in ["", "fan.canary@mail.test called"] {
        let refused = agent.post(PATH, &fields(because)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let page = refused.text();
        assert!(page.contains("href=\"#add-because\"") && page.contains("autofocus"), "{page}");
        assert!(page.contains("value=\"fan.canary@mail.test\""), "what was typed stays: {page}");
    }
    let added = followed(&agent, agent.post(PATH, &fields("said so <b>on the phone</b>")).await).await;
    assert!(added.contains("They are on the list from now on"), "{added}");
    assert!(
        added.contains("Objected to marketing") && added.contains("said so &#60;b&#62;on the phone"),
        "{added}"
    );
    no_canary(&added, "the room");

    let ask =
        [("purpose", "marketing"), ("kind", "email"), ("values", "a@b.test\r\n\r\nFan.Canary@mail.test")];
    assert_eq!(agent.post("/suppression/check", &ask).await.status, StatusCode::FORBIDDEN);
    let told = officer.post("/suppression/check", &ask).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    let page = told.text();
    assert!(page.contains("1 match among 2 lines"), "{page}");
    assert!(page.contains(">1</th><td>no match") && page.contains(">3</th><td><strong>match"), "{page}");
    let flawed = [("purpose", "marketing"), ("kind", "email"), ("values", "a@b.test\n\ncanary")];
    let refused = officer.post("/suppression/check", &flawed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("line 3: this is not an e-mail address"), "{}", refused.text());

    let absent = [
        ("purpose", "erased"),
        ("kind", "email"),
        ("value", "fan.canary@mail.test"),
        ("because", "they want it"),
    ];
    let refused = officer.post("/suppression/remove", &absent).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert!(refused.text().contains("href=\"#remove-value\""), "{}", refused.text());
    let mut there = absent;
    there[0] = ("purpose", "marketing");
    assert_eq!(agent.post("/suppression/remove", &there).await.status, StatusCode::FORBIDDEN);
    let removed = followed(&officer, officer.post("/suppression/remove", &there).await).await;
    assert!(removed.contains("not on the list any more") && removed.contains("they want it"), "{removed}");
    assert!(removed.contains("Nobody is on the list."), "{removed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_somebody_out_asks_for_the_second_factor_when_it_was_shown_long_ago() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let fields =
        [("purpose", "marketing"), ("kind", "email"), ("value", "fan@mail.test"), ("because", "by letter")];
    followed(&officer, officer.post(PATH, &fields).await).await;
    home.world.skip_seconds(600);
    assert!(shown(&officer, PATH).await.contains("Code from your authenticator"));
    let stale = officer.post("/suppression/remove", &fields).await;
    assert!(stale.status.is_client_error(), "{}", stale.text());
    let code = officer.code();
    let with: Vec<_> = fields.into_iter().chain([("code", code.as_str())]).collect();
    let removed = followed(&officer, officer.post("/suppression/remove", &with).await).await;
    assert!(removed.contains("not on the list any more"), "{removed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_is_looked_up_by_it_is_told_to_be_on_the_list() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let fields =
        [("purpose", "marketing"), ("kind", "email"), ("value", "one@mail.test"), ("because", "by letter")];
    followed(&officer, officer.post(PATH, &fields).await).await;
    let profile = followed(
        &officer,
        officer.post("/customers", &[("kind", "email"), ("value", "ONE@mail.test")]).await,
    )
    .await;
    assert!(profile.contains("because they objected to marketing: since"), "{profile}");
    let other = followed(
        &officer,
        officer.post("/customers", &[("kind", "email"), ("value", "two@mail.test")]).await,
    )
    .await;
    assert!(!other.contains("suppression list"), "{other}");
}
