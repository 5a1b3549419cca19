//! One attempt to sign in: three secrets that tie the browser, the provider's answer and the code together.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_base::Secret;

/// The secrets of an attempt, each 256 bits.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Goes to the provider and comes back by the browser.
    pub state: Secret<String>,
    /// Goes to the provider and comes back in the identity token.
    pub nonce: Secret<String>,
    /// Its digest goes to the provider; it follows with the code (PKCE).
    pub verifier: Secret<String>,
}

impl Attempt {
    /// From fresh chance.
    pub fn new(chance: [Secret<[u8; 32]>; 3]) -> Self {
        let [state, nonce, verifier] =
            chance.map(|bytes| Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose())));
        Self { state, nonce, verifier }
    }

    /// What the provider is told of the verifier.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.expose().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::Attempt;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let mut attempt = Attempt::new([1, 2, 3].map(|byte| Secret::new([byte; 32])));
        assert_eq!(attempt.verifier.expose().len(), 43);
        attempt.verifier = Secret::new(String::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert_eq!(attempt.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
