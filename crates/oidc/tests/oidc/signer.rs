//! Somebody who signs tokens, as they should or otherwise.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_oidc::Keys;
use serde_json::{Value, json};

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

static USUAL: LazyLock<Signer> = LazyLock::new(Signer::new);
static STRANGER: LazyLock<Signer> = LazyLock::new(Signer::new);

pub(crate) struct Signer {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

impl Signer {
    /// The provider's own: made once, since making keys of RSA takes its time.
    pub(crate) fn usual() -> &'static Self {
        &USUAL
    }

    /// Somebody else.
    pub(crate) fn stranger() -> &'static Self {
        &STRANGER
    }

    fn new() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            ed: Ed25519KeyPair::generate().unwrap(),
        }
    }

    pub(crate) fn set(&self) -> Value {
        let point = self.ec.public_key().as_ref();
        // SEQUENCE { INTEGER n, INTEGER e }, of a key of 2048 bits
        let der = self.rsa.public_key().as_ref();
        let (n, e) = (&der[9..265], &der[267..]);
        json!({ "keys": [
            { "kty": "RSA", "kid": "rsa", "use": "sig", "n": b64(n), "e": b64(e) },
            { "kty": "EC", "kid": "ec", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..]) },
            { "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": b64(self.ed.public_key()), "alg": "EdDSA" },
            { "kty": "oct", "kid": "oct", "k": "AAAA" },
            { "kty": "RSA", "kid": "enc", "use": "enc", "n": b64(n), "e": b64(e) },
        ] })
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys::parse(self.set().to_string().as_bytes()).unwrap()
    }

    /// The public key in the forms that have been taken for a shared secret.
    pub(crate) fn public_forms(&self) -> Vec<Vec<u8>> {
        let der = self.rsa.public_key().as_der().unwrap().as_ref().to_vec();
        let text = base64::engine::general_purpose::STANDARD.encode(&der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        vec![der, pem.into_bytes(), self.set()["keys"][0]["n"].as_str().unwrap().as_bytes().to_vec()]
    }

    /// A token with this head and these claims.
    pub(crate) fn sign(&self, head: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", b64(head.to_string()), b64(claims.to_string()));
        let signature = match head["alg"].as_str().unwrap() {
            "RS256" | "PS256" => {
                let form: &dyn aws_lc_rs::signature::RsaEncoding =
                    if head["alg"] == "RS256" { &RSA_PKCS1_SHA256 } else { &RSA_PSS_SHA256 };
                let mut out = vec![0; self.rsa.public_modulus_len()];
                self.rsa.sign(form, &SystemRandom::new(), message.as_bytes(), &mut out).unwrap();
                out
            }
            "ES256" => self.ec.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
            "EdDSA" => self.ed.sign(message.as_bytes()).as_ref().to_vec(),
            _ => Vec::new(),
        };
        format!("{message}.{}", b64(signature))
    }

    /// As [`Self::sign`], with what is no secret at all for a shared secret.
    pub(crate) fn mac(&self, head: &Value, claims: &Value, secret: &[u8]) -> String {
        let message = format!("{}.{}", b64(head.to_string()), b64(claims.to_string()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", b64(tag))
    }
}
