//! The keys of signed notes: `name+id+key` for everybody, `PRIVATE+KEY+name+id+seed` for the signer alone.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exeunt_base::{Secret, hex};

use crate::note::{Signature, cosignature, is_key_name};

const PRIVATE_START: &str = "PRIVATE+KEY+";

/// How a key signs. The specification's 0x06 (ML-DSA-44) has its place here when witnesses ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519 over the note's text: type 0x01, of a log.
    Ed25519,
    /// Ed25519 over a time and the note's text: type 0x04, of a witness.
    Cosignature,
}

/// Why a text is not a key of ours. Never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not of the form `name+id+key`.
    #[error("a note key has the form `name+id+key`, and the name holds neither white space nor a plus")]
    Malformed,
    /// The id is not the one that follows from name and key.
    #[error("the id of the note key does not belong to its name and key")]
    WrongId,
    /// A kind of key we do not use.
    #[error("note keys of type {0:#04x} are not supported here: a log's is of 0x01, a witness's of 0x04")]
    Unsupported(u8),
}

/// Checks signatures: a name and an Ed25519 public key. Prints as `example.com/log+530d903a+AekyeR…`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: u32,
    algorithm: Algorithm,
    key: [u8; 32],
}

/// Makes signatures. It cannot be printed; [`SigningKey::to_secret`] writes it for safekeeping.
pub struct SigningKey {
    public: VerifyingKey,
    seed: Secret<[u8; 32]>,
    pair: Ed25519KeyPair,
}

impl Algorithm {
    /// The signature type identifier byte.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, BadKey> {
        match byte {
            1 => Ok(Self::Ed25519),
            4 => Ok(Self::Cosignature),
            other => Err(BadKey::Unsupported(other)),
        }
    }
}

impl VerifyingKey {
    /// From a name and the 32 bytes of an Ed25519 public key.
    pub fn new(name: &str, key: [u8; 32]) -> Result<Self, BadKey> {
        Self::of(name, Algorithm::Ed25519, key)
    }

    pub(super) fn of(name: &str, algorithm: Algorithm, key: [u8; 32]) -> Result<Self, BadKey> {
        if !is_key_name(name) {
            return Err(BadKey::Malformed);
        }
        let named = [name.as_bytes(), b"\n", &[algorithm.byte()], &key].concat();
        let hash = digest(&SHA256, &named);
        let id = hash.as_ref().first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
        Ok(Self { name: name.to_owned(), id: id.expect("a SHA-256 hash has 32 bytes"), algorithm, key })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the hash of name, type and key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key itself, whatever it is called.
    pub fn material(&self) -> &[u8; 32] {
        &self.key
    }

    /// Whether a signature names this key; nothing is checked by that.
    pub fn is_named_by(&self, signature: &Signature) -> bool {
        self.id == signature.id && self.name == signature.name
    }

    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.key);
        match self.algorithm {
            Algorithm::Ed25519 => key.verify(text, signature).is_ok(),
            Algorithm::Cosignature => {
                let Some((at, signature)) = cosignature::split(signature) else { return false };
                key.verify(&cosignature::message(text, at), signature).is_ok()
            }
        }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(f, self, &self.key)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifyingKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (name, id, algorithm, key) = read_key(text)?;
        let read = Self::of(name, algorithm, key)?;
        if read.id == id { Ok(read) } else { Err(BadKey::WrongId) }
    }
}

impl SigningKey {
    /// From a name and a seed, 32 bytes of chance that the caller keeps secret.
    pub fn new(name: &str, seed: Secret<[u8; 32]>) -> Result<Self, BadKey> {
        Self::of(name, Algorithm::Ed25519, seed)
    }

    pub(super) fn of(name: &str, algorithm: Algorithm, seed: Secret<[u8; 32]>) -> Result<Self, BadKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| BadKey::Malformed)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| BadKey::Malformed)?;
        Ok(Self { public: VerifyingKey::of(name, algorithm, public)?, seed, pair })
    }

    /// Reads what [`SigningKey::to_secret`] wrote.
    pub fn from_secret(text: &Secret<String>) -> Result<Self, BadKey> {
        Self::read(text, Algorithm::Ed25519)
    }

    pub(super) fn read(text: &Secret<String>, wanted: Algorithm) -> Result<Self, BadKey> {
        let text = text.expose().strip_prefix(PRIVATE_START).ok_or(BadKey::Malformed)?;
        let (name, id, algorithm, seed) = read_key(text)?;
        if algorithm != wanted {
            return Err(BadKey::Unsupported(algorithm.byte()));
        }
        let read = Self::of(name, algorithm, Secret::new(seed))?;
        if read.public.id == id { Ok(read) } else { Err(BadKey::WrongId) }
    }

    /// `PRIVATE+KEY+name+id+seed`, for safekeeping.
    pub fn to_secret(&self) -> Secret<String> {
        struct Private<'a>(&'a SigningKey);
        impl fmt::Display for Private<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(PRIVATE_START)?;
                write_key(f, &self.0.public, self.0.seed.expose())
            }
        }
        Secret::new(Private(self).to_string())
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    pub(super) fn sign(&self, text: &[u8]) -> Signature {
        self.signature(self.raw(text))
    }

    pub(super) fn raw(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    pub(super) fn signature(&self, bytes: Vec<u8>) -> Signature {
        Signature { name: self.public.name.clone(), id: self.public.id, bytes }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}+{:08x})", self.public.name, self.public.id)
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, of: &VerifyingKey, key: &[u8; 32]) -> fmt::Result {
    let encoded = STANDARD.encode([&[of.algorithm.byte()], key.as_slice()].concat());
    write!(f, "{}+{:08x}+{encoded}", of.name, of.id)
}

fn read_key(text: &str) -> Result<(&str, u32, Algorithm, [u8; 32]), BadKey> {
    let mut parts = text.splitn(3, '+'); // base64 may hold a plus, the rest may not
    let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(BadKey::Malformed);
    };
    let id = hex::decode(id)
        .filter(|bytes| hex::encode(bytes) == id)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_be_bytes)
        .ok_or(BadKey::Malformed)?;
    let decoded = STANDARD.decode(encoded).map_err(|_| BadKey::Malformed)?;
    let (algorithm, key) = decoded.split_first().ok_or(BadKey::Malformed)?;
    let algorithm = Algorithm::from_byte(*algorithm)?;
    if !is_key_name(name) {
        return Err(BadKey::Malformed);
    }
    Ok((name, id, algorithm, key.try_into().map_err(|_| BadKey::Malformed)?))
}
