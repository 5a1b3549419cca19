//! Keys: who may open a package. Encryption to nobody cannot be expressed.

use std::fmt;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use exeunt_base::Secret;
use zeroize::Zeroize;

use crate::bech32;
use crate::error::Error;

/// The cost of guessing a passphrase, as a power of two: what age's own tool uses.
const PASSPHRASE_WORK: u8 = 18;

/// The highest cost paid when opening; a file may ask for anything.
pub(crate) const MOST_PASSPHRASE_WORK: u8 = 20;

/// The fewest characters of a passphrase.
const SHORTEST_PASSPHRASE: usize = 12;

/// Why a key cannot be used. The key itself is never quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// No recipient at all.
    #[error("a package needs at least one recipient or a passphrase: it is never written unencrypted")]
    Nobody,
    /// A passphrase anyone could guess.
    #[error("a passphrase for a package needs at least {SHORTEST_PASSPHRASE} characters")]
    ShortPassphrase,
    /// Not a recipient.
    #[error("this is not an age recipient; it looks like `age1…` with 62 characters")]
    NotARecipient,
    /// Not an identity.
    #[error("this is not an age identity; it looks like `AGE-SECRET-KEY-1…`")]
    NotAnIdentity,
}

/// The public half of a key pair: packages are encrypted to it. Spelled `age1…`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Recipient(age::x25519::Recipient);

impl FromStr for Recipient {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        text.trim().parse().map(Self).map_err(|_| BadKey::NotARecipient)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The secret half of a key pair. It cannot be printed by accident.
#[derive(Clone)]
pub struct Identity(age::x25519::Identity);

impl Identity {
    /// Makes a key pair from 32 bytes of chance.
    pub fn from_chance(chance: &Secret<[u8; 32]>) -> Self {
        let mut text = bech32::encode("age-secret-key-", chance.expose()).to_ascii_uppercase();
        let identity = text.parse().expect("32 bytes in age's spelling are an identity");
        text.zeroize();
        Self(identity)
    }

    /// Reads `AGE-SECRET-KEY-1…`, also out of an identity file with comments; the first key counts.
    pub fn parse(text: &Secret<String>) -> Result<Self, BadKey> {
        text.expose()
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .and_then(|line| line.parse().ok())
            .map(Self)
            .ok_or(BadKey::NotAnIdentity)
    }

    /// The spelling to keep in a file that only its owner can read.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(self.0.to_string().expose_secret().to_owned())
    }

    /// The public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// Who will be able to open a package. Holds at least one recipient, or a passphrase; never both, because age
/// forbids it.
#[derive(Clone)]
pub struct Encryption(To);

#[derive(Clone)]
enum To {
    Recipients(Vec<Recipient>),
    Passphrase(Secret<String>),
}

impl Encryption {
    /// To people or machines with a key pair.
    pub fn to(recipients: impl IntoIterator<Item = Recipient>) -> Result<Self, BadKey> {
        let recipients: Vec<_> = recipients.into_iter().collect();
        if recipients.is_empty() { Err(BadKey::Nobody) } else { Ok(Self(To::Recipients(recipients))) }
    }

    /// To whoever knows a passphrase.
    pub fn passphrase(passphrase: Secret<String>) -> Result<Self, BadKey> {
        match passphrase.expose().chars().count() {
            0 => Err(BadKey::Nobody),
            short if short < SHORTEST_PASSPHRASE => Err(BadKey::ShortPassphrase),
            _ => Ok(Self(To::Passphrase(passphrase))),
        }
    }

    pub(crate) fn encryptor(&self) -> Result<age::Encryptor, Error> {
        let encryptor = match &self.0 {
            To::Recipients(recipients) => age::Encryptor::with_recipients(
                recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient),
            ),
            To::Passphrase(passphrase) => {
                let mut recipient = age::scrypt::Recipient::new(secret_string(passphrase));
                recipient.set_work_factor(PASSPHRASE_WORK);
                age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            }
        };
        encryptor.map_err(Error::Encrypt)
    }
}

impl fmt::Debug for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            To::Recipients(recipients) => write!(f, "Encryption({} recipients)", recipients.len()),
            To::Passphrase(_) => f.write_str("Encryption(passphrase)"),
        }
    }
}

/// What opens a package.
#[derive(Debug, Clone)]
pub enum Key {
    /// The secret half of a recipient.
    Identity(Identity),
    /// A passphrase.
    Passphrase(Secret<String>),
}

impl Key {
    pub(crate) fn for_age(&self) -> Box<dyn age::Identity> {
        match self {
            Self::Identity(identity) => Box::new(identity.0.clone()),
            Self::Passphrase(passphrase) => {
                let mut identity = age::scrypt::Identity::new(secret_string(passphrase));
                identity.set_max_work_factor(MOST_PASSPHRASE_WORK);
                Box::new(identity)
            }
        }
    }
}

fn secret_string(secret: &Secret<String>) -> SecretString {
    SecretString::from(secret.expose().clone())
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::{BadKey, Encryption, Identity, Recipient};

    #[test]
    fn a_key_pair_made_from_chance_reads_back() {
        let identity = Identity::from_chance(&Secret::new([7; 32]));
        let text = identity.reveal();
        assert!(text.expose().starts_with("AGE-SECRET-KEY-1"));
        let file = Secret::new(format!("# made for a test\n\n{}\n", text.expose()));
        assert_eq!(Identity::parse(&file).unwrap().recipient(), identity.recipient());
        let public = identity.recipient().to_string();
        assert_eq!(public.parse::<Recipient>().unwrap(), identity.recipient());
        assert_eq!(format!("{identity:?}"), "Identity");
    }

    #[test]
    fn encryption_to_nobody_cannot_be_made() {
        assert_eq!(Encryption::to([]).unwrap_err(), BadKey::Nobody);
        assert_eq!(Encryption::passphrase(Secret::new(String::new())).unwrap_err(), BadKey::Nobody);
        assert_eq!(Encryption::passphrase(Secret::new("short".into())).unwrap_err(), BadKey::ShortPassphrase);
        assert_eq!("age1nonsense".parse::<Recipient>().unwrap_err(), BadKey::NotARecipient);
        assert_eq!(Identity::parse(&Secret::new("x".into())).unwrap_err(), BadKey::NotAnIdentity);
    }
}
