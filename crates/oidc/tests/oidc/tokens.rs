//! What is believed of a token, and what is not.

use exeunt_base::{Secret, Timestamp};
use exeunt_oidc::{Claims, Expected, Flaw, Keys, verify};
use serde_json::{Value, json};

use crate::signer::{Signer, b64};

const NOW: i64 = 1_763_800_000;
const ISSUER: &str = "https://login.example.com";

fn read(token: &str, keys: &Keys) -> Result<Claims, Flaw> {
    let nonce = Secret::new(String::from("n-0S6"));
    let now = Timestamp::from_micros(NOW * 1_000_000);
    Claims::read(token, keys, &Expected { issuer: ISSUER, client: "exeunt", nonce: &nonce, now })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "exeunt", "sub": "248289761001", "exp": NOW + 300, "iat": NOW, "nonce": "n-0S6",
        "email": "ada@example.test", "email_verified": true,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(field),
        value => claims.as_object_mut().unwrap().insert(field.to_owned(), value),
    };
    claims
}

#[test]
fn a_token_signed_by_one_of_the_providers_keys_is_believed() {
    let signer = Signer::usual();
    let keys = signer.keys();
    for head in [
        json!({ "alg": "RS256", "kid": "rsa" }),
        json!({ "alg": "RS256", "typ": "JWT" }),
        json!({ "alg": "PS256", "kid": "rsa" }),
        json!({ "alg": "ES256", "kid": "ec" }),
        json!({ "alg": "EdDSA", "kid": "ed" }),
    ] {
        let read = read(&signer.sign(&head, &claims()), &keys).unwrap();
        assert_eq!(read.subject.expose(), "248289761001");
        assert_eq!(read.verified_email.unwrap().expose(), "ada@example.test");
    }
}

#[test]
fn algorithms_that_are_none_or_of_another_key_are_refused() {
    let signer = Signer::usual();
    let keys = signer.keys();
    for alg in ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "ES256K", "RSA1_5", "rs256"] {
        let token = signer.sign(&json!({ "alg": alg }), &claims());
        assert_eq!(read(&token, &keys), Err(Flaw::Algorithm), "{alg}");
        assert_eq!(read(&format!("{}.", token.rsplit_once('.').unwrap().0), &keys), Err(Flaw::Algorithm));
    }
    // the public key taken for a shared secret, whatever the token says it is
    for secret in signer.public_forms() {
        for (alg, kid, wanted) in [
            ("HS256", "rsa", Flaw::Algorithm),
            ("HS256", "oct", Flaw::Algorithm),
            ("RS256", "rsa", Flaw::Signature),
        ] {
            let token = signer.mac(&json!({ "alg": alg, "kid": kid }), &claims(), &secret);
            assert_eq!(read(&token, &keys), Err(wanted), "{alg}");
        }
    }
    // one key under another's algorithm
    for (alg, kid) in [
        ("RS256", "ec"),
        ("ES256", "rsa"),
        ("EdDSA", "rsa"),
        ("ES384", "ec"),
        ("RS256", "enc"),
        ("RS256", "?"),
    ] {
        let token = signer.sign(&json!({ "alg": alg, "kid": kid }), &claims());
        assert_eq!(read(&token, &keys), Err(Flaw::NoKey), "{alg} by {kid}");
    }
}

#[test]
fn somebody_elses_key_is_not_the_providers_even_if_the_token_brings_it() {
    let (provider, stranger) = (Signer::usual(), Signer::stranger());
    let own = stranger.set()["keys"][0].clone();
    for head in [
        json!({ "alg": "RS256", "kid": "rsa" }),
        json!({ "alg": "RS256", "kid": "rsa", "jwk": own }),
        json!({ "alg": "RS256", "kid": "rsa", "jku": "https://evil.test/keys" }),
        json!({ "alg": "ES256" }),
    ] {
        assert_eq!(read(&stranger.sign(&head, &claims()), &provider.keys()), Err(Flaw::Signature));
    }
    let token = provider.sign(&json!({ "alg": "RS256", "kid": "rsa" }), &claims());
    let (head, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let other = format!("{head}.{}.{signature}", b64(with("sub", json!("1")).to_string()));
    assert_eq!(read(&other, &provider.keys()), Err(Flaw::Signature));
}

#[test]
fn what_has_not_the_form_of_a_token_is_none() {
    let signer = Signer::usual();
    let keys = signer.keys();
    let good = signer.sign(&json!({ "alg": "RS256" }), &claims());
    for bad in [
        String::new(),
        String::from("."),
        String::from(".."),
        String::from("a.b"),
        format!("{good}."),
        format!("{good}="),
        format!(" {good}"),
        good.replace('.', " "),
        format!("{good}.{good}"),
        format!("{}.x.y", b64("[]")),
        "x".repeat(20_000),
        signer.sign(&json!({ "alg": "RS256", "crit": ["exp"] }), &claims()),
        signer.sign(&json!({ "alg": "RS256", "b64": false }), &claims()),
        signer.sign(&json!({ "alg": "RS256", "typ": "at+jwt" }), &claims()),
        signer.sign(&json!({ "alg": "RS256", "typ": "logout+jwt" }), &claims()),
    ] {
        assert!(verify(&bad, &keys).is_err(), "{bad:.40}");
    }
    assert_eq!(read(&signer.sign(&json!({ "alg": "RS256" }), &json!([])), &keys), Err(Flaw::Form));
}

#[test]
fn each_claim_must_be_there_and_right() {
    let signer = Signer::usual();
    let keys = signer.keys();
    for (field, value, flaw) in [
        ("iss", json!("https://login.example.com/"), Flaw::Issuer),
        ("iss", json!("https://evil.test"), Flaw::Issuer),
        ("iss", Value::Null, Flaw::Form),
        ("aud", json!("another"), Flaw::Audience),
        ("aud", json!([]), Flaw::Audience),
        ("aud", json!(["another"]), Flaw::Audience),
        ("aud", json!(["exeunt", "another"]), Flaw::Audience),
        ("aud", json!("EXEUNT"), Flaw::Audience),
        ("aud", Value::Null, Flaw::Form),
        ("azp", json!("another"), Flaw::Audience),
        ("exp", json!(NOW - 61), Flaw::Time),
        ("exp", json!("never"), Flaw::Form),
        ("exp", Value::Null, Flaw::Form),
        ("iat", json!(NOW + 61), Flaw::Time),
        ("iat", json!(NOW - 601), Flaw::Time),
        ("iat", Value::Null, Flaw::Form),
        ("nbf", json!(NOW + 61), Flaw::Time),
        ("nonce", json!("another"), Flaw::Nonce),
        ("nonce", json!(""), Flaw::Nonce),
        ("nonce", Value::Null, Flaw::Nonce),
        ("sub", json!(""), Flaw::Subject),
        ("sub", json!("x".repeat(256)), Flaw::Subject),
        ("sub", json!("a\u{0}b"), Flaw::Subject),
        ("sub", Value::Null, Flaw::Form),
    ] {
        let token = signer.sign(&json!({ "alg": "ES256" }), &with(field, value.clone()));
        assert_eq!(read(&token, &keys), Err(flaw), "{field} {value}");
    }
    for (field, value) in [
        ("aud", json!(["exeunt"])),
        ("azp", json!("exeunt")),
        ("exp", json!(NOW - 59)),
        ("iat", json!(NOW + 59)),
        ("nbf", json!(NOW)),
    ] {
        let token = signer.sign(&json!({ "alg": "ES256" }), &with(field, value));
        assert!(read(&token, &keys).is_ok(), "{field}");
    }
    let mut several = with("aud", json!(["exeunt", "another"]));
    several["azp"] = json!("exeunt");
    assert!(read(&signer.sign(&json!({ "alg": "ES256" }), &several), &keys).is_ok());
}

#[test]
fn an_address_counts_only_where_the_provider_made_sure_of_it() {
    let signer = Signer::usual();
    let keys = signer.keys();
    for (said, counts) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!(1), false),
        (json!({}), false),
        (Value::Null, false),
    ] {
        let token = signer.sign(&json!({ "alg": "ES256" }), &with("email_verified", said.clone()));
        assert_eq!(read(&token, &keys).unwrap().verified_email.is_some(), counts, "{said}");
    }
}

#[test]
fn sets_without_a_key_that_could_sign_are_no_keys() {
    for set in [
        String::from("{}"),
        String::from("[]"),
        String::from(r#"{"keys":[]}"#),
        String::from(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#),
        String::from(r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#),
        String::from(r#"{"keys":[{"kty":"OKP","crv":"X25519","x":"AA"}]}"#),
        serde_json::json!({ "keys": vec![Signer::usual().set()["keys"][0].clone(); 33] }).to_string(),
    ] {
        assert!(Keys::parse(set.as_bytes()).is_err(), "{set:.60}");
    }
}
