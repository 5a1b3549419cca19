//! C2SP signed notes: a text, a blank line, and signature lines. What a checkpoint is written as.

mod cosignature;
mod key;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use crate::note::cosignature::{CosigningKey, cosigned_at};
pub use crate::note::key::{Algorithm, BadKey, SigningKey, VerifyingKey};

/// Most bytes a note may have: room for 64 post-quantum signatures and a long text.
pub const MAX_BYTES: usize = 1 << 20;

/// Most signatures a note may carry; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

const SIGNATURE_START: &str = "\u{2014} ";

/// A text and who signed it. Reading a note proves nothing yet; [`Note::verify`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The key's id: with the name, what tells keys apart.
    pub id: u32,
    /// The signature itself, in whatever form its algorithm has.
    pub bytes: Vec<u8>,
}

/// Why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More than [`MAX_BYTES`] or [`MAX_SIGNATURES`].
    #[error("the note is too large")]
    TooLarge,
    /// Not UTF-8, a control character, no blank line before the signatures, or no newline at the end.
    #[error("the note is not a text followed by a blank line and signatures")]
    Malformed,
    /// A line after the blank line that is no signature; counted from 1.
    #[error("signature line {0} of the note is malformed")]
    BadSignatureLine(usize),
    /// No signature by a key that was asked for.
    #[error("the note carries no signature by a trusted key")]
    NoTrustedSignature,
    /// A signature that names a trusted key but does not verify.
    #[error("the note's signature by `{0}` does not verify")]
    WrongSignature(String),
}

impl Note {
    /// Signs a text, which must end with a newline and hold no other control character.
    pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<Self, Error> {
        if !text.ends_with('\n') || !is_plain(text) {
            return Err(Error::Malformed);
        }
        if keys.is_empty() {
            return Err(Error::NoTrustedSignature);
        }
        let signatures = keys.iter().map(|key| key.sign(text.as_bytes())).collect();
        let note = Self { text: text.to_owned(), signatures };
        if note.signatures.len() > MAX_SIGNATURES || note.to_string().len() > MAX_BYTES {
            return Err(Error::TooLarge);
        }
        Ok(note)
    }

    /// Reads a note. Strict: what is accepted here prints as the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::TooLarge);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| Error::Malformed)?;
        if !is_plain(whole) {
            return Err(Error::Malformed);
        }
        // The text may hold blank lines; only the last one ends it.
        let end = whole.rfind("\n\n").ok_or(Error::Malformed)?;
        let (text, lines) = (&whole[..=end], &whole[end + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(Error::Malformed)?;
        let signatures = lines
            .split('\n')
            .take(MAX_SIGNATURES + 1)
            .enumerate()
            .map(|(place, line)| Signature::parse(line).ok_or(Error::BadSignatureLine(place + 1)))
            .collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(Error::TooLarge);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Adds a signature that somebody made elsewhere, unproven; one by the same key is replaced.
    pub fn add(&mut self, signature: Signature) -> Result<(), Error> {
        self.signatures.retain(|known| (&known.name, known.id) != (&signature.name, signature.id));
        self.signatures.push(signature);
        if self.signatures.len() > MAX_SIGNATURES || self.to_string().len() > MAX_BYTES {
            self.signatures.pop();
            return Err(Error::TooLarge);
        }
        Ok(())
    }

    /// The same text with this key's signatures alone.
    #[must_use]
    pub fn only(&self, key: &VerifyingKey) -> Self {
        let signatures = self.signatures.iter().filter(|one| key.is_named_by(one)).cloned().collect();
        Self { text: self.text.clone(), signatures }
    }

    /// The text, unproven; with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Who claims to have signed, unproven.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Checks the signatures by keys we know and passes over all others; gives back the text when at least one of
    /// the known keys signed, and refuses the note when one of theirs is wrong.
    pub fn verify(&self, known: &[&VerifyingKey]) -> Result<&str, Error> {
        let mut signed = false;
        for signature in &self.signatures {
            let mut candidates = known.iter().filter(|key| key.is_named_by(signature)).peekable();
            if candidates.peek().is_none() {
                continue;
            }
            if !candidates.any(|key| key.verifies(self.text.as_bytes(), &signature.bytes)) {
                return Err(Error::WrongSignature(signature.name.clone()));
            }
            signed = true;
        }
        if signed { Ok(&self.text) } else { Err(Error::NoTrustedSignature) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl Signature {
    /// Reads one line, without its newline.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded).ok()?;
        let (id, bytes) = decoded.split_first_chunk::<4>()?;
        if bytes.is_empty() || !is_key_name(name) {
            return None;
        }
        Some(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([&self.id.to_be_bytes(), self.bytes.as_slice()].concat());
        write!(f, "{SIGNATURE_START}{} {encoded}", self.name)
    }
}

/// Whether a text may name a key: not empty, no white space, no plus, no control character.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// No ASCII control character but the newline.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}
