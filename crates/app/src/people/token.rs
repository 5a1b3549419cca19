//! Tokens: 256 bits that let somebody in, with a word in front that says what for. Only their hashes are kept.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_base::Secret;

/// What a token is for. Its word stands in front, so that a scanner that finds one in the wrong place knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A session.
    Session,
    /// An API key.
    ApiKey,
    /// Setup, invitation or reset.
    OneTime,
    /// A link to a package.
    Link,
    /// An attempt to sign in through an identity provider, which the browser keeps.
    SignIn,
}

impl Use {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Session => "exs_",
            Self::ApiKey => "exk_",
            Self::OneTime => "exo_",
            Self::Link => "exl_",
            Self::SignIn => "exi_",
        }
    }
}

/// A new token from fresh chance.
pub(crate) fn mint(for_use: Use, chance: &Secret<[u8; 32]>) -> Secret<String> {
    let letters = Secret::new(URL_SAFE_NO_PAD.encode(chance.expose()));
    Secret::new(format!("{}{}", for_use.prefix(), letters.expose()))
}

/// What is kept of a token; none when a text cannot be one. A hash without salt or stretching is enough for 256 bits.
pub(crate) fn hash_of(for_use: Use, token: &str) -> Option<[u8; 32]> {
    let letters = token.strip_prefix(for_use.prefix())?;
    let bytes = URL_SAFE_NO_PAD.decode(letters).ok().map(Secret::new)?;
    if bytes.expose().len() != 32 {
        return None;
    }
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    Some(out)
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::{Use, hash_of, mint};

    #[test]
    fn a_token_is_known_by_its_use_and_every_letter() {
        let token = mint(Use::ApiKey, &Secret::new([7; 32]));
        let token = token.expose().as_str();
        assert!(token.starts_with("exk_") && token.len() == 47);
        let hash = hash_of(Use::ApiKey, token).unwrap();
        assert_eq!(hash_of(Use::Session, token), None);
        assert_ne!(hash_of(Use::ApiKey, mint(Use::ApiKey, &Secret::new([8; 32])).expose()), Some(hash));
        for wrong in
            ["", "exk_", "exk_BwcH", &token[..46], &format!("{token}A"), &format!(" {token}"), "exk_é"]
        {
            assert_eq!(hash_of(Use::ApiKey, wrong), None);
        }
    }
}
