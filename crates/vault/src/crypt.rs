//! The few cryptographic moves everything else is made of: derive, seal, open, wrap. AES-256-GCM, HKDF-SHA-256.
//!
//! Every key that seals is derived for that one message, so the nonce is always zero and can never repeat under a key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{digest, hmac};
use exeunt_base::Secret;
use zeroize::Zeroizing;

/// A derived key; wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Bytes the authentication tag adds to what is sealed.
pub(crate) const TAG: usize = 16;

/// HKDF-SHA-256 (RFC 5869) with 32 bytes out; `info` is given in parts.
pub(crate) fn derive(secret: &[u8], salt: &[u8], info: &[&[u8]]) -> Key {
    expand(&mac(salt, &[secret]), info)
}

/// The second half of [`derive`]: from what was extracted.
pub(crate) fn expand(extracted: &Key, info: &[&[u8]]) -> Key {
    let mut expand = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, extracted.as_slice()));
    info.iter().for_each(|part| expand.update(part));
    expand.update(&[1]);
    tag_bytes(&expand.sign())
}

/// HMAC-SHA-256 over parts.
pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Key {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    parts.iter().for_each(|part| context.update(part));
    tag_bytes(&context.sign())
}

/// Whether two byte strings are equal, without telling by time where they differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// SHA-256 over parts.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    digest_bytes(&context.finish())
}

/// The 32 bytes of a SHA-256 digest.
pub(crate) fn digest_bytes(digest: &digest::Digest) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}

/// Seals `buffer` in place and appends the tag. `key` must never seal anything else.
pub(crate) fn seal(key: &Key, bound: &[u8], buffer: &mut Vec<u8>) {
    cipher(key)
        .seal_in_place_append_tag(nonce(), Aad::from(bound), buffer)
        .expect("AES-GCM seals up to 64 GiB, and callers stop far below");
}

/// Opens `buffer` in place and drops the tag; false when it is not what was sealed under `key` and `bound`.
#[must_use]
pub(crate) fn open(key: &Key, bound: &[u8], buffer: &mut Vec<u8>) -> bool {
    match cipher(key).open_in_place(nonce(), Aad::from(bound), buffer).map(|plain| plain.len()) {
        Ok(length) => {
            buffer.truncate(length);
            true
        }
        Err(_) => false,
    }
}

/// Wraps a key for storage, bound to `context`. `chance` is fresh for every call.
pub(crate) fn wrap(
    by: &Secret<[u8; 32]>,
    key: &Secret<[u8; 32]>,
    context: &[u8],
    chance: &Secret<[u8; 32]>,
) -> Vec<u8> {
    wrap_bytes(by, key.expose(), context, chance)
}

/// Unwraps what [`wrap`] made; `None` when key, context or bytes are others.
pub(crate) fn unwrap(by: &Secret<[u8; 32]>, wrapped: &[u8], context: &[u8]) -> Option<Secret<[u8; 32]>> {
    let opened = unwrap_bytes(by, wrapped, context)?;
    <[u8; 32]>::try_from(opened.as_slice()).ok().map(Secret::new)
}

/// As [`wrap`], for a few bytes of any length.
pub(crate) fn wrap_bytes(
    by: &Secret<[u8; 32]>,
    plain: &[u8],
    context: &[u8],
    chance: &Secret<[u8; 32]>,
) -> Vec<u8> {
    let salt = derive(chance.expose(), b"", &[b"exeunt wrap salt v1"]);
    let mut sealed = Vec::with_capacity(plain.len() + TAG);
    sealed.extend_from_slice(plain);
    seal(&derive(by.expose(), salt.as_slice(), &[b"exeunt wrap v1", context]), context, &mut sealed);
    [salt.as_slice(), &sealed].concat()
}

/// As [`unwrap`], for what [`wrap_bytes`] made.
pub(crate) fn unwrap_bytes(
    by: &Secret<[u8; 32]>,
    wrapped: &[u8],
    context: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (salt, sealed) = wrapped.split_at_checked(32)?;
    let mut buffer = Zeroizing::new(sealed.to_vec());
    let opened = open(&derive(by.expose(), salt, &[b"exeunt wrap v1", context]), context, &mut buffer);
    opened.then_some(buffer)
}

/// A sub-secret of chance, so that one 32-byte draw can serve several uses.
pub(crate) fn part_of(chance: &Secret<[u8; 32]>, use_: &str) -> Secret<[u8; 32]> {
    Secret::new(*derive(chance.expose(), b"", &[b"exeunt chance v1 ", use_.as_bytes()]))
}

fn cipher(key: &Key) -> LessSafeKey {
    LessSafeKey::new(
        UnboundKey::new(&AES_256_GCM, key.as_slice()).expect("an AES-256 key has 32 bytes, as `Key` has"),
    )
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn tag_bytes(tag: &hmac::Tag) -> Key {
    let mut out = Zeroizing::new([0; 32]);
    out.copy_from_slice(tag.as_ref());
    out
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Secret, hex};

    use super::{derive, unwrap, wrap};

    #[test]
    fn derivation_agrees_with_the_published_vectors() {
        // RFC 5869, appendix A.1 and A.3, first 32 bytes of output
        let salt = hex::decode("000102030405060708090a0b0c").expect("hex");
        let info = hex::decode("f0f1f2f3f4f5f6f7f8f9").expect("hex");
        let (head, tail) = info.split_at(4);
        assert_eq!(
            hex::encode(derive(&[0x0b; 22], &salt, &[head, tail]).as_slice()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        );
        assert_eq!(
            hex::encode(derive(&[0x0b; 22], b"", &[]).as_slice()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        );
    }

    #[test]
    fn a_wrapped_key_opens_only_with_its_key_and_its_context() {
        let [by, other, key, chance] = [1, 2, 3, 4].map(|byte| Secret::new([byte; 32]));
        let wrapped = wrap(&by, &key, b"here", &chance);
        assert_eq!(unwrap(&by, &wrapped, b"here").expect("opens").expose(), key.expose());
        assert!(unwrap(&other, &wrapped, b"here").is_none());
        assert!(unwrap(&by, &wrapped, b"there").is_none());
        for place in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[place] ^= 1;
            assert!(unwrap(&by, &changed, b"here").is_none(), "byte {place}");
            assert!(unwrap(&by, &wrapped[..place], b"here").is_none(), "cut at {place}");
        }
    }
}
