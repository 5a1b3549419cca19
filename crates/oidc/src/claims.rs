//! What an identity token says, believed after it was checked (OpenID Connect Core, 3.1.3.7).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use exeunt_base::{Personal, Secret, Timestamp};
use serde::Deserialize;

use crate::jws;
use crate::keys::Keys;
use crate::trouble::Flaw;

/// How far apart two clocks may be.
const LEEWAY_SECONDS: i64 = 60;
/// Oldest token that answers a sign-in of now.
const OLDEST_SECONDS: i64 = 600;
/// Longest name of somebody at their provider (OpenID Connect Core, 2).
const SUBJECT: usize = 255;

/// What a token must say.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// For whom.
    pub client: &'a str,
    /// In answer to what.
    pub nonce: &'a Secret<String>,
    /// When it is looked at.
    pub now: Timestamp,
}

/// What a token says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// What the provider knows them by, for good.
    pub subject: Personal,
    /// Their address, if the provider says that it made sure of it.
    pub verified_email: Option<Personal>,
    /// How they showed who they are: `otp`, `hwk`, `mfa` (RFC 8176).
    pub methods: Vec<String>,
    /// The strength of that, in a word of the provider's.
    pub context: Option<String>,
    /// When they did.
    pub shown_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Said {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<serde_json::Value>,
    #[serde(default)]
    amr: Option<Vec<String>>,
    acr: Option<String>,
    auth_time: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Claims {
    /// Checks a token and tells what it says.
    pub fn read(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Self, Flaw> {
        let payload = jws::verify(token, keys)?;
        let said: Said = serde_json::from_slice(&payload).map_err(|_| Flaw::Form)?;
        if said.iss != expected.issuer {
            return Err(Flaw::Issuer);
        }
        let several = match &said.aud {
            Audience::One(one) if one == expected.client => false,
            Audience::Many(all) if all.iter().any(|one| one == expected.client) => all.len() > 1,
            _ => return Err(Flaw::Audience),
        };
        match &said.azp {
            Some(party) if party != expected.client => return Err(Flaw::Audience),
            None if several => return Err(Flaw::Audience),
            _ => {}
        }
        let now = expected.now.as_micros() as f64 / 1e6;
        let leeway = LEEWAY_SECONDS as f64;
        let in_time = said.exp.is_finite()
            && now < said.exp + leeway
            && said.iat <= now + leeway
            && said.iat >= now - OLDEST_SECONDS as f64
            && said.nbf.is_none_or(|from| from <= now + leeway);
        if !in_time {
            return Err(Flaw::Time);
        }
        let nonce = said.nonce.map(Secret::new);
        let same = |nonce: &Secret<String>| {
            verify_slices_are_equal(nonce.expose().as_bytes(), expected.nonce.expose().as_bytes()).is_ok()
        };
        if !nonce.as_ref().is_some_and(same) {
            return Err(Flaw::Nonce);
        }
        if said.sub.is_empty() || said.sub.len() > SUBJECT || said.sub.chars().any(char::is_control) {
            return Err(Flaw::Subject);
        }
        // some say it as a text
        let verified = said.email_verified.is_some_and(|said| said == true || said == "true");
        Ok(Self {
            subject: Personal::new(said.sub),
            verified_email: said.email.filter(|_| verified).map(Personal::new),
            methods: said.amr.unwrap_or_default(),
            context: said.acr,
            shown_at: said
                .auth_time
                .filter(|at| *at > 0.0 && *at <= now + leeway)
                .map(|at| Timestamp::from_micros((at * 1e6) as i64)),
        })
    }
}
