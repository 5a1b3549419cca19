//! The signature around an identity token (JWS in the compact form, RFC 7515).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::keys::Keys;
use crate::trouble::Flaw;

/// Longest token.
const LONGEST: usize = 16 << 10;
/// What is taken. No shared secrets, and no *none*: not by being refused, but by not being here.
const TAKEN: &[&str] =
    &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"];

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
    b64: Option<serde_json::Value>,
}

/// What was signed, if it was signed by one of these keys. Keys that the token brings with it or points to (`jwk`, `jku`,
/// `x5u`) are not looked at.
pub fn verify(token: &str, keys: &Keys) -> Result<Vec<u8>, Flaw> {
    if token.len() > LONGEST {
        return Err(Flaw::Form);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Flaw::Form)?;
    let (head, payload) = message.split_once('.').ok_or(Flaw::Form)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw::Form);
    let parsed: Head = serde_json::from_slice(&bytes(head)?).map_err(|_| Flaw::Form)?;
    // an extension that must be understood, and another kind of token
    let typed = parsed.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("jwt"));
    if parsed.crit.is_some() || parsed.b64.is_some() || !typed {
        return Err(Flaw::Form);
    }
    if !TAKEN.contains(&parsed.alg.as_str()) {
        return Err(Flaw::Algorithm);
    }
    keys.verify(parsed.kid.as_deref(), &parsed.alg, message.as_bytes(), &bytes(signature)?)?;
    bytes(payload)
}
