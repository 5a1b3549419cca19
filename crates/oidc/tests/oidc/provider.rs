//! What a provider is asked, and what becomes of its lies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use exeunt_base::Secret;
use exeunt_oidc::{Flaw, Trouble};
use exeunt_outbound as outbound;
use exeunt_testkit::web::Reply;
use serde_json::{Value, json};

use crate::evil::{Evil, changed, now};
use crate::signer::Signer;

#[tokio::test]
async fn people_are_sent_with_state_nonce_and_challenge_and_never_with_the_verifier() {
    let evil = Evil::honest();
    let issuer = evil.issuer();
    let url = evil.provider(&issuer, None).send(&evil.attempt, now()).await.unwrap();
    let (state, nonce) = (evil.attempt.state.expose(), evil.attempt.nonce.expose());
    let wanted = format!(
        "{issuer}/authorize?tenant=1&response_type=code&response_mode=query&client_id=exeunt\
         &redirect_uri=https%3A%2F%2Fprivacy.acme.test%2Fsign-in%2Fx&scope=openid+email&state={state}&nonce={nonce}\
         &code_challenge={}&code_challenge_method=S256",
        evil.attempt.challenge()
    );
    assert_eq!(url, wanted);
    assert!(!url.contains(evil.attempt.verifier.expose().as_str()));
}

#[tokio::test]
async fn the_code_is_given_with_the_verifier_and_the_secret() {
    let secret = Secret::new(String::from("s:e c/r&t"));
    let evil = Evil::honest();
    assert_eq!(evil.vouches(None, Some(&secret)).await.unwrap().subject.expose(), "1");
    let verifier = evil.attempt.verifier.expose().clone();
    let heard = evil.asked.lock().unwrap().clone();
    let asked = heard.iter().find(|asked| asked.path == "/token").unwrap();
    let body = format!(
        "grant_type=authorization_code&code=the+code&redirect_uri=https%3A%2F%2Fprivacy.acme.test%2Fsign-in%2Fx\
         &code_verifier={verifier}"
    );
    assert_eq!((asked.method.as_str(), asked.body.as_str()), ("POST", body.as_str()));
    // exeunt:s%3Ae+c%2Fr%26t
    assert_eq!(asked.authorization.as_deref(), Some("Basic ZXhldW50OnMlM0FlK2MlMkZyJTI2dA=="));

    let evil = Evil::new(Box::new(|path, honest| match path {
        "/.well-known/openid-configuration" => {
            changed(&honest, &json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }))
        }
        _ => honest,
    }));
    evil.vouches(None, Some(&secret)).await.unwrap();
    let heard = evil.asked.lock().unwrap().clone();
    let asked = heard.iter().find(|asked| asked.path == "/token").unwrap();
    assert!(asked.authorization.is_none());
    assert!(asked.body.ends_with("&client_id=exeunt&client_secret=s%3Ae+c%2Fr%26t"), "{}", asked.body);
}

async fn lied(path: &'static str, change: Value) -> Trouble {
    let evil = Evil::new(Box::new(
        move |asked, honest| {
            if asked == path { changed(&honest, &change) } else { honest }
        },
    ));
    evil.vouches(None, None).await.unwrap_err()
}

const DIRECTORY: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn a_directory_that_names_somebody_else_or_leads_inside_is_not_used() {
    for issuer in ["https://login.example.com", "http://127.0.0.1", "", "http://127.0.0.1:1/"] {
        assert!(
            matches!(lied(DIRECTORY, json!({ "issuer": issuer })).await, Trouble::Directory(_)),
            "{issuer}"
        );
    }
    for field in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for place in [
            "http://169.254.169.254/latest",
            "https://10.0.0.1/",
            "https://localhost/",
            "http://127.0.0.1:1/",
            "file:///etc/passwd",
            "//evil.test/",
            "javascript:alert(1)",
            "https://user@evil.test/",
            "",
        ] {
            let trouble = lied(DIRECTORY, json!({ field: place })).await;
            let refused =
                matches!(trouble, Trouble::Directory(_) | Trouble::Call(outbound::Trouble::Address(_)));
            assert!(refused, "{field} {place}: {trouble:?}");
        }
    }
    let weak = lied(DIRECTORY, json!({ "code_challenge_methods_supported": ["plain"] })).await;
    assert!(matches!(weak, Trouble::Directory(_)));
}

#[tokio::test]
async fn a_provider_that_redirects_answers_too_much_or_nothing_vouches_for_nobody() {
    for path in [DIRECTORY, "/keys", "/token"] {
        for (name, bad) in [
            (
                "redirect",
                Reply {
                    status: 302,
                    headers: vec![(String::from("location"), String::from("http://169.254.169.254/"))],
                    body: String::new(),
                },
            ),
            ("huge", Reply::json(format!("{{\"keys\":[{}]}}", "{},".repeat(40_000)))),
            ("nothing", Reply::json("")),
            ("html", Reply::json("<html>")),
            ("no", Reply::status(400)),
            ("broken", Reply::status(500)),
            ("list", Reply::json("[]")),
        ] {
            let evil =
                Evil::new(Box::new(move |asked, honest| if asked == path { bad.clone() } else { honest }));
            let trouble = evil.vouches(None, None).await.unwrap_err();
            let words = format!("{trouble} {trouble:?}");
            assert!(!words.contains(evil.attempt.verifier.expose().as_str()), "{name} at {path}: {words}");
        }
    }
}

#[tokio::test]
async fn another_issuers_answer_is_not_taken_for_this_ones() {
    let evil = Evil::honest();
    let refused = evil.vouches(Some("https://login.example.com"), None).await;
    assert_eq!(refused, Err(Trouble::Token(Flaw::Issuer)));
    // and the code was not given to anybody
    assert!(evil.asked.lock().unwrap().iter().all(|asked| asked.path != "/token"));
    assert!(evil.vouches(Some(&evil.issuer()), None).await.is_ok());
    // one that says it names itself must
    let evil = Evil::new(Box::new(|path, honest| match path {
        DIRECTORY => changed(&honest, &json!({ "authorization_response_iss_parameter_supported": true })),
        _ => honest,
    }));
    assert_eq!(evil.vouches(None, None).await, Err(Trouble::Token(Flaw::Issuer)));
    assert!(evil.vouches(Some(&evil.issuer()), None).await.is_ok());
}

#[tokio::test]
async fn keys_that_were_rotated_are_asked_for_again_once_a_minute() {
    let (old, times) = (Signer::stranger().set().to_string(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&times);
    let evil = Evil::new(Box::new(move |path, honest| {
        if path == "/keys" && counted.fetch_add(1, Ordering::Relaxed) == 0 {
            return Reply::json(old.clone());
        }
        honest
    }));
    // asked for just now: not again, or anybody could make us ask for ever
    assert_eq!(evil.vouches(None, None).await, Err(Trouble::Token(Flaw::Signature)));
    assert_eq!(times.load(Ordering::Relaxed), 1);
    let later = now().plus_seconds(60);
    assert!(evil.vouches_at(None, None, later).await.is_ok());
    assert_eq!(times.load(Ordering::Relaxed), 2);
    // and what is known is not asked for
    assert!(evil.vouches_at(None, None, later).await.is_ok());
    assert_eq!(times.load(Ordering::Relaxed), 2);
    let heard = evil.asked.lock().unwrap().clone();
    assert_eq!(heard.iter().filter(|asked| asked.path == DIRECTORY).count(), 1);
}
