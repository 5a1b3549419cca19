//! The settings pages: who works here, API keys, identity providers, and what the settings file says.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::home::Home;

/// The text of the first element that can be copied: a token, or an id.
fn copied(page: &str) -> Vec<String> {
    page.split("data-copy>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn everybody_reads_what_is_set_up_and_no_place_on_disk() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    let page = agent.get("/settings").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    for told in ["window_days", "14 days", "residency.storage", "two_people"] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!text.contains("Vault</dt>") && !text.contains("/settings/people"), "{text}");
    let admin = home.visitor(Role::Admin).await;
    let text = admin.get("/settings").await.text();
    assert!(text.contains("Vault</dt>") && text.contains("/settings/people"), "{text}");
}

#[tokio::test]
async fn somebody_invited_on_the_page_joins_with_the_token_shown_once() {
    let home = Home::new().await;
    let admin = home.visitor(Role::Admin).await;
    let nobody = [("name", "Nia New"), ("email", "nia@acme.test")];
    let page = admin.post("/settings/people", &nobody).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    let text = page.text();
    assert!(text.contains("href=\"#roles\"") && text.contains("value=\"Nia New\""), "{text}");

    let fields = [("name", "Nia New"), ("email", "nia@acme.test"), ("role", "agent"), ("role", "viewer")];
    let page = admin.post("/settings/people", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let token = copied(&page.text()).remove(0);
    let known = home.call(crate::visitor::form("/join", &[("token", &token)])).await;
    assert_eq!(known.status, StatusCode::OK, "{}", known.text());
    assert!(!admin.get("/settings/people").await.text().contains(&token));

    let there = [("name", "Twin"), ("email", admin.email.as_str()), ("role", "agent")];
    let again = admin.post("/settings/people", &there).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
    assert!(again.text().contains("href=\"#email\""), "{}", again.text());
}

#[tokio::test]
async fn roles_change_and_access_ends() {
    let home = Home::new().await;
    let admin = home.visitor(Role::Admin).await;
    let agent = home.visitor(Role::Agent).await;
    let place = format!("/settings/people/{}", agent.user);
    let none = admin.post(&format!("{place}/roles"), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", none.text());
    let changed = admin.post(&format!("{place}/roles"), &[("role", "auditor")]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
    let text = admin.get(&place).await.text();
    assert!(text.contains("value=\"auditor\" aria-describedby=\"does-auditor\" checked"), "{text}");
    assert_eq!(agent.get("/").await.status, StatusCode::SEE_OTHER, "their session has ended");

    let token = admin.post(&format!("{place}/reset"), &[]).await;
    assert_eq!(token.status, StatusCode::OK, "{}", token.text());
    assert_eq!(copied(&token.text()).len(), 1);
    let ended = admin.post(&format!("{place}/disable"), &[]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text());
    let text = admin.get(&place).await.text();
    assert!(text.contains("disabled") && !text.contains("/roles\""), "{text}");
}

#[tokio::test]
async fn dangerous_acts_ask_for_the_second_factor_again() {
    let home = Home::new().await;
    let admin = home.visitor(Role::Admin).await;
    home.world.skip_seconds(20 * 60);
    let fields = [("name", "Nia"), ("email", "nia@acme.test"), ("role", "agent")];
    let page = admin.post("/settings/people", &fields).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{}", page.text());
    let text = page.text();
    assert!(text.contains("href=\"#code\"") && text.contains("value=\"nia@acme.test\""), "{text}");
    assert!(!admin.get("/settings/people").await.text().contains("nia@acme.test"), "nothing was done");
}

#[tokio::test]
async fn a_key_is_made_shown_once_and_revoked() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    for wrong in [
        &[("label", "Shop"), ("days", "30")][..],
        &[("label", "Shop"), ("days", "401"), ("scope", "requests:read")],
        &[("label", "Shop"), ("days", "-1"), ("scope", "requests:read")],
        &[("label", "  "), ("days", "30"), ("scope", "requests:read")],
        &[("label", "Shop"), ("days", "30"), ("scope", "plans:approve")],
    ] {
        let page = agent.post("/settings/api-keys", wrong).await;
        assert!(page.status.is_client_error(), "{wrong:?}: {}", page.text());
        assert!(page.text().contains("There is a problem"), "{wrong:?}: {}", page.text());
    }
    let wanted = [("label", "Shop"), ("days", "30"), ("scope", "requests:read")];
    let page = agent.post("/settings/api-keys", &wanted).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let token = copied(&page.text()).remove(0);
    assert_eq!(home.send(&token, "GET", "/api/v1/requests", None).await.status, StatusCode::OK);
    let text = agent.get("/settings/api-keys").await.text();
    assert!(!text.contains(&token) && text.contains("Shop"), "{text}");
    let place = text.split("action=\"/settings/api-keys/").nth(1).unwrap().split('"').next().unwrap();
    let revoked = agent.post(&format!("/settings/api-keys/{place}"), &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER, "{}", revoked.text());
    assert_eq!(home.send(&token, "GET", "/api/v1/requests", None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn keys_of_others_are_for_whoever_manages_them() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    let officer = home.visitor(Role::Officer).await;
    let wanted = [("label", "Secret plan"), ("days", "30"), ("scope", "requests:read")];
    assert_eq!(agent.post("/settings/api-keys", &wanted).await.status, StatusCode::OK);
    assert!(!officer.get("/settings/api-keys").await.text().contains("Secret plan"));
    assert!(home.visitor(Role::Admin).await.get("/settings/api-keys").await.text().contains("Secret plan"));
}

#[tokio::test]
async fn letters_are_read_in_every_language_and_regimes_with_their_clocks() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    for (code, words) in [("en", "Hello"), ("de", "Guten Tag"), ("fr", "Bonjour"), ("es", "Hola")] {
        let page = officer.get(&format!("/settings/letters?language={code}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert!(page.text().contains(&format!("class=\"letter\" lang=\"{code}\"")), "{}", page.text());
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    let text = officer.get("/settings/law").await.text();
    assert!(text.contains("within 1 month") && text.contains("eu-gdpr"), "{text}");
}

#[tokio::test]
async fn the_key_of_the_organization_is_rotated_by_whoever_may() {
    let home = Home::new().await;
    let admin = home.visitor(Role::Admin).await;
    let done = admin.post("/settings/organization/key", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(done.headers["location"], "/settings?done=key");
    let officer = home.visitor(Role::Officer).await;
    let refused = officer.post("/settings/organization/key", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
}

#[tokio::test]
async fn an_identity_provider_that_does_not_answer_is_not_added() {
    let home = Home::new().await;
    let admin = home.visitor(Role::Admin).await;
    let fields = [("name", "Login"), ("issuer", "https://127.0.0.1:1"), ("client", "exeunt")];
    let page = admin.post("/settings/sign-in", &fields).await;
    assert!(!page.status.is_success() && !page.status.is_redirection(), "{}", page.text());
    assert!(page.text().contains("There is a problem"), "{}", page.text());
    assert!(page.text().contains("value=\"Login\""), "{}", page.text());
    assert!(admin.get("/settings/sign-in").await.text().contains("No identity provider"));
}
