//! Signing in through an identity provider: a real one, from the first time to the day somebody leaves.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_outbound::{Internal, Outbound};
use exeunt_testkit::identity::Identity;
use serde_json::{Value, json};

use crate::home::{Answer, Home};
use crate::people::{Joined, code, join};

const BEGIN: &str = "/api/v1/sign-ins";
const FINISH: &str = "/api/v1/sign-ins/finish";

struct Company {
    home: Home,
    identity: Identity,
    provider: String,
    redirect: String,
}

/// What a browser has when it comes back.
struct Back {
    attempt: String,
    state: String,
    provider_code: String,
    place: String,
}

fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap().to_owned()
}

impl Company {
    /// An organization with a provider that may say these in place of our second factor.
    async fn new(factors: &[&str]) -> Self {
        let identity = Identity::start().unwrap();
        let issuer = identity.issuer();
        let home = Home::furnished(|room| {
            room.outbound = Outbound::new(vec![Internal::parse(&issuer).unwrap()], None);
        })
        .await;
        let admin = home.acme.key(Role::Admin);
        let sent =
            json!({ "name": "Login", "issuer": issuer, "client_id": "not yet", "second_factor": factors });
        let added = home.send(admin, "POST", "/api/v1/identity-providers", Some(sent)).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
        let (provider, redirect) = (added.word("provider"), added.word("redirect"));
        assert_eq!(redirect, format!("https://privacy.acme.test/sign-in/{provider}/back"));
        // it is told where to send people back, and tells what it knows us by
        let (client, secret) = identity.register(&redirect).unwrap();
        let path = format!("/api/v1/identity-providers/{provider}");
        let sent = json!({ "client_id": client, "client_secret": secret });
        let changed = home.send(admin, "PATCH", &path, Some(sent)).await;
        assert_eq!((changed.status, changed.word("client_id")), (StatusCode::OK, client));
        assert!(!changed.text().contains(&secret), "secrets are written, never read");
        Self { home, identity, provider, redirect }
    }

    async fn invited(&self, name: &str, role: &str) -> (String, Joined) {
        let admin = self.home.acme.key(Role::Admin);
        let sent = json!({ "name": name, "email": format!("{name}@acme.test"), "roles": [role] });
        let invited = self.home.send(admin, "POST", "/api/v1/users", Some(sent)).await;
        let joined = join(&self.home, "/api/v1/enrollments/accept", &invited.word("token"), json!({})).await;
        (invited.word("user"), joined)
    }

    /// Somebody goes to the provider and comes back.
    async fn back(&self, subject: &str) -> Back {
        let sent = json!({ "provider": self.provider });
        let begun = self.home.send("", "POST", BEGIN, Some(sent)).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
        let place = self.identity.signs_in(&begun.word("url"), subject).unwrap();
        assert!(place.starts_with(&self.redirect), "{place}");
        Back {
            attempt: begun.word("attempt"),
            state: parameter(&place, "state"),
            provider_code: parameter(&place, "code"),
            place,
        }
    }

    async fn finish(&self, back: &Back, code: Option<String>) -> Answer {
        let sent = json!({
            "attempt": back.attempt, "state": back.state, "provider_code": back.provider_code, "code": code,
        });
        self.home.send("", "POST", FINISH, Some(sent)).await
    }

    fn refused(&self, answer: &Answer, why: &str) {
        let found = (answer.status, answer.word("code"));
        assert_eq!(found, (StatusCode::UNAUTHORIZED, String::from("E0970")), "{why}: {}", answer.text());
        for canary in ["acme.test", "ada", "token", "nonce", "state"] {
            assert!(!answer.word("detail").contains(canary), "{why}: {}", answer.text());
        }
    }

    fn knows(&self, subject: &str, claims: Value) {
        self.identity.knows(subject, &claims).unwrap();
    }
}

fn ada() -> Value {
    json!({ "email": "Ada@acme.test", "email_verified": true })
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_invited_is_bound_at_the_first_time_and_known_by_that_word_for_good() {
    let company = Company::new(&[]).await;
    let home = &company.home;
    let (user, ada_) = company.invited("ada", "officer").await;
    company.knows("ada-1", ada());
    let back = company.back("ada-1").await;
    let session = company.finish(&back, Some(code(home, &ada_.secret, 1))).await;
    assert_eq!(
        (session.status, session.word("user")),
        (StatusCode::CREATED, user.clone()),
        "{}",
        session.text()
    );
    let token = session.word("token");
    assert_eq!(home.send(&token, "GET", "/api/v1/requests", None).await.status, StatusCode::OK);

    // another address at the provider, the same word: the same person
    company.knows("ada-1", json!({ "email": "ada@elsewhere.test", "email_verified": false }));
    home.world.skip_seconds(60);
    let back = company.back("ada-1").await;
    let session = company.finish(&back, Some(code(home, &ada_.secret, 1))).await;
    assert_eq!(session.status, StatusCode::CREATED, "{}", session.text());

    // the same address, another word: nobody is bound anew unless somebody says so
    company.knows("ada-2", ada());
    home.world.skip_seconds(60);
    let back = company.back("ada-2").await;
    company.refused(&company.finish(&back, Some(code(home, &ada_.secret, 1))).await, "another word");
    let path = format!("/api/v1/identity-providers/{}/unbind", company.provider);
    let sent = Some(json!({ "user": user }));
    let admin = home.acme.key(Role::Admin);
    assert_eq!(home.send(admin, "POST", &path, sent.clone()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(home.send(admin, "POST", &path, sent).await.status, StatusCode::NOT_FOUND);
    home.world.skip_seconds(60);
    let back = company.back("ada-2").await;
    let session = company.finish(&back, Some(code(home, &ada_.secret, 1))).await;
    assert_eq!(session.status, StatusCode::CREATED, "{}", session.text());

    // whoever leaves is let in by nobody
    let path = format!("/api/v1/users/{user}/disable");
    assert_eq!(home.send(admin, "POST", &path, None).await.status, StatusCode::NO_CONTENT);
    home.world.skip_seconds(60);
    let back = company.back("ada-2").await;
    company.refused(&company.finish(&back, Some(code(home, &ada_.secret, 1))).await, "disabled");
    let log = home.house.store.audit_head(home.acme.id).await.unwrap();
    assert!(log.size > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_known_here_or_whose_address_nobody_made_sure_of_is_not_let_in() {
    let company = Company::new(&["amr:otp"]).await;
    let (_, ada_) = company.invited("ada", "officer").await;
    let admin = company.home.acme.key(Role::Admin);
    let sent = json!({ "name": "Not Yet", "email": "not.yet@acme.test", "roles": ["viewer"] });
    company.home.send(admin, "POST", "/api/v1/users", Some(sent)).await;
    let strong =
        |email: &str, verified: bool| json!({ "email": email, "email_verified": verified, "amr": ["otp"] });
    for (subject, claims) in [
        ("nobody", strong("nobody@acme.test", true)),
        ("no-email", json!({ "amr": ["otp"] })),
        ("unverified", strong("ada@acme.test", false)),
        ("invited", strong("not.yet@acme.test", true)),
        ("other-organization", strong("officer@globex.test", true)),
    ] {
        company.knows(subject, claims);
        for code in [None, Some(code(&company.home, &ada_.secret, 1)), Some(String::from("000000"))] {
            let back = company.back(subject).await;
            company.refused(&company.finish(&back, code).await, subject);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_second_factor_is_wanted_unless_the_provider_was_trusted_for_it_and_never_at_the_first_time() {
    let company = Company::new(&["amr:otp", "amr:hwk"]).await;
    let home = &company.home;
    let (_, ada_) = company.invited("ada", "officer").await;
    let strong = json!({ "email": "ada@acme.test", "email_verified": true, "amr": ["pwd", "otp"] });
    company.knows("ada-1", strong.clone());
    company.refused(&company.finish(&company.back("ada-1").await, None).await, "the first time");
    let wrong = company.finish(&company.back("ada-1").await, Some(String::from("000000"))).await;
    company.refused(&wrong, "a wrong code");
    let right = company.finish(&company.back("ada-1").await, Some(code(home, &ada_.secret, 1))).await;
    assert_eq!(right.status, StatusCode::CREATED, "{}", right.text());
    // bound, and the provider asked for a second factor
    let session = company.finish(&company.back("ada-1").await, None).await;
    assert_eq!(session.status, StatusCode::CREATED, "{}", session.text());
    // it said when it asked for that: fresh for five minutes from then on
    let approve = "/api/v1/plans/pln_00000000000000000000000000/approve";
    let sent = Some(json!({ "digest": "sha256:000000000000" }));
    let fresh = home.send(&session.word("token"), "POST", approve, sent.clone()).await;
    assert_eq!(fresh.status, StatusCode::NOT_FOUND, "{}", fresh.text());
    home.world.skip_seconds(290);
    let later = company.finish(&company.back("ada-1").await, None).await.word("token");
    home.world.skip_seconds(11);
    let stale = home.send(&later, "POST", approve, sent).await;
    assert_eq!((stale.status, stale.word("code").as_str()), (StatusCode::UNAUTHORIZED, "E0913"));
    // bound, and it did not
    for methods in [json!(["pwd"]), json!([]), json!("otp"), Value::Null] {
        let mut claims = strong.clone();
        claims["amr"] = methods;
        company.knows("ada-1", claims);
        company.refused(&company.finish(&company.back("ada-1").await, None).await, "the password alone");
    }
    // trusted no more, at once
    company.knows("ada-1", strong);
    let path = format!("/api/v1/identity-providers/{}", company.provider);
    let sent = json!({ "second_factor": [] });
    let changed = home.send(home.acme.key(Role::Admin), "PATCH", &path, Some(sent)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    company.refused(&company.finish(&company.back("ada-1").await, None).await, "not trusted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_counts_once_for_the_browser_that_went_and_for_ten_minutes() {
    let company = Company::new(&[]).await;
    let home = &company.home;
    let (_, ada_) = company.invited("ada", "officer").await;
    company.knows("ada-1", ada());
    let totp = |later| Some(code(home, &ada_.secret, later));
    // another browser's attempt, or none of ours
    let (mine, theirs) = (company.back("ada-1").await, company.back("ada-1").await);
    for attempt in
        [theirs.attempt.clone(), String::new(), String::from("exi_"), mine.attempt.replace('A', "B")]
    {
        let mixed = Back {
            attempt,
            state: mine.state.clone(),
            provider_code: mine.provider_code.clone(),
            place: String::new(),
        };
        company.refused(&company.finish(&mixed, totp(1)).await, "another attempt");
    }
    for state in [theirs.state.clone(), String::new(), format!("{}x", mine.state)] {
        let mixed = Back {
            attempt: mine.attempt.clone(),
            state,
            provider_code: mine.provider_code.clone(),
            place: String::new(),
        };
        company.refused(&company.finish(&mixed, totp(1)).await, "another state");
    }
    assert!(mine.place.contains("code="));
    let session = company.finish(&mine, totp(1)).await;
    assert_eq!(session.status, StatusCode::CREATED, "{}", session.text());
    home.world.skip_seconds(60);
    company.refused(&company.finish(&mine, totp(1)).await, "a second time");
    // one person's code in another one's attempt: the provider knows what it was for
    let (first, second) = (company.back("ada-1").await, company.back("ada-1").await);
    let swapped = Back { provider_code: first.provider_code.clone(), ..second };
    company.refused(&company.finish(&swapped, totp(1)).await, "another one's code");
    let late = company.back("ada-1").await;
    home.world.skip_seconds(601);
    company.refused(&company.finish(&late, totp(1)).await, "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_that_cannot_be_used_are_not_added_and_those_removed_let_nobody_in() {
    let company = Company::new(&[]).await;
    let home = &company.home;
    let admin = home.acme.key(Role::Admin);
    let issuer = company.identity.issuer();
    for (change, status, code) in [
        (json!({ "issuer": "https://169.254.169.254" }), 422, "E0972"),
        (json!({ "issuer": "http://127.0.0.1:1" }), 422, "E0972"),
        (json!({ "issuer": "https://intranet" }), 422, "E0972"),
        (json!({ "issuer": format!("{issuer}/realms/other") }), 409, "E0971"),
        (json!({ "issuer": format!("{issuer}/?x") }), 422, "E0972"),
        (json!({ "issuer": "login" }), 422, "E0972"),
        (json!({ "name": "" }), 422, "E0972"),
        (json!({ "name": "a\nb" }), 422, "E0972"),
        (json!({ "client_id": " x" }), 422, "E0972"),
        (json!({ "client_secret": "" }), 422, "E0972"),
        (json!({ "second_factor": ["otp"] }), 422, "E0972"),
        (json!({ "second_factor": ["amr:"] }), 422, "E0972"),
        (json!({ "second_factor": ["amr:a b"] }), 422, "E0972"),
        (json!({ "organization": "x" }), 422, "E0906"),
    ] {
        let mut sent = json!({ "name": "Login", "issuer": issuer, "client_id": "x" });
        for (field, value) in change.as_object().unwrap() {
            sent[field] = value.clone();
        }
        let answer = home.send(admin, "POST", "/api/v1/identity-providers", Some(sent)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.word("code").as_str()),
            (status, code),
            "{change}: {}",
            answer.text()
        );
    }
    let listed = home.send(admin, "GET", "/api/v1/identity-providers", None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let (_, ada_) = company.invited("ada", "officer").await;
    company.knows("ada-1", ada());
    let back = company.back("ada-1").await;
    let path = format!("/api/v1/identity-providers/{}", company.provider);
    assert_eq!(home.send(admin, "DELETE", &path, None).await.status, StatusCode::NO_CONTENT);
    company.refused(&company.finish(&back, Some(code(home, &ada_.secret, 1))).await, "removed");
    let begun = home.send("", "POST", BEGIN, Some(json!({ "provider": company.provider }))).await;
    assert_eq!(begun.status, StatusCode::NOT_FOUND, "{}", begun.text());
    let begun = home.send("", "POST", BEGIN, Some(json!({ "provider": "x" }))).await;
    assert_eq!(begun.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", begun.text());
}
