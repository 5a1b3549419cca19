//! Salted commitments: the log binds itself to a value without holding it. When the salt dies, nobody can tell any more.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use exeunt_base::{Secret, codec, hex};
use serde::{Deserialize, Serialize};

/// Thirty-two bytes of chance, drawn by the caller, stored beside the data it speaks of and destroyed with it.
pub type Salt = Secret<[u8; 32]>;

/// HMAC-SHA-256 under a salt. Prints as hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Commitment(pub [u8; 32]);

/// Why a text is not a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a commitment has 64 lower-case hexadecimal digits")]
pub struct BadCommitment;

impl Commitment {
    /// Commits to a value. The domain says what kind of value it is, so that a commitment to a row cannot be shown
    /// as one to an identifier.
    pub fn new(salt: &Salt, domain: &str, value: &[u8]) -> Self {
        let tag = sign(&Key::new(HMAC_SHA256, salt.expose()), &framed(domain, value));
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        Self(bytes)
    }

    /// Whether this is the commitment to that value. Takes the same time whatever the answer.
    pub fn opens(&self, salt: &Salt, domain: &str, value: &[u8]) -> bool {
        verify(&Key::new(HMAC_SHA256, salt.expose()), &framed(domain, value), &self.0).is_ok()
    }
}

/// The domain with its length before it, so that no two pairs of domain and value run together.
fn framed(domain: &str, value: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(domain.len() + value.len() + 4);
    codec::put_bytes(&mut message, domain.as_bytes());
    message.extend_from_slice(value);
    message
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Commitment {
    type Err = BadCommitment;

    fn from_str(text: &str) -> Result<Self, BadCommitment> {
        hex::decode(text)
            .filter(|bytes| hex::encode(bytes) == text)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(BadCommitment)
    }
}

impl TryFrom<String> for Commitment {
    type Error = BadCommitment;

    fn try_from(text: String) -> Result<Self, BadCommitment> {
        text.parse()
    }
}

impl From<Commitment> for String {
    fn from(commitment: Commitment) -> Self {
        commitment.to_string()
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{BadCommitment, Commitment};

    #[test]
    fn only_the_same_salt_domain_and_value_open_it() {
        let salt = Secret::new([7; 32]);
        let commitment = Commitment::new(&salt, "identifier", b"ada@example.test");
        assert!(commitment.opens(&salt, "identifier", b"ada@example.test"));
        assert!(!commitment.opens(&Secret::new([8; 32]), "identifier", b"ada@example.test"));
        assert!(!commitment.opens(&salt, "row", b"ada@example.test"));
        assert!(!commitment.opens(&salt, "identifier", b"ada@example.tesu"));
        assert!(!commitment.opens(&salt, "identifierada", b"@example.test"), "nothing runs together");
    }

    #[test]
    fn the_value_of_a_commitment_never_changes_between_versions() {
        // computed independently: HMAC-SHA-256, key 32 × 0x07, message 0x03 "row" "x"
        let commitment = Commitment::new(&Secret::new([7; 32]), "row", b"x");
        assert_eq!(
            commitment.to_string(),
            "714e70ca38a7c82cce88e9a9fb2353ba5f1e49e433b458f44d5b238a55264f6e"
        );
        assert_eq!(commitment.to_string().parse(), Ok(commitment));
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_prints_as_it_was(text in "[0-9a-fA-F]{60,66}") {
            match text.parse::<Commitment>() {
                Ok(commitment) => prop_assert_eq!(commitment.to_string(), text),
                Err(why) => prop_assert_eq!(why, BadCommitment),
            }
        }
    }
}
