//! Signing in to the console through an identity provider: a real one, there and back.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use exeunt_app::access::Role;
use exeunt_outbound::{Internal, Outbound};
use exeunt_testkit::identity::Identity;
use serde_json::json;

use crate::home::{Answer, Home};
use crate::visitor::form;

fn got(path: &str, cookie: &str) -> Request<Body> {
    let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, cookie);
    request.body(Body::empty()).unwrap()
}

fn set(answer: &Answer, name: &str) -> String {
    let mut all = answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let found = all.find(|value| value.starts_with(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no {name}: {answer:?}")).to_owned()
}

fn first(text: &str) -> &str {
    text.split(';').next().unwrap()
}

fn hidden(page: &Answer, field: &str) -> String {
    let text = page.text();
    let (_, rest) =
        text.split_once(&format!("name=\"{field}\" value=\"")).unwrap_or_else(|| panic!("{text}"));
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_goes_to_the_provider_and_comes_back_to_where_they_wanted() {
    let identity = Identity::start().unwrap();
    let issuer = identity.issuer();
    let home = Home::furnished(|room| {
        room.outbound = Outbound::new(vec![Internal::parse(&issuer).unwrap()], None);
    })
    .await;
    let admin = home.acme.key(Role::Admin);
    let sent = json!({ "name": "Login & Co", "issuer": issuer, "client_id": "not yet", "second_factor": [] });
    let added = home.send(admin, "POST", "/api/v1/identity-providers", Some(sent)).await;
    let (provider, redirect) = (added.word("provider"), added.word("redirect"));
    let (client, secret) = identity.register(&redirect).unwrap();
    let sent = json!({ "client_id": client, "client_secret": secret });
    home.send(admin, "PATCH", &format!("/api/v1/identity-providers/{provider}"), Some(sent)).await;
    let officer = home.visitor(Role::Officer).await;
    identity.knows("ada-1", &json!({ "email": officer.email, "email_verified": true })).unwrap();

    let offered = home.call(got("/sign-in?then=/me", "")).await;
    assert!(offered.text().contains("Sign in with Login &#38; Co"), "{}", offered.text());
    let shown = home.call(got(&format!("/sign-in/{provider}?then=/me"), "")).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(!shown.headers.contains_key("set-cookie"), "looking begins nothing");

    // there
    let begin = async || home.call(form(&format!("/sign-in/{provider}"), &[("then", "/me?a=b")])).await;
    let begun = begin().await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
    let kept = set(&begun, "__Host-exeunt-attempt");
    assert!(kept.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"), "{kept}");
    let (_, rest) = begun.text().split_once("url=").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let url = rest.split('"').next().unwrap().replace("&#38;", "&");
    let there = |url: &str| {
        let place = identity.signs_in(url, "ada-1").unwrap();
        place.strip_prefix("https://privacy.acme.test").unwrap().to_owned()
    };
    let place = there(&url);

    // and back: looking does nothing, and without the attempt there is nothing to finish
    let stranger = home.call(got(&place, "")).await;
    assert_eq!(stranger.status, StatusCode::BAD_REQUEST, "{}", stranger.text());
    let refused = home.call(got(&format!("/sign-in/{provider}/back?error=canary"), first(&kept))).await;
    assert!(refused.text().contains("did not sign you in") && !refused.text().contains("canary"));
    let back = home.call(got(&place, first(&kept))).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    assert!(!back.headers.contains_key("set-cookie"));
    home.world.skip_seconds(60);
    let finish = async |back: &Answer, kept: &str, code: &str, at: &str| {
        let (state, provider_code, iss) =
            (hidden(back, "state"), hidden(back, "provider_code"), hidden(back, "iss"));
        let fields =
            [("state", state.as_str()), ("provider_code", &provider_code), ("iss", &iss), ("code", code)];
        let mut request = form(&format!("/sign-in/{at}/back"), &fields);
        request.headers_mut().insert(header::COOKIE, kept.parse().unwrap());
        home.call(request).await
    };
    // what went to one provider is no answer of another
    let other = home.provider(&home.acme).await;
    let mixed = finish(&back, first(&kept), &officer.code(), &other).await;
    assert_eq!(mixed.status, StatusCode::UNAUTHORIZED, "{}", mixed.text());
    let none = finish(&back, "a=b", &officer.code(), &provider).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED, "{}", none.text());
    let entered = finish(&back, first(&kept), &officer.code(), &provider).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
    assert_eq!(entered.headers["location"], "/me?a=b");
    assert!(set(&entered, "__Host-exeunt-attempt").ends_with("Max-Age=0"));
    let session = set(&entered, "__Host-exeunt");
    let page = home.call(got("/me", first(&session))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());

    // once only, and a wrong code leads to the beginning
    home.world.skip_seconds(60);
    let again = finish(&back, first(&kept), &officer.code(), &provider).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.text());
    let begun = begin().await;
    let kept = set(&begun, "__Host-exeunt-attempt");
    let url = begun.text().split_once("url=").unwrap().1.split('"').next().unwrap().replace("&#38;", "&");
    let back = home.call(got(&there(&url), first(&kept))).await;
    let wrong = finish(&back, first(&kept), "000000", &provider).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{}", wrong.text());
    assert!(wrong.text().contains("Begin again with Login"), "{}", wrong.text());
}
