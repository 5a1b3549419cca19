//! Ids people can read: `req_01jd…`. Sixteen bytes, the first six a millisecond time, so ids sort by age.

use std::fmt;
use std::str::FromStr;

use crate::time::Timestamp;

/// Crockford's base 32: no i, l, o, u, so an id can be read over the phone.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form `{prefix}_…` (26 letters and digits after the underscore)")]
pub struct BadId {
    prefix: &'static str,
    text: String,
}

fn write_base32(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    (0..26).rev().try_for_each(|place| {
        let digit = (value >> (place * 5)) & 31;
        write!(f, "{}", ALPHABET[digit as usize] as char)
    })
}

fn read_base32(text: &str) -> Option<u128> {
    if text.len() != 26 || !text.is_ascii() || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|known| *known == byte.to_ascii_lowercase())?;
        Some((value << 5) | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The letters before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Makes an id from a time and ten bytes of chance, both given by the caller.
            pub fn new(now: Timestamp, chance: [u8; 10]) -> Self {
                let millis = (now.as_micros().max(0) / 1_000) as u128 & 0xffff_ffff_ffff;
                let low = chance.iter().fold(0u128, |value, byte| (value << 8) | u128::from(*byte));
                Self((millis << 80) | low)
            }

            /// The sixteen bytes.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// From the sixteen bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(u128::from_be_bytes(bytes))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                write_base32(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(read_base32)
                    .map(Self)
                    .ok_or_else(|| BadId { prefix: $prefix, text: text.chars().take(60).collect() })
            }
        }
    )*};
}

ids! {
    /// A tenant.
    OrganizationId = "org";
    /// Somebody who acts: a user, an API key, a schedule.
    ActorId = "act";
    /// Somebody asked for a right.
    RequestId = "req";
    /// The steps that answer a request.
    PlanId = "pln";
    /// A plan being carried out.
    JobId = "job";
    /// A job's unit of work.
    BatchId = "bat";
    /// A sealed file in the vault.
    BlobId = "blb";
    /// A stretch of time whose vault key dies as one.
    EpochId = "epo";
    /// A file handed over on access.
    PackageId = "pkg";
    /// An offline-verifiable proof of what was done.
    ReceiptId = "rcp";
    /// Work that waits for a worker.
    TaskId = "tsk";
    /// Somebody who works here. The log calls them by the [`ActorId`] of the same bytes.
    UserId = "usr";
    /// A key for programs. The log calls it by the [`ActorId`] of the same bytes.
    ApiKeyId = "key";
    /// A user signed in somewhere.
    SessionId = "ses";
    /// A letter sent by e-mail.
    LetterId = "ltr";
    /// What lets a person fetch a package.
    LinkId = "lnk";
    /// Something that happened to a request, told in delta tables and to webhooks.
    EventId = "evt";
    /// An identity provider that vouches for users.
    ProviderId = "idp";
    /// Something one person wants, and another has to want too.
    ProposalId = "prp";
    /// Whom an organization lets handle data for it.
    SubprocessorId = "spr";
    /// Somebody who is told before a sub-processor is engaged.
    SubscriberId = "sbs";
    /// What must not be destroyed for now, beyond one request.
    HoldId = "hld";
    /// A search that somebody keeps by a name.
    ViewId = "viw";
    /// An address that is told what happens to requests.
    WebhookId = "whk";
}

impl From<UserId> for ActorId {
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

impl From<ApiKeyId> for ActorId {
    fn from(key: ApiKeyId) -> Self {
        Self(key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{ActorId, BadId, RequestId, UserId};
    use crate::time::Timestamp;

    #[test]
    fn an_id_reads_back_and_sorts_by_age() {
        let early = RequestId::new(Timestamp::from_micros(1_000_000), [255; 10]);
        let late = RequestId::new(Timestamp::from_micros(2_000_000), [0; 10]);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
        assert_eq!(late.to_string().parse::<RequestId>(), Ok(late));
        assert!(late.to_string().starts_with("req_"));
    }

    #[test]
    fn a_user_and_the_one_the_log_speaks_of_are_told_by_the_same_letters() {
        let user = UserId::from_bytes([7; 16]);
        assert_eq!(ActorId::from(user).to_string()[4..], user.to_string()[4..]);
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for bad in [
            "",
            "req_",
            "job_00000000000000000000000000",
            "req_u0000000000000000000000000",
            "req_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert!(matches!(bad.parse::<RequestId>(), Err(BadId { .. })), "{bad}");
        }
    }
}
