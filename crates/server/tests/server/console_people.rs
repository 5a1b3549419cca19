//! People at the doors of the console: signing in and out, joining, a new password, and one's own page.

use axum::http::StatusCode;
use exeunt_app::Actor;
use exeunt_app::access::{Powers, Role};
use exeunt_app::people::{Person, totp};
use exeunt_base::Personal;
use exeunt_engine::World;

use crate::home::{Answer, Home, base32};
use crate::visitor::{PASSWORD, form};

const NEW: &str = "seven green herons whistle";

/// The value of a hidden field, or of any attribute of that name.
fn value(page: &Answer, field: &str) -> String {
    let text = page.text();
    let (_, rest) =
        text.split_once(&format!("name=\"{field}\" value=\"")).unwrap_or_else(|| panic!("{text}"));
    rest.split('"').next().unwrap().to_owned()
}

fn cookie(answer: &Answer) -> &str {
    answer.headers["set-cookie"].to_str().unwrap()
}

/// Whether the browser that holds this session is let in.
async fn is_in(home: &Home, cookie: &str) -> bool {
    let request = axum::http::Request::get("/").header("cookie", cookie.split(';').next().unwrap());
    home.call(request.body(axum::body::Body::empty()).unwrap()).await.status == StatusCode::OK
}

#[tokio::test]
async fn signing_in_puts_a_cookie_that_no_script_and_no_other_host_gets() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    home.world.skip_seconds(60);
    let sent = form(
        "/sign-in",
        &[("email", &officer.email), ("password", PASSWORD), ("code", &officer.code()), ("then", "/me?a=b")],
    );
    let answer = home.call(sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.headers["location"], "/me?a=b");
    let put = cookie(&answer);
    assert!(put.starts_with("__Host-exeunt=exs_"), "{put}");
    assert!(put.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{put}");
    assert!(!put.contains("Domain"), "{put}");
    assert!(is_in(&home, put).await);
}

#[tokio::test]
async fn the_way_back_after_signing_in_never_leads_elsewhere() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    for evil in
        ["//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "/a\r\nSet-Cookie: b=c"]
    {
        home.world.skip_seconds(60);
        let code = officer.code();
        let sent =
            [("email", officer.email.as_str()), ("password", PASSWORD), ("code", &code), ("then", evil)];
        let answer = home.call(form("/sign-in", &sent)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!(answer.headers["location"], "/", "{evil:?}");
    }
}

#[tokio::test]
async fn signing_in_wrongly_says_the_same_whatever_is_wrong_and_repeats_nothing() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    home.world.skip_seconds(60);
    let code = officer.code();
    let mut pages = Vec::new();
    for (email, password, code) in [
        ("canary@nobody.test", PASSWORD, code.as_str()),
        (officer.email.as_str(), "canary that is wrong", &code),
        (&officer.email, PASSWORD, "000000"),
        ("", "", ""),
    ] {
        let answer = home.call(form("/sign-in", &[("email", email), ("password", password), ("code", code)]));
        let answer = answer.await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
        assert!(!answer.headers.contains_key("set-cookie"));
        for canary in ["canary", officer.email.as_str(), PASSWORD] {
            assert!(!answer.text().contains(canary), "{canary}: {}", answer.text());
        }
        pages.push(answer.text());
    }
    assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:#?}");
}

#[tokio::test]
async fn a_session_that_ended_leads_to_the_sign_in_whatever_ended_it() {
    let home = Home::new().await;
    let admin = home.acme.key(Role::Admin);
    let led_in = |answer: &Answer| answer.headers.get("location").is_some_and(|to| to == "/sign-in?then=/me");

    let left = home.visitor(Role::Officer).await;
    assert_eq!(left.get("/me").await.status, StatusCode::OK);
    let held = left.session();
    let out = left.post("/sign-out", &[]).await;
    assert_eq!((out.status, &out.headers["location"]), (StatusCode::SEE_OTHER, &"/sign-in".parse().unwrap()));
    assert!(cookie(&out).starts_with("__Host-exeunt=;") && cookie(&out).ends_with("Max-Age=0"), "{out:?}");
    assert!(
        !is_in(&home, &format!("__Host-exeunt={held}")).await,
        "the session is over, not just the cookie"
    );

    let disabled = home.visitor(Role::Officer).await;
    let path = format!("/api/v1/users/{}", disabled.user);
    let done = home.send(admin, "POST", &format!("{path}/disable"), None).await;
    assert!(done.status.is_success(), "{}", done.text());
    assert!(led_in(&disabled.get("/me").await));

    let idle = home.visitor(Role::Officer).await;
    home.world.skip_seconds(31 * 60);
    assert!(led_in(&idle.get("/me").await));
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_has_the_one_there_is() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    home.world.skip_seconds(60);
    let sent = [("email", officer.email.as_str()), ("password", PASSWORD), ("code", &officer.code())];
    let elsewhere = home.call(form("/sign-in", &sent)).await;
    let elsewhere = cookie(&elsewhere).to_owned();
    assert!(is_in(&home, &elsewhere).await);

    for (current, new, at) in [("not it at all", NEW, "current"), (PASSWORD, "short", "password")] {
        let wrong = officer.post("/me/password", &[("current", current), ("password", new)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());
        assert!(wrong.text().contains(&format!("<a href=\"#{at}\">")), "{}", wrong.text());
        assert!(!wrong.text().contains(current) && !wrong.text().contains(&format!("\"{new}\"")));
        assert!(is_in(&home, &elsewhere).await);
    }
    let changed = officer.post("/me/password", &[("current", PASSWORD), ("password", NEW)]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
    let page = officer.get(changed.headers["location"].to_str().unwrap()).await;
    assert_eq!(page.status, StatusCode::OK, "the session at hand goes on");
    assert!(page.text().contains("Your password is changed."));
    assert!(!is_in(&home, &elsewhere).await, "the others have ended");
}

#[tokio::test]
async fn ones_own_page_lists_sessions_and_ends_them() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let other = home.visitor(Role::Officer).await;
    let mut elsewhere = Vec::new();
    for _ in 0..3 {
        home.world.skip_seconds(60);
        let sent = [("email", officer.email.as_str()), ("password", PASSWORD), ("code", &officer.code())];
        let answer = home.call(form("/sign-in", &sent)).await;
        elsewhere.push(cookie(&answer).to_owned());
    }
    let page = officer.get("/me").await.text();
    let ends: Vec<&str> =
        page.split("action=\"").filter_map(|rest| rest.split('"').next()?.strip_suffix("/end")).collect();
    assert_eq!(ends.len(), 3, "{page}");
    assert!(page.contains(&officer.email) && !page.contains(&other.email));
    let title = page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert_eq!(title, "Your account · Exeunt");

    // another's session is not found, and not ended
    let theirs = other.get("/me").await.text();
    assert!(theirs.contains("this one"));
    let refused = other.post(&format!("{}/end", ends[0]), &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text());

    let ended = officer.post(&format!("{}/end", ends[0]), &[]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text());
    let mut live = 0;
    for cookie in &elsewhere {
        live += u32::from(is_in(&home, cookie).await);
    }
    assert_eq!(live, 2);
    officer.post("/me/sessions/end-others", &[]).await;
    for cookie in &elsewhere {
        assert!(!is_in(&home, cookie).await);
    }
    assert_eq!(officer.get("/me").await.status, StatusCode::OK);
    assert_eq!(other.get("/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn single_keys_are_turned_off_for_a_browser() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    assert!(!officer.get("/").await.text().contains("data-keys"));
    let off = officer.post("/me/keys", &[("keys", "off")]).await;
    assert!(cookie(&off).starts_with("__Host-exeunt-keys=off; Path=/; Secure; HttpOnly"), "{}", cookie(&off));
    let cookies = format!("__Host-exeunt={}; __Host-exeunt-keys=off", officer.session());
    let request = axum::http::Request::get("/").header("cookie", cookies);
    let page = home.call(request.body(axum::body::Body::empty()).unwrap()).await;
    assert!(page.text().contains("<body data-keys=\"off\">"), "{}", page.text());
}

#[tokio::test]
async fn somebody_invited_joins_with_a_token_that_is_never_part_of_an_address() {
    let home = Home::new().await;
    let office = home.house.office(home.acme.id).unwrap();
    let operator = Actor { id: None, organization: home.acme.id, powers: Powers::all() };
    let person = Person::new(
        &Personal::new(String::from("Canary Bird")),
        &Personal::new(String::from("canary@acme.test")),
    );
    let invited = office.invite_user(&operator, &person.unwrap(), &[Role::Agent]).await.unwrap();
    let token = invited.one_time.token.expose().clone();

    let wrong = home.call(form("/join", &[("token", "exo_0")])).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT, "{}", wrong.text());
    assert!(wrong.text().contains("value=\"exo_0\""), "what was typed is not lost: {}", wrong.text());

    let shown = home.call(form("/join", &[("token", &token)])).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.text().contains("<svg class=\"qr\""), "{}", shown.text());
    assert!(!shown.text().contains("name=\"email\""), "whoever was invited is known");
    let factor = base32(&value(&shown, "secret"));
    let fields = |password: &'static str, code: String| {
        vec![
            (String::from("token"), token.clone()),
            (String::from("enrollment"), value(&shown, "enrollment")),
            (String::from("secret"), value(&shown, "secret")),
            (String::from("uri"), value(&shown, "uri").replace("&#38;", "&")),
            (String::from("password"), password.to_owned()),
            (String::from("code"), code),
        ]
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        home.call(form("/join/finish", &fields)).await
    };
    let code = totp::code(&factor, totp::step_of(home.world.now())).expose().clone();
    for (password, code, at) in [("short", code.clone(), "password"), (NEW, String::from("000000"), "code")] {
        let refused = send(fields(password, code)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert!(refused.text().contains(&format!("href=\"#{at}\"")), "{}", refused.text());
        assert_eq!(value(&refused, "secret"), value(&shown, "secret"), "the second factor stays");
        assert!(!refused.text().contains(NEW), "passwords are not given back");
    }
    let joined = send(fields(NEW, code.clone())).await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text());
    assert_eq!(joined.headers["location"], "/");
    assert!(is_in(&home, cookie(&joined)).await);
    let again = send(fields(NEW, code)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a token counts once: {}", again.text());
}

#[tokio::test]
async fn a_reset_takes_the_token_a_new_password_and_the_second_factor() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let admin = home.acme.key(Role::Admin);
    let path = format!("/api/v1/users/{}/reset", officer.user);
    let started = home.send(admin, "POST", &path, None).await;
    assert!(started.status.is_success(), "{}", started.text());
    let token = started.word("token");
    home.world.skip_seconds(60);
    let code = officer.code();
    for (token, password, code, at) in [
        ("exo_0", NEW, code.as_str(), "token"),
        (&token, "short", &code, "password"),
        (&token, NEW, "000000", "code"),
    ] {
        let refused = home.call(form("/reset", &[("token", token), ("password", password), ("code", code)]));
        let refused = refused.await;
        assert!(refused.status.is_client_error(), "{}", refused.text());
        assert!(refused.text().contains(&format!("href=\"#{at}\"")), "{}", refused.text());
        assert!(refused.text().contains(&format!(" value=\"{token}\"")), "what was typed is not lost");
    }
    assert_eq!(officer.get("/me").await.status, StatusCode::OK, "until then everything stays as it is");
    let sent = [("token", token.as_str()), ("password", NEW), ("code", &code)];
    let done = home.call(form("/reset", &sent)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(is_in(&home, cookie(&done)).await);
    assert_eq!(officer.get("/me").await.status, StatusCode::SEE_OTHER, "the old sessions have ended");
    let again = home.call(form("/reset", &sent)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
}
