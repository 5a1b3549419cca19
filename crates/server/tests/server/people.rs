//! People by calls alone: the first administrator, an invitation, signing in, the second factor again.

use axum::http::StatusCode;
use exeunt_app::access::{Powers, Role};
use exeunt_app::people::totp;
use exeunt_engine::World;
use serde_json::json;

use crate::home::{Home, base32};

const PASSWORD: &str = "seven green lanterns sing";

pub(crate) struct Joined {
    pub(crate) token: String,
    pub(crate) secret: Vec<u8>,
}

/// The code of now, or of so many steps later.
pub(crate) fn code(home: &Home, secret: &[u8], later: u64) -> String {
    totp::code(secret, totp::step_of(home.world.now()) + later).expose().clone()
}

pub(crate) async fn join(home: &Home, path: &str, token: &str, mut sent: serde_json::Value) -> Joined {
    let shown = home.send("", "POST", "/api/v1/enrollments/show", Some(json!({ "token": token }))).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    let secret = base32(&shown.word("secret"));
    sent["token"] = json!(token);
    sent["password"] = json!(PASSWORD);
    sent["code"] = json!(code(home, &secret, 0));
    sent["enrollment"] = json!(shown.word("enrollment"));
    let joined = home.send("", "POST", path, Some(sent.clone())).await;
    assert_eq!(joined.status, StatusCode::CREATED, "{}", joined.text());
    let again = home.send("", "POST", path, Some(sent)).await;
    assert_eq!(
        (again.status.is_client_error(), again.word("code").as_str()),
        (true, "E0917"),
        "{}",
        again.text()
    );
    Joined { token: joined.word("token"), secret }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_officer_signs_in_and_shows_the_second_factor_before_a_dangerous_act() {
    let home = Home::new().await;
    let admin = home.acme.key(Role::Admin);
    let sent = json!({ "name": "Ada Lovelace", "email": "ada@acme.test", "roles": ["officer"] });
    let invited = home.send(admin, "POST", "/api/v1/users", Some(sent)).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.text());
    let ada = join(&home, "/api/v1/enrollments/accept", &invited.word("token"), json!({})).await;
    assert_eq!(home.send(&ada.token, "GET", "/api/v1/requests", None).await.status, StatusCode::OK);

    // six minutes later an approval needs the second factor again
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "4" }] });
    let request =
        home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned =
        home.send(&ada.token, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    let digest = json!({ "digest": planned.word("digest") });
    home.world.skip_seconds(360);
    let stale = home.send(&ada.token, "POST", &approve, Some(digest.clone())).await;
    assert_eq!((stale.status, stale.word("code").as_str()), (StatusCode::UNAUTHORIZED, "E0913"));
    assert_eq!(stale.word("type"), "/errors/E0913");
    let up = json!({ "code": code(&home, &ada.secret, 0) });
    let fresh = home.send(&ada.token, "POST", "/api/v1/sessions/step-up", Some(up.clone())).await;
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.text());
    let token = fresh.word("token");
    assert_eq!(home.send(&ada.token, "GET", "/api/v1/requests", None).await.status, StatusCode::UNAUTHORIZED);
    let reused = home.send(&token, "POST", "/api/v1/sessions/step-up", Some(up)).await;
    assert!(reused.status.is_client_error(), "a code counts once: {}", reused.text());
    let approved = home.send(&token, "POST", &approve, Some(digest)).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());

    // a key for a program, no stronger than its maker
    let wanted = |scope: &str| json!({ "label": "import", "scopes": [scope], "days": 30 });
    let made = home.send(&token, "POST", "/api/v1/api-keys", Some(wanted("requests:read"))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let key = made.word("token");
    assert_eq!(home.send(&key, "GET", "/api/v1/requests", None).await.status, StatusCode::OK);
    assert_eq!(home.send(&key, "GET", "/api/v1/jobs", None).await.status, StatusCode::FORBIDDEN);
    let made = home.send(&token, "POST", "/api/v1/api-keys", Some(wanted("requests:submit"))).await;
    let program = made.word("token");
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "3" }] });
    let own = home.send(&program, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let planned = home.send(&token, "POST", "/api/v1/plans", Some(json!({ "requests": [own] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    let refused =
        home.send(&token, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
    assert_eq!(refused.word("code"), "E0903", "what one's program entered: {}", refused.text());
    let strong = home.send(&token, "POST", "/api/v1/api-keys", Some(wanted("users:manage"))).await;
    assert!(strong.status.is_client_error(), "{}", strong.text());

    assert_eq!(
        home.send(&token, "DELETE", "/api/v1/sessions/current", None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(home.send(&token, "GET", "/api/v1/requests", None).await.status, StatusCode::UNAUTHORIZED);

    // signing in says the same whatever is wrong
    let sign_in = |email: &str, password: &str, code: String| {
        let sent = json!({ "email": email, "password": password, "code": code });
        home.send("", "POST", "/api/v1/sessions", Some(sent))
    };
    home.world.skip_seconds(60);
    let wrong = sign_in("ada@acme.test", "not the password at all", code(&home, &ada.secret, 0)).await;
    let nobody = sign_in("nobody@acme.test", PASSWORD, String::from("123456")).await;
    let told = |answer: &crate::home::Answer| {
        let mut told = answer.json();
        told.as_object_mut().unwrap().remove("request_id").unwrap();
        (answer.status, told)
    };
    assert_eq!(told(&wrong), told(&nobody));
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let right = sign_in("ADA@acme.test", PASSWORD, code(&home, &ada.secret, 0)).await;
    assert_eq!(right.status, StatusCode::CREATED, "{}", right.text());
    // idle for half an hour
    home.world.skip_seconds(31 * 60);
    let idle = home.send(&right.word("token"), "GET", "/api/v1/requests", None).await;
    assert_eq!((idle.status, idle.word("code").as_str()), (StatusCode::UNAUTHORIZED, "E0911"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_comes_by_a_token_that_counts_once() {
    let home = Home::new().await;
    let office = home.house.own();
    let operator = exeunt_app::Actor { id: None, organization: home.acme.id, powers: Powers::all() };
    let sent = json!({ "name": "New Org", "email": "new@org.test", "roles": ["admin"] });
    assert_eq!(home.send("", "POST", "/api/v1/users", Some(sent)).await.status, StatusCode::UNAUTHORIZED);
    let third = office.add_organization(&operator, "Third").await.unwrap();
    assert_ne!(third, home.acme.id);
    // there is an administrator here already
    assert!(office.create_setup_token(&operator).await.is_err());
    let wrong = json!({
        "token": "exo_0", "enrollment": "AAAA", "name": "A B", "email": "a@b.test", "password": PASSWORD, "code": "000000",
    });
    let refused = home.send("", "POST", "/api/v1/enrollments/set-up", Some(wrong)).await;
    assert_eq!(refused.word("code"), "E0917", "{}", refused.text());
    assert!(!refused.text().contains("a@b.test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessers_are_slowed_down_and_told_for_how_long() {
    let home = Home::new().await;
    let guess = json!({ "email": "officer@acme.test", "password": "guess guess guess", "code": "000000" });
    let mut slowed = None;
    for _ in 0..40 {
        let answer = home.send("", "POST", "/api/v1/sessions", Some(guess.clone())).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            slowed = Some(answer);
            break;
        }
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
    }
    let slowed = slowed.expect("a guesser is never slowed down");
    let seconds: i64 = slowed.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(seconds > 0 && slowed.word("code") == "E0914", "{}", slowed.text());
}
