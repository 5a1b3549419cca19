//! Sealing small things that are not row images: what is known of a person, package keys.
//!
//! Key = HKDF(the organization's key for this purpose, the thing's own random salt). Destroying the salt, which lives in
//! the control store, destroys the thing; a copy of the control store alone opens nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use exeunt_base::Secret;

/// Derives the key of one thing from a purpose key and the thing's salt.
pub fn derive(purpose: &Secret<[u8; 32]>, salt: &[u8], label: &str) -> Secret<[u8; 32]> {
    let mut out = [0; 32];
    let labels = [label.as_bytes()];
    Salt::new(HKDF_SHA256, salt)
        .extract(purpose.expose())
        .expand(&labels, HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut out))
        .expect("HKDF gives 32 bytes of SHA-256 for any input");
    Secret::new(out)
}

fn key(secret: &Secret<[u8; 32]>) -> LessSafeKey {
    let unbound = UnboundKey::new(&AES_256_GCM, secret.expose()).expect("an AES-256 key has 32 bytes");
    LessSafeKey::new(unbound)
}

/// Seals bytes, bound to a context. `nonce` is fresh chance.
pub fn seal(secret: &Secret<[u8; 32]>, context: &str, nonce: [u8; 12], plain: &[u8]) -> Vec<u8> {
    let mut out = plain.to_vec();
    key(secret)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context.as_bytes()),
            &mut out,
        )
        .expect("AES-GCM seals anything shorter than 64 GiB");
    let mut sealed = nonce.to_vec();
    sealed.append(&mut out);
    sealed
}

/// Opens what [`seal`] made; `None` when key, context or bytes are not the same.
pub fn open(secret: &Secret<[u8; 32]>, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<12>()?;
    let mut bytes = rest.to_vec();
    let length = key(secret)
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context.as_bytes()), &mut bytes)
        .ok()?
        .len();
    bytes.truncate(length);
    Some(bytes)
}

/// A keyed digest.
pub fn mac(secret: &Secret<[u8; 32]>, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::{open, seal};

    #[test]
    fn it_opens_only_under_the_same_key_and_context() {
        let secret = Secret::new([7; 32]);
        let sealed = seal(&secret, "request 1", [1; 12], b"canary");
        assert_eq!(open(&secret, "request 1", &sealed).as_deref(), Some(b"canary".as_slice()));
        assert!(open(&secret, "request 2", &sealed).is_none());
        assert!(open(&Secret::new([8; 32]), "request 1", &sealed).is_none());
        assert!(!sealed.windows(6).any(|window| window == b"canary"));
    }
}
