//! A real provider, from being asked about itself to vouching for somebody.

use std::time::{SystemTime, UNIX_EPOCH};

use exeunt_base::{Secret, Timestamp};
use exeunt_oidc::{Attempt, Client, Known, Provider, Returned, Trouble};
use exeunt_outbound::{Internal, Outbound};
use exeunt_testkit::identity::Identity;
use serde_json::json;

#[expect(clippy::disallowed_methods, reason = "a real provider has a real clock")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
}

fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap().to_owned()
}

#[tokio::test]
async fn a_real_provider_vouches_once_for_a_code() {
    let identity = Identity::start().unwrap();
    let redirect = "https://privacy.acme.test/sign-in/x";
    let (id, secret) = identity.register(redirect).unwrap();
    let secret = Secret::new(secret);
    identity
        .knows("ada-1", &json!({ "email": "ada@acme.test", "email_verified": true, "amr": ["pwd", "otp"] }))
        .unwrap();
    let (issuer, known) = (identity.issuer(), Known::default());
    let outbound = Outbound::new(vec![Internal::parse(&issuer).unwrap()], None);
    let client = Client { id: &id, secret: Some(&secret), redirect };
    let provider = Provider { issuer: &issuer, client, known: &known, outbound: &outbound };
    let attempt = Attempt::new([1, 2, 3].map(|byte| Secret::new([byte; 32])));

    let url = provider.send(&attempt, now()).await.unwrap();
    let back = identity.signs_in(&url, "ada-1").unwrap();
    assert!(back.starts_with(redirect), "{back}");
    assert_eq!(parameter(&back, "state"), *attempt.state.expose());
    let code = Secret::new(parameter(&back, "code"));
    let returned = Returned { code: &code, issuer: None, now: now() };
    let claims = provider.vouches(&attempt, &returned).await.unwrap();
    assert_eq!(claims.subject.expose(), "ada-1");
    assert_eq!(claims.verified_email.unwrap().expose(), "ada@acme.test");
    assert_eq!(claims.methods, ["pwd", "otp"]);
    // the same code again, and somebody else's secret
    assert!(matches!(provider.vouches(&attempt, &returned).await, Err(Trouble::Refused { status: 400 })));
    let wrong = Secret::new(String::from("wrong"));
    let stranger = Provider { client: Client { secret: Some(&wrong), ..client }, ..provider };
    let back = identity.signs_in(&provider.send(&attempt, now()).await.unwrap(), "ada-1").unwrap();
    let code = Secret::new(parameter(&back, "code"));
    let returned = Returned { code: &code, issuer: None, now: now() };
    assert!(matches!(stranger.vouches(&attempt, &returned).await, Err(Trouble::Refused { status: 401 })));
}
