//! A provider that lies where a test wants it to.

use std::sync::{Arc, Mutex};

use exeunt_base::{Secret, Timestamp};
use exeunt_oidc::{Attempt, Claims, Client, Known, Provider, Returned, Trouble};
use exeunt_outbound::{Internal, Outbound};
use exeunt_testkit::web::{Asked, Reply, Web};
use serde_json::{Value, json};

use crate::signer::Signer;

pub(crate) const NOW: i64 = 1_763_800_000;

/// Changes what it says: path, and what an honest one would have answered.
pub(crate) type Lie = Box<dyn Fn(&str, Reply) -> Reply + Send>;

pub(crate) struct Evil {
    web: Web,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    outbound: Outbound,
    known: Known,
    pub(crate) attempt: Attempt,
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(NOW * 1_000_000)
}

impl Evil {
    /// One that vouches for somebody in answer to the attempt, and lies so.
    pub(crate) fn new(lie: Lie) -> Self {
        let attempt = Attempt::new([1, 2, 3].map(|byte| Secret::new([byte; 32])));
        let (signer, asked) = (Signer::usual(), Arc::new(Mutex::new(Vec::new())));
        let (heard, nonce) = (Arc::clone(&asked), attempt.nonce.expose().clone());
        let web = Web::start(move |port, asked| {
            heard.lock().unwrap().push(asked.clone());
            let issuer = format!("http://127.0.0.1:{port}");
            let honest = match asked.path.as_str() {
                "/.well-known/openid-configuration" => Reply::json(
                    json!({
                        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
                        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                    })
                    .to_string(),
                ),
                "/keys" => Reply::json(signer.set().to_string()),
                "/token" => {
                    let claims = json!({
                        "iss": issuer, "aud": "exeunt", "sub": "1", "exp": NOW + 300, "iat": NOW, "nonce": nonce,
                    });
                    let token = signer.sign(&json!({ "alg": "RS256", "kid": "rsa" }), &claims);
                    Reply::json(json!({ "id_token": token, "access_token": "x", "token_type": "Bearer" }).to_string())
                }
                _ => Reply::status(404),
            };
            lie(&asked.path, honest)
        })
        .unwrap();
        let internal = Internal::parse(&format!("http://127.0.0.1:{}", web.port())).unwrap();
        let outbound = Outbound::new(vec![internal], None);
        Self { web, asked, outbound, known: Known::default(), attempt }
    }

    pub(crate) fn honest() -> Self {
        Self::new(Box::new(|_, honest| honest))
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.web.port())
    }

    pub(crate) async fn vouches(
        &self,
        issuer: Option<&str>,
        secret: Option<&Secret<String>>,
    ) -> Result<Claims, Trouble> {
        self.vouches_at(issuer, secret, now()).await
    }

    pub(crate) async fn vouches_at(
        &self,
        named: Option<&str>,
        secret: Option<&Secret<String>>,
        now: Timestamp,
    ) -> Result<Claims, Trouble> {
        let (issuer, code) = (self.issuer(), Secret::new(String::from("the code")));
        let provider = self.provider(&issuer, secret);
        provider.vouches(&self.attempt, &Returned { code: &code, issuer: named, now }).await
    }

    pub(crate) fn provider<'a>(
        &'a self,
        issuer: &'a str,
        secret: Option<&'a Secret<String>>,
    ) -> Provider<'a> {
        let client = Client { id: "exeunt", secret, redirect: "https://privacy.acme.test/sign-in/x" };
        Provider { issuer, client, known: &self.known, outbound: &self.outbound }
    }
}

/// Changes fields of a JSON answer.
pub(crate) fn changed(honest: &Reply, change: &Value) -> Reply {
    let mut value: Value = serde_json::from_str(&honest.body).unwrap();
    for (field, new) in change.as_object().unwrap() {
        value[field] = new.clone();
    }
    Reply::json(value.to_string())
}
